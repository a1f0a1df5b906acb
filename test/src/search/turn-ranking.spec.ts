import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'
import type { HiveNode } from '../../../src/index.ts'

const TURNS = [
  'Hello there.',
  'Where did the harbour festival of Rotterdam take you?',
  'We watched the lanterns until midnight.',
  'Sounds lovely.',
  'And then home.',
  'Good night!'
]
const QUESTION = 'Which harbour festival took place at Rotterdam?'

async function distillTurns(db: HiveNode, conversation: string | undefined): Promise<void> {
  const { knowledge } = db.agent.cortex
  for (const [turn, content] of TURNS.entries()) {
    const context = conversation === undefined ? undefined : { conversation, turn }
    await knowledge.distill('talk', content, 0.9, { context, tags: [turn < 3 ? 'early' : 'late'] })
  }
}

async function ask(db: HiveNode, text: string, options = {}): Promise<string[]> {
  const { items } = await db.agent.cortex.knowledge.recall(text, options)
  return items.map(({ fact }) => fact.content)
}

describe('the ranking of turns', () => {
  it('finds the turns beside a match, and only within the conversation', async () => {
    await using db = await createHive({ swarm: false })
    await distillTurns(db, 'c1')
    const { knowledge } = db.agent.cortex
    const context = { conversation: 'c2', turn: 2 }
    await knowledge.distill('talk', 'Of another conversation.', 0.9, { context })
    const found = await ask(db, QUESTION)
    assert.equal(found[0], TURNS[1])
    assert.ok(found.slice(1, 3).includes(TURNS[2] ?? ''))
    assert.deepEqual(found.toSorted(), TURNS.slice(0, 4).toSorted())
  })

  it('finds the match alone where facts have no conversation', async () => {
    await using db = await createHive({ swarm: false })
    await distillTurns(db, undefined)
    assert.deepEqual(await ask(db, QUESTION), [TURNS[1]])
  })

  it('filters the turns beside a match', async () => {
    await using db = await createHive({ swarm: false })
    await distillTurns(db, 'c1')
    const found = await ask(db, QUESTION, { tags: ['early'] })
    assert.deepEqual(found.toSorted(), TURNS.slice(0, 3).toSorted())
  })

  it('puts a turn between two matches before a turn beside one', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    const texts = [
      'copper kettle whistle',
      'nothing',
      'copper kettle stove',
      'a',
      'b',
      'c',
      'other'
    ]
    for (const [turn, content] of texts.entries()) {
      const context = { conversation: 'c', turn }
      await knowledge.distill('talk', content, 0.9, { context })
    }
    const found = await ask(db, 'copper kettle whistle stove')
    assert.deepEqual(found.slice(0, 3).toSorted(), texts.slice(0, 3).toSorted())
  })

  it('puts facts about the entity that the question names first', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    await knowledge.distill('Ada', 'I painted a wide mural.', 0.9)
    await knowledge.distill('Ben', 'Did Ada see the mural at the school?', 0.9)
    assert.match((await ask(db, 'What mural did Ada finish at school?'))[0] ?? '', /^I painted/)
  })

  it('keeps the place of a turn, and refuses half of one', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    const context = { speaker: 'Ada', conversation: 'c1', turn: 4_294_967_295 }
    const { id } = await knowledge.distill('talk', 'A turn.', 0.9, { context })
    assert.deepEqual((await knowledge.get(id))?.context, context)
    for (const wrong of [
      { conversation: 'c1' },
      { turn: 1 },
      { conversation: '', turn: 1 },
      { conversation: 'c1', turn: -1 },
      { conversation: 'c1', turn: 0.5 },
      { conversation: 'x'.repeat(256), turn: 1 }
    ]) {
      await assert.rejects(knowledge.distill('e', 'c', 0.9, { context: wrong }), {
        code: 'ARGUMENT_INVALID'
      })
    }
  })
})
