/** The ids of stored records of the hive, for calls that take one. */
import { readAll } from '../../crdt/bytes/index.ts'
import { readRecord } from '../../crdt/index.ts'
import type { HiveRecord, Replica } from '../../crdt/index.ts'
import type { IdScope } from '../arguments/index.ts'

/** Of the records that `accepts`; default: all. */
export function recordIds(
  replica: Pick<Replica, 'bodies' | 'idsFrom'>,
  { name = 'records', accepts = () => true }: RecordIdsInit = {}
): IdScope {
  return {
    name,
    idsFrom: (digits, limit) => replica.idsFrom(digits, limit),
    textsOf: async (digests) => {
      const bodies = await replica.bodies([...digests])
      return bodies.map((body) => {
        const record = body === undefined ? undefined : readAll(body, readRecord)
        if (record === undefined || !accepts(record)) return undefined
        // The content of a skill is JSON.
        return record.kind === 'skill' ? record.entity : `${record.entity}: ${record.content}`
      })
    }
  }
}

interface RecordIdsInit {
  readonly name?: string
  readonly accepts?: (record: HiveRecord) => boolean
}
