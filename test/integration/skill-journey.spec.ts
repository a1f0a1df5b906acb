import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createHive } from '../../src/index.ts'
import { VERSION_SKILL } from '../fixtures/broken-skills.ts'
import type { HiveNode } from '../../src/index.ts'

/** Every version of the packages that this project locks, twice: a promotion needs 175 uses. */
async function lockedVersions(): Promise<readonly string[]> {
  const lock: unknown = JSON.parse(await readFile('package-lock.json', 'utf8'))
  const packages = (lock as { packages: Record<string, { version?: string }> }).packages
  const versions = Object.values(packages).flatMap(({ version }) => version ?? [])
  const each = [...new Set(versions)]
  return [...each, ...each]
}

describe('a skill', function () {
  this.timeout(120_000)

  it('fails at one node, is repaired, verified and published there, and runs warm at another one that never failed', async () => {
    const versions = await lockedVersions()
    const signal = AbortSignal.timeout(110_000)
    const swarm = { listen: ['/ip4/127.0.0.1/tcp/0'], k: 1 }
    await using a = await createHive({ swarm })
    await using b = await createHive({
      swarm: { ...swarm, bootstrap: a.multiaddrs },
      skills: { adopt: 'all' }
    })
    const first = await a.agent.cortex.capabilities.registerCapability({
      name: 'parse-version',
      description: 'Reads a version of a package.',
      kind: 'code',
      source: VERSION_SKILL.source,
      tests: [...VERSION_SKILL.tests]
    })
    const failed = await failures(a, first.id, versions)
    assert.ok(failed > 0 && failed < versions.length)

    const { synthesized } = await a.agent.cortex.capabilities.discoverAndSynthesize({ signal })
    const [made] = synthesized
    assert.ok(made !== undefined)
    assert.equal(made.repaired, made.failures)

    const warmAtA = warmed(a, made.id, signal)
    const adoptedAtB = reached(b, made.id, 'experimental', signal)
    assert.equal(await failures(a, made.id, versions), 0)
    assert.equal((await a.agent.cortex.capabilities.get(made.id)).status, 'verified')
    await warmAtA
    await adoptedAtB

    const warmAtB = warmed(b, made.id, signal)
    assert.equal(await failures(b, made.id, versions), 0)
    assert.equal((await b.agent.cortex.capabilities.get(made.id)).status, 'verified')
    await warmAtB
    // A run uses up what was ready; on a busy machine the next may come before it is again.
    const runs: boolean[] = []
    for (let i = 0; i < 20; i++) {
      const run = await b.agent.cortex.capabilities.invoke(made.id, '22.0.0-rc.1')
      assert.deepEqual(run.output, { major: 22, minor: 0, patch: 0 })
      runs.push(run.wasWarm)
    }
    assert.ok(runs.includes(true))
    assert.deepEqual(await b.agent.cortex.capabilities.failures(), [])
  })
})

/** Runs the skill on each input: at how many it fails. */
async function failures(db: HiveNode, id: string, inputs: readonly string[]): Promise<number> {
  let count = 0
  for (const input of inputs) {
    await db.agent.cortex.capabilities.invoke(id, input).catch(() => {
      count += 1
    })
  }
  return count
}

async function warmed(db: HiveNode, id: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const [warm] = await once(db, 'skill:warm', { signal })
    if (warm.id === id) return
  }
}

async function reached(
  db: HiveNode,
  id: string,
  status: string,
  signal: AbortSignal
): Promise<void> {
  for (;;) {
    const [transition] = await once(db, 'skill:transition', { signal })
    if (transition.id === id && transition.to === status) return
  }
}
