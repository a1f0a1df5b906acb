import assert from 'node:assert/strict'
import { once } from 'node:events'
import { digestOf, insertStep } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { createHive } from '../../../src/index.ts'
import { identifySkill } from '../../../src/skills/skill-identity.ts'
import { FalseReceiptValue } from '../../../src/skills/store/skill-values.ts'
import { startNode } from '../../fixtures/nodes.ts'
import type { HiveRecord } from '../../../crdt/index.ts'
import type { HiveNode, Insight } from '../../../src/index.ts'
import type { TestNode } from '../../fixtures/nodes.ts'

/** Escapes of terminals, bidirectional, zero-width, tag and other invisible characters. */
const HIDDEN = '\u001b\u009b\u0008\u202e\u2066\u200b\u2060\u00ad\ufeff\u{e0041}\u{e0101}'
const HIDDEN_SET = new Set(HIDDEN)

/** Hidden characters after the first letter of each word but `needle`, by which it is found. */
function hide(text: string): string {
  return text.replace(/(?!needle)\b(\p{L})(\p{L}+)/gu, `$1${HIDDEN}$2`)
}

const FACT: HiveRecord = {
  kind: 'fact',
  entity: hide('cache'),
  content: hide('The cache needle lives in the home directory.'),
  attribute: hide('place'),
  value: hide('home')
}
const GOAL: HiveRecord = {
  kind: 'goal',
  entity: hide('Ship it'),
  content: hide('The needle goal.')
}

const SKILL = {
  kind: 'code',
  licence: hide('MIT licence'),
  description: hide('Counts the needle.'),
  source: `export default (x) => { console.log('${hide('a line')}'); if (x === 0) throw new Error('${hide('zero')}'); return '${hide('text')}' }`
} as const
const USABLE = identifySkill({
  ...SKILL,
  name: 'usable',
  tests: [{ input: 1, output: hide('text') }]
})
const FAILING = identifySkill({
  ...SKILL,
  name: 'failing',
  tests: [{ input: 1, output: hide('no') }]
})
const OFFERED = identifySkill({ ...SKILL, name: 'offered' })

const fact = toHex(digestOf(FACT))
const goal = toHex(digestOf(GOAL))

/** Every public call that returns text of others, but outputs of skills, which are data. */
const CALLS: Readonly<Record<string, (db: HiveNode) => unknown>> = {
  'hive.getGlobalInsights': ({ agent }) => agent.cortex.hive.getGlobalInsights(),
  'hive.fetch': ({ agent }) => agent.cortex.hive.fetch(fact),
  'hive.goals.get': ({ agent }) => agent.cortex.hive.goals.get(goal),
  'hive.goals.list': ({ agent }) => agent.cortex.hive.goals.list(),
  'hive.goals.status': ({ agent }) => agent.cortex.hive.goals.status(goal, 'achieved'),
  'hive.goals.templates': ({ agent }) => agent.cortex.hive.goals.templates(goal),
  'hive.goals.describe': ({ agent }) => agent.cortex.hive.goals.describe(goal),
  'hive.goals.playbook.steps': async ({ agent }) => {
    using playbook = agent.cortex.hive.goals.playbook(goal)
    return playbook.steps()
  },
  'hive.skills.offers': ({ agent }) => agent.cortex.hive.skills.offers(),
  'knowledge.recall': ({ agent }) => agent.cortex.knowledge.recall('needle'),
  'knowledge.history': ({ agent }) => agent.cortex.knowledge.history(FACT.entity),
  context: ({ agent }) => agent.cortex.context({ goal }),
  'capabilities.list': ({ agent }) => agent.cortex.capabilities.list(),
  'capabilities.get': ({ agent }) => agent.cortex.capabilities.get(USABLE.id),
  'capabilities.find': ({ agent }) => agent.cortex.capabilities.find('needle'),
  'capabilities.choose': ({ agent }) => agent.cortex.capabilities.choose([USABLE.id]),
  'capabilities.test': ({ agent }) => agent.cortex.capabilities.test(FAILING.id),
  'the log of capabilities.invoke': async ({ agent }) =>
    (await agent.cortex.capabilities.invoke(USABLE.id, 1)).log,
  'the error of capabilities.invoke, skill:fail and capabilities.failures': async (db) => {
    const { capabilities } = db.agent.cortex
    const event = once(db, 'skill:fail', { signal: AbortSignal.timeout(20_000) })
    const error: unknown = await capabilities.invoke(USABLE.id, 0).catch((cause: unknown) => cause)
    assert.ok(error instanceof Error)
    return [error.message, await event, await capabilities.failures()]
  },
  'cases.open': async ({ agent }) => {
    const { knowledge, cases } = agent.cortex
    const { entity, attribute = '' } = FACT
    const other = { attribute, value: hide('work'), enableBloomHeuristic: true }
    await knowledge.distill(entity, hide('It lives at work.'), 0.9, other)
    const opened = await cases.open({ entity, attribute })
    assert.equal(opened.sides.length, 2)
    return [opened, await cases.list()]
  }
}

describe('text of other authors that leaves the library', () => {
  let peer: TestNode
  let db: HiveNode
  const heard: Insight[] = []

  before(async () => {
    peer = await startNode()
    const records = [FACT, GOAL, ...[USABLE, FAILING, OFFERED].map(({ record }) => record)]
    const rest = { confidence: 0.9, day: 1 }
    await peer.publish(
      records.map((record) => ({
        record,
        ...rest,
        tags: record.kind === 'skill' ? [] : [hide('tag')]
      }))
    )
    const edit = await peer.replica.editPlaybook(digestOf(GOAL), (doc) =>
      insertStep(doc, 0, { title: hide('Test'), body: hide('Run all tests.') })
    )
    await peer.swarm.announce(edit.entries)
    db = await createHive({ swarm: { k: 1, bootstrap: peer.swarm.multiaddrs } })
    const signal = AbortSignal.timeout(20_000)
    const { hive } = db.agent.cortex
    hive.subscribe({}, (insight) => heard.push(insight))
    while (
      (await hive.fetch(OFFERED.id)) === undefined ||
      (await hive.goals.get(goal)) === undefined
    ) {
      await once(db, 'hive:change', { signal })
    }
    await hive.synchronize({ signal })
    for (const id of [fact, OFFERED.id]) await hive.vouch(id)
    await hive.goals.status(goal, 'active')
    await hive.goals.attach(goal, fact)
    for (const { id } of [USABLE, FAILING]) await hive.skills.adopt(id)
  })

  after(async () => {
    await db.stop()
    await peer[Symbol.asyncDispose]()
  })

  for (const [name, call] of Object.entries(CALLS)) {
    it(`has no hidden characters in what ${name} returns`, async () => {
      assertClean(await call(db))
    })
  }

  it('has no hidden characters in what subscribers receive', () => assertClean(heard))

  it('has no hidden characters in false receipts', () => {
    const receipt = { author: 'a', skill: 'b', input: hide('"some text"'), claimed: 'c', gave: 'd' }
    assertClean(FalseReceiptValue.parse({ ...receipt, at: 0 }))
  })
})

/** There is text, and it has no hidden character. */
function assertClean(value: unknown): void {
  const texts = [...textsOf(value)]
  assert.ok(texts.length > 0, 'nothing was returned')
  for (const text of texts) {
    const hidden = Array.from(text).filter((character) => HIDDEN_SET.has(character))
    assert.deepEqual(hidden, [], JSON.stringify(text))
  }
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  if (typeof value !== 'object' || value === null) return
  for (const [key, child] of Object.entries(value)) {
    yield key
    yield* textsOf(child)
  }
}
