import assert from 'node:assert/strict'
import { openStore } from '../../../crdt/index.ts'
import { createHive } from '../../../src/index.ts'
import { Pilot } from '../../../src/pilot/index.ts'
import { SOLVER } from '../../fixtures/evolving-agent.ts'
import type { EvolutionStep } from '../../../src/index.ts'
import type { Store } from '../../../crdt/index.ts'

const STEP: EvolutionStep = { settled: { status: 'idle' }, rules: 0, waits: 'baseline' }
const NAMES = ['a', 'b', 'c', 'd', 'e']

function pilotOf(store: Store, served: string[], time = { now: 0 }): Pilot {
  return new Pilot({
    store,
    async *enabled(after = '') {
      yield* NAMES.filter((name) => name > after)
    },
    advance(agent) {
      served.push(agent)
      time.now += 10
      return agent === 'c' ? Promise.reject(new Error('no disk')) : Promise.resolve(STEP)
    },
    checks: [{ name: 'probe', run: () => Promise.resolve(['a finding']) }],
    elapsed: () => time.now
  })
}

describe('a pass of self-improvement', () => {
  it('goes on where a bounded pass ended, also after a restart, and begins again', async () => {
    const store = await openStore()
    const served: string[] = []
    const first = await pilotOf(store, served).runSelfImprovementCycle({ budget: { agents: 2 } })
    assert.deepEqual([served, first.isComplete], [['a', 'b'], false])
    const second = await pilotOf(store, served).runSelfImprovementCycle()
    assert.deepEqual([served.slice(2), second.isComplete], [['c', 'd', 'e'], true])
    assert.deepEqual(second.agents[0], { agent: 'c', error: 'no disk' })
    assert.deepEqual(second.checks, [{ check: 'probe', findings: ['a finding'] }])
    await pilotOf(store, served).runSelfImprovementCycle({ budget: { agents: 1 } })
    assert.equal(served.at(-1), 'a')
  })

  it('ends within its time, and reports each agent', async () => {
    const store = await openStore()
    const progress: string[] = []
    const report = await pilotOf(store, []).runSelfImprovementCycle({
      budget: { ms: 25 },
      onProgress: ({ agent }) => progress.push(agent)
    })
    assert.deepEqual([progress, report.isComplete], [['a', 'b', 'c'], false])
    assert.deepEqual(report.checks, [])
  })

  it('ends when it is cancelled, and refuses an unknown budget', async () => {
    const store = await openStore()
    const served: string[] = []
    const abort = new AbortController()
    const cancelled = pilotOf(store, served).runSelfImprovementCycle({
      signal: abort.signal,
      onProgress: () => abort.abort()
    })
    await assert.rejects(cancelled, { name: 'AbortError' })
    assert.deepEqual(served, ['a'])
    // @ts-expect-error -- as a JavaScript caller would
    const unknown = pilotOf(store, served).runSelfImprovementCycle({ budget: { hours: 1 } })
    await assert.rejects(unknown, { code: 'ARGUMENT_INVALID' })
  })

  it('is one pass for callers at the same time', async () => {
    const served: string[] = []
    const pilot = pilotOf(await openStore(), served)
    const [one, other] = await Promise.all([
      pilot.runSelfImprovementCycle(),
      pilot.runSelfImprovementCycle()
    ])
    assert.equal(one, other)
    assert.deepEqual(served, NAMES)
  })

  it('reports a drift of the sessions of an agent, and what the probes find', async () => {
    await using db = await createHive({ swarm: false, evolution: { interval: 0 } })
    const agent = await db.agents.create('solver', { persona: SOLVER })
    await agent.cortex.evolution.enable()
    for (let i = 0; i < 220; i++) {
      const session = await agent.session()
      await session.end({ outcome: i < 150 ? 'success' : 'failure' })
    }
    const { checks } = await agent.cortex.selfIterate()
    assert.deepEqual(
      checks.map(({ check }) => check),
      ['probe', 'drift']
    )
    assert.match(checks[1]?.findings[0] ?? '', /^The success of "solver" went down: /)
  })
})
