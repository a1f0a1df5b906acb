import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { governedNode } from '../governance/governed-node.ts'
import type { GovernedNode } from '../governance/governed-node.ts'
import type { Cases } from '../../../src/index.ts'

const SUBJECT = { entity: 'build server', attribute: 'runtime' } as const
const VALUES = ['Node 20', 'Node 22', 'Node 24'] as const
const CHOSEN = 'Node 24'
const WHY = { why: 'The server was updated.' } as const

/** The row of the decision; two votes with the cursor; two marks, each with a cursor behind it. */
const COMMITS = 7
const VOTES = 2

/** A node whose agents published three values, in an open case. */
async function disputedNode(): Promise<{ node: GovernedNode; id: string; choose: string }> {
  const node = await governedNode()
  for (const [i, value] of VALUES.entries()) {
    const { knowledge, hive } = node.agent(`agent-${i}`).cortex
    const claim = { attribute: SUBJECT.attribute, value, tags: [`tag-${i}`] }
    const validFrom = new Date('2026-03-02')
    const { id } = await knowledge.distill(SUBJECT.entity, `It runs ${value}.`, 0.9 - i / 10, {
      ...claim,
      validFrom
    })
    await hive.promoteToGlobalStore(id)
  }
  const { id, sides } = await node.db.agent.cortex.cases.open(SUBJECT)
  return { node, id, choose: sides.find(({ value }) => value === CHOSEN)?.id ?? '' }
}

/** All that a decision changes: states of the claims, votes with what they state, marks of facts. */
async function stateOf({ db }: GovernedNode): Promise<unknown> {
  const { knowledge, hive, cases } = db.agent.cortex
  const claims = await knowledge.history(SUBJECT.entity, SUBJECT.attribute)
  const records = [
    ...(await hive.getGlobalInsights({ state: 'released' })),
    ...(await hive.getGlobalInsights({ state: 'disputed' }))
  ]
  const [stored] = await cases.list()
  const evidence = (await cases.get(stored?.id ?? '')).sides.flatMap((side) => side.evidence)
  return {
    claims,
    records,
    state: stored?.state,
    evidence: evidence.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  }
}

describe('a decision that is interrupted at any commit', function () {
  this.timeout(60_000)

  /** Does it so that its commit `failed` fails, and lets it be finished by the next call or start. */
  async function interrupt(
    node: GovernedNode,
    failed: number,
    begun: 'deciding' | 'reversing',
    perform: () => Promise<unknown>
  ): Promise<{ state: unknown; votes: number }> {
    const { entries } = node.db.status
    node.files.failAfter(failed)
    await assert.rejects(perform(), { code: 'STORE_WRITE_FAILED' })
    const [stored] = await node.db.agent.cortex.cases.list()
    const intact = begun === 'deciding' ? 'open' : 'decided'
    assert.equal(stored?.state, failed === 0 ? intact : begun)
    if (failed % 2 === 1) await node.restart()
    // Stopping waits for what the start has resumed.
    if (failed === 3) await node.restart()
    else await node.db.agent.cortex.cases.open(SUBJECT)
    if (failed === 0) await perform()
    // After a start the author is another one, so votes wait for the retractions before them.
    const votes = node.db.status.entries - entries + node.db.status.unsent.votes
    return { state: await stateOf(node), votes }
  }

  it('is finished by the next call or start, and does nothing twice', async () => {
    const { node, id, choose } = await disputedNode()
    await using _ = node
    const cases = (): Cases => node.db.agent.cortex.cases
    const decide = (): Promise<unknown> => cases().decide(id, { choose, ...WHY })
    const reverse = (): Promise<unknown> => cases().reverse(id, WHY)
    await decide()
    const decided = { state: await stateOf(node), votes: VOTES }
    await reverse()
    const reversed = { state: await stateOf(node), votes: VOTES }
    for (let failed = 0; failed < COMMITS; failed++) {
      assert.deepEqual(
        await interrupt(node, failed, 'deciding', decide),
        decided,
        `decided, commit ${failed}`
      )
      assert.deepEqual(
        await interrupt(node, failed, 'reversing', reverse),
        reversed,
        `reversed, commit ${failed}`
      )
    }
    const { decisions } = await cases().get(id)
    assert.deepEqual(
      decisions.map(({ number, reversed: taken }) => [number, taken?.why]),
      Array.from({ length: COMMITS + 1 }, (_each, i) => [COMMITS + 1 - i, WHY.why])
    )
  })

  it('goes on by itself once there is room', async () => {
    const { node, id, choose } = await disputedNode()
    await using _ = node
    const { cases } = node.db.agent.cortex
    await cases.decide(id, { choose, ...WHY })
    const decided = await stateOf(node)
    await cases.reverse(id, WHY)
    node.files.failAfter(2)
    await assert.rejects(cases.decide(id, { choose, ...WHY }), { code: 'STORE_WRITE_FAILED' })
    const state = async (): Promise<string | undefined> => (await cases.list())[0]?.state
    assert.equal(await state(), 'deciding')
    while ((await state()) === 'deciding') await nextTurn()
    assert.deepEqual(await stateOf(node), decided)
  })

  it('has no more commits than these', async () => {
    const { node, id, choose } = await disputedNode()
    await using _ = node
    const before = await stateOf(node)
    const { cases } = node.db.agent.cortex
    const { writes } = node.files
    const from = writes.length
    await cases.decide(id, { choose, ...WHY })
    assert.equal(writes.length - from, COMMITS)
    const votes = writes.slice(from).filter(({ sections }) => sections.has('vouched'))
    assert.deepEqual(
      votes.map(({ sections }) => sections.has('cases')),
      [true, true]
    )
    await cases.reverse(id, WHY)
    assert.equal(writes.length - from, 2 * COMMITS)
    assert.deepEqual(await stateOf(node), before, 'votes, tags, times and marks are as before')
  })
})
