/** A node in memory whose agents publish, and what is in its store by the sections themselves. */
import { createHive } from '../../../src/index.ts'
import { SEAL_BYTES } from '../../../crdt/bytes/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import type { Agent, HiveNode } from '../../../src/index.ts'
import type { FailingDatabase } from '../../fixtures/failing-database.ts'

export const NAMES = ['ada', 'bob', 'cy'] as const
export const WHY = { why: 'It published a wrong claim.' } as const

/** 2026-11-28. */
const START = Date.UTC(2026, 10, 28)

export interface GovernedNode extends AsyncDisposable {
  readonly db: HiveNode
  readonly files: FailingDatabase
  readonly agent: (name: string) => Agent
  /** Moves the clock; returns the time. */
  tick(milliseconds?: number): Date
  /** What each fact was promoted as, by id. */
  promoted(): Promise<Map<string, string>>
  /** Whether this node vouches for a record. */
  vouches(record: string): Promise<boolean>
  /** Stops it and opens it again. */
  restart(): Promise<void>
}

export async function governedNode(): Promise<GovernedNode> {
  let time = START
  const files = failingDatabase()
  const clock = { now: () => time }
  const open = (): Promise<HiveNode> =>
    createHive({
      swarm: false,
      upkeep: false,
      store: files.database,
      clock,
      // A test that needs a skill published does so itself.
      skills: { publish: false }
    })
  let db = await open()
  return {
    get db() {
      return db
    },
    files,
    agent: (name) => db.agents.get(name) ?? db.agents.create(name),
    tick(milliseconds = 1_000) {
      time += milliseconds
      return new Date(time)
    },
    async promoted() {
      const pairs = new Map<string, string>()
      const range = { gt: Buffer.from('!promoted!'), lt: Buffer.from('!promoted"') }
      for await (const [key, value] of files.database.iterator(range)) {
        const fact = Buffer.from(key).subarray('!promoted!'.length).toString('hex')
        pairs.set(fact, Buffer.from(value).subarray(SEAL_BYTES).toString('hex'))
      }
      return pairs
    },
    async vouches(record) {
      const insight = await db.agent.cortex.hive.get(record)
      return insight !== undefined && insight.corroboration > 0
    },
    async restart() {
      await db.stop()
      db = await open()
    },
    [Symbol.asyncDispose]: () => db.stop()
  }
}
