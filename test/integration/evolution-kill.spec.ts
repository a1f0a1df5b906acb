import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createHive } from '../../src/index.ts'
import { budget } from '../fixtures/budget.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { Agent } from '../../src/index.ts'
import type { EvolutionNews } from '../fixtures/evolving-user.ts'

const PROGRAM = fileURLToPath(new URL('../fixtures/evolving-user.ts', import.meta.url))
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? budget(2, 50))

/** Deaths come after at most this many ended sessions. */
const MAX_NEWS = 240

describe('kill -9 of a node whose personas evolve', () => {
  it(`does nothing twice in ${ROUNDS} rounds, and goes on`, async function () {
    this.timeout(900_000)
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    const ended = new Map<string, number>()
    let trials = 0
    for (let round = 0; round < ROUNDS; round++) {
      const options = ['--conditions=noormme-source', PROGRAM, dataDir, String(round)]
      const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] })
      const exit = once(child, 'exit')
      const after = 180 + Math.floor(Math.random() * (MAX_NEWS - 180))
      let said = 0
      const inRound = new Map<string, number>()
      for await (const line of createInterface({ input: child.stdout })) {
        const news = JSON.parse(line) as EvolutionNews
        inRound.set(news.agent, news.ended)
        said += 1
        if (said === after) child.kill('SIGKILL')
      }
      assert.equal((await exit)[1], 'SIGKILL')
      for (const [agent, count] of inRound) ended.set(agent, (ended.get(agent) ?? 0) + count)
      await using db = await createHive({ dataDir, swarm: false, evolution: { interval: 0 } })
      trials = 0
      for (const [name, sessions] of ended) {
        trials += await checkAgent(await db.agents.open(name), sessions, round + 1)
      }
      assert.equal(db.status.damaged, 0)
    }
    assert.ok(trials > 1, String(trials))
  })
})

/** Returns the number of trials. Each round may have one session that was not acknowledged. */
async function checkAgent(agent: Agent, ended: number, rounds: number): Promise<number> {
  const rows = await agent.journal.list({ kind: 'session', limit: 1_000 })
  const ids = rows.map(({ session }) => session)
  assert.equal(new Set(ids).size, ids.length)
  if (rows.length < 1_000) {
    assert.ok(ended <= rows.length && rows.length <= ended + rounds, `${ended} ${rows.length}`)
  }
  const versions = await agent.persona.history({ limit: 1_000 })
  const history = await agent.cortex.evolution.getMutationHistory({ limit: 1_000 })
  const applied = versions.flatMap(({ number, origin }) => (origin.do === 'apply' ? [number] : []))
  assert.deepEqual(
    history.map(({ version }) => version),
    applied
  )
  const inverted = versions.flatMap(({ origin }) =>
    origin.do === 'invert' ? [origin.version] : []
  )
  assert.deepEqual(
    history.flatMap(({ status, version }) => (status === 'inverted' ? [version] : [])),
    inverted
  )
  const running = history.filter(({ status }) => status === 'running')
  const { trial } = await agent.cortex.evolution.state()
  assert.deepEqual(
    running.map(({ number }) => number),
    trial === undefined ? [] : [trial.number]
  )
  if (trial !== undefined && rows.length < 1_000) {
    const under = rows.filter(({ version }) => version === trial.version)
    assert.equal(trial.outcomes?.trials, under.length)
  }
  return history.length
}
