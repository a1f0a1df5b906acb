import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'

const TURNS = [
  ['Ana', '2023-05-08', 'Which city do you move to?', 'It will be Lisbon!'],
  ['Ben', '2023-05-08', 'What did you buy?', 'A red bicycle.'],
  ['Ana', '2024-01-03', 'What did you buy?', 'A piano, second hand.']
] as const

describe('the context of facts', () => {
  it('finds turns by who spoke, when, and what was said before, and only with it', async () => {
    for (const hasContext of [true, false]) {
      await using db = await createHive({ swarm: false })
      const { knowledge } = db.agent.cortex
      for (const [speaker, day, previous, content] of TURNS) {
        const context = hasContext ? { speaker, at: new Date(day), previous } : undefined
        await knowledge.distill('talk', content, 0.9, { context })
      }
      for (const [question, i] of [
        ['Which city does Ana move to?', 0],
        ['What did Ben buy in May 2023?', 1],
        ['What did Ana buy in January 2024?', 2]
      ] as const) {
        const [best] = (await knowledge.recall(question)).items
        assert.equal(best?.fact.content === TURNS[i][3], hasContext, question)
        if (hasContext) assert.equal(best?.fact.context?.speaker, TURNS[i][0])
      }
    }
  })

  it('is no part of the digest, survives a repetition, and comes back from an export', async () => {
    await using a = await createHive({ swarm: false })
    await using b = await createHive({ swarm: false })
    const { knowledge } = a.agent.cortex
    const context = { speaker: 'Ana', at: new Date('2023-05-08'), previous: 'Where to?' }
    const said = await knowledge.distill('talk', 'It will be Lisbon!', 0.5, { context })
    const plain = await b.agent.cortex.knowledge.distill('talk', 'It will be Lisbon!', 0.5)
    assert.equal(said.id, plain.id)
    await knowledge.distill('talk', 'It will be Lisbon!', 0.9, { tags: ['city'] })
    assert.deepEqual((await knowledge.get(said.id))?.context, context)
    const [exported] = await Array.fromAsync(knowledge.export())
    assert.deepEqual(exported?.context, context)
  })

  it('never leaves the node', async () => {
    await using db = await createHive({ swarm: {} })
    const { knowledge, hive } = db.agent.cortex
    const context = { speaker: 'Zebulon', previous: 'Xylophone?' }
    await knowledge.distill('build', 'Clear the cache before a retry.', 0.95, { context })
    await hive.broadcastKnowledge()
    const found = (await knowledge.recall('cache', { scope: 'hive' })).items
    assert.equal(found.length, 1)
    assert.doesNotMatch(JSON.stringify(found), /Zebulon|Xylophone/)
  })

  it('refuses unknown and wrong parts', async () => {
    await using db = await createHive({ swarm: false })
    for (const context of [{ who: 'x' }, { speaker: 'x'.repeat(256) }, { at: 'May' }, 'x', null]) {
      await assert.rejects(
        // @ts-expect-error -- a caller in JavaScript may pass this
        db.agent.cortex.knowledge.distill('e', 'c', 0.9, { context }),
        { code: 'ARGUMENT_INVALID' }
      )
    }
  })
})
