/** The ids of goals, for calls that take one. */
import { toHex } from '../../crdt/bytes/index.ts'
import type { Replica } from '../../crdt/index.ts'
import type { IdScope } from '../arguments/index.ts'
import type { GoalTree } from './goal-index.ts'

export function goalIds(replica: Pick<Replica, 'idsFrom'>, tree: () => Promise<GoalTree>): IdScope {
  return {
    name: 'goals',
    idsFrom: (digits, limit) => replica.idsFrom(digits, limit, 'goal'),
    textsOf: async (digests) => {
      const goals = await tree()
      return digests.map((digest) => goals.get(toHex(digest))?.title)
    }
  }
}
