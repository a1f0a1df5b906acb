import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createHive } from 'noormme-hive'
import { failingDatabase } from '../../../fixtures/failing-database.ts'
import { deliver, replicaOn } from '../../../fixtures/replicas.ts'
import type { Database, Replica } from '../../../../crdt/index.ts'
import type { HiveNode } from 'noormme-hive'

const open = (store: Database): Promise<HiveNode> =>
  createHive({ store, swarm: false, upkeep: false })

/** What a crash leaves right after a skill was verified. */
async function verified(): Promise<{ left: Database; id: string }> {
  const { database } = failingDatabase()
  await using db = await open(database)
  const { capabilities } = db.agent.cortex
  const { id } = await capabilities.registerCapability({
    name: 'length',
    description: 'Counts letters.',
    kind: 'code',
    source: 'export default (text) => text.length',
    tests: [{ input: 'four', output: 4 }]
  })
  for (;;) {
    const transition = await capabilities.recordOutcome(id, { ok: true })
    if (transition?.to === 'verified') return { left: await crashed(database), id }
  }
}

/** All that the database has now. */
async function crashed(database: Database): Promise<Database> {
  const copy = failingDatabase()
  await copy.fill(database)
  return copy.database
}

/** When this node says so of the skill. */
async function says(db: HiveNode, id: string, vote: string | undefined): Promise<void> {
  const signal = AbortSignal.timeout(20_000)
  while ((await db.agent.cortex.hive.voices(id))?.own !== vote)
    await nextTurn(undefined, { signal })
}

/** What the swarm is to hear of a skill, whose node ends or fails before it tells. */
describe('a change of the status of a skill', function () {
  this.timeout(60_000)

  it('reaches the swarm after a crash between the change and its vote', async () => {
    const { id, ...crash } = await verified()
    let { left } = crash
    for (const [status, vote] of [
      ['blacklisted', 'vouch'],
      ['sandbox', 'dispute'],
      [undefined, undefined]
    ] as const) {
      await using db = await open(left)
      await says(db, id, vote)
      if (status === undefined) break
      await db.agent.cortex.capabilities.updateCapabilityStatus(id, status, 'By hand.')
      left = await crashed(left)
    }
  })

  it('reaches the swarm once it is on disk, also if its call failed', async () => {
    const { left, id } = await verified()
    const files = failingDatabase()
    await files.fill(left)
    await using db = await open(files.database)
    const { capabilities } = db.agent.cortex
    await says(db, id, 'vouch')
    files.failNext('skills')
    const blacklist = (): Promise<unknown> =>
      capabilities.updateCapabilityStatus(id, 'blacklisted', 'By hand.')
    await assert.rejects(blacklist(), { code: 'STORE_WRITE_FAILED' })
    await blacklist()
    await says(db, id, 'dispute')
  })
})

/** An offer arrives, and the node ends before it considers the skill. */
describe('a skill that others offer', function () {
  this.timeout(60_000)

  const adopting = (store: Database): Promise<HiveNode> =>
    createHive({ store, swarm: false, upkeep: false, skills: { adopt: 'all' } })

  it('is considered by the next run where the one before ended first', async () => {
    const offered = await offeredSkill()
    const { database } = failingDatabase()
    await (await adopting(database)).stop()
    {
      await using own = await replicaOn(database)
      await deliver(offered.replica, own.replica)
    }
    await using db = await adopting(database)
    const signal = AbortSignal.timeout(20_000)
    const isAdopted = async (): Promise<boolean> =>
      (await db.agent.cortex.capabilities.list()).some(({ id }) => id === offered.id)
    while (!(await isAdopted())) await nextTurn(undefined, { signal })
    await offered.close()
  })

  async function offeredSkill(): Promise<{
    id: string
    replica: Replica
    close(): Promise<void>
  }> {
    const { left, id } = await verified()
    const { replica, store } = await replicaOn(await saying(left, id))
    return { id, replica, close: () => store.close() }
  }

  /** What is on disk once the node says so. */
  async function saying(left: Database, id: string): Promise<Database> {
    await using db = await open(left)
    await says(db, id, 'vouch')
    return crashed(left)
  }
})
