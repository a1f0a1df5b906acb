/**
 * One run by seed: a mixed load during which commits fail, with retries and restarts. Throws when
 * what was acknowledged is not there, or when the parts of the node do not agree.
 */
import { randomOf } from '../fixtures/random.ts'
import { failingDatabase } from '../fixtures/failing-database.ts'
import { acknowledgedNothing } from './acknowledged.ts'
import { checkAcknowledged, checkSpent, repeatPrivateFacts, runOperations } from './mixed-load.ts'
import { assertConsistent, closeNode, openNode } from './store-node.ts'
import type { Database } from '../../crdt/index.ts'

/** Restarts in a run, and groups of operations between two of them. */
const RESTARTS = 2
const GROUPS = 6

/** Operations at once, at most. */
const MAX_AT_ONCE = 4

/** Writes in a group of operations, about; one of them fails in half of the groups. */
const WRITES = 6

export async function runWithFailingCommits(
  seed: number,
  fill?: (database: Database) => Promise<void>
): Promise<void> {
  const random = randomOf(seed)
  const { database, failAfter, failNever } = failingDatabase()
  await fill?.(database)
  const known = acknowledgedNothing()
  for (let restart = 0; restart <= RESTARTS; restart++) {
    const node = await openNode(database)
    try {
      checkSpent(node, known)
      await checkAcknowledged(node, known)
      await assertConsistent(node)
      await repeatPrivateFacts(node, known)
      for (let group = 0; group < GROUPS; group++) {
        if (random() < 0.5) failAfter(Math.floor(random() * WRITES))
        const count = 1 + Math.floor(random() * MAX_AT_ONCE)
        await runOperations(node, known, { count, random })
      }
      // What is in memory agrees as well, before a restart reads it again.
      if (random() < 0.5) {
        failNever()
        // A commit that is about to fail takes those behind it along.
        await node.store.flush()
        await node.skills.close()
        await checkAcknowledged(node, known)
        await assertConsistent(node)
      }
    } finally {
      failNever()
      await closeNode(node)
    }
  }
}
