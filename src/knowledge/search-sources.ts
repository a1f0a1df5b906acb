/** The sources of the search index: the facts of this node and the records of its replica. */
import { kindOf } from '../../crdt/index.ts'
import type { RecordKind, Replica } from '../../crdt/index.ts'
import type { FactStore } from '../facts/index.ts'
import type { SearchIndex } from '../search/index.ts'

/** Kinds of records that recall returns; goals and skills have listings of their own. */
const RECALLABLE: ReadonlySet<RecordKind> = new Set(['fact', 'insight'])

export function searchSources(
  facts: Pick<FactStore, 'log' | 'logEnd' | 'stored'>,
  replica: Pick<Replica, 'bodies' | 'recordLog' | 'recordLogEnd'>
): ConstructorParameters<typeof SearchIndex>[0]['sources'] {
  return [
    {
      origin: 'local',
      end: () => facts.logEnd,
      log: (from) => facts.log(from),
      read: (digests) => facts.stored(digests)
    },
    {
      origin: 'hive',
      end: () => replica.recordLogEnd,
      log: (from) => replica.recordLog(from),
      read: async (digests) => {
        const bodies = await replica.bodies([...digests])
        return bodies.map((body) => (body && RECALLABLE.has(kindOf(body)) ? body : undefined))
      }
    }
  ]
}
