/** The ids of goals, for calls that take one. */
import { readAll } from '../../crdt/bytes/index.ts'
import { readRecord } from '../../crdt/index.ts'
import { HiveError } from '../errors.ts'
import type { Replica } from '../../crdt/index.ts'
import type { IdScope } from '../arguments/index.ts'

export function goalIds(replica: Pick<Replica, 'bodies' | 'idsFrom'>): IdScope {
  return {
    name: 'goals',
    idsFrom: (digits, limit) => replica.idsFrom(digits, limit, 'goal'),
    textsOf: async (digests) => {
      const bodies = await replica.bodies([...digests])
      return bodies.map((body) =>
        body === undefined ? undefined : readAll(body, readRecord).entity
      )
    }
  }
}

export function unknownGoal(id: string): HiveError {
  return new HiveError(
    'GOAL_UNKNOWN',
    `Goal ${id} is not stored on this node. \`goals.list()\`, or "hive goals", lists the goals.`
  )
}
