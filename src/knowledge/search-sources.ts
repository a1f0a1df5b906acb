/**
 * The sources of the search index: the facts of this node and the released records of its replica.
 * Records in quarantine and disputed ones are not in the index, so that they take no place in an
 * answer and change no ranking; a vote that releases a record adds it.
 */
import { encodeRecord } from '../../crdt/records/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import type { AttestedRecord, RecordKind, Replica } from '../../crdt/index.ts'
import type { Judge } from '../judgement/index.ts'
import type { FactStore } from '../facts/index.ts'
import type { SearchIndex } from '../search/index.ts'

/** Kinds of records that recall returns; goals and skills have listings of their own. */
const RECALLABLE: ReadonlySet<RecordKind> = new Set(['fact', 'insight'])

export function searchSources(
  facts: Pick<FactStore, 'log' | 'logEnd' | 'stored'>,
  replica: Pick<Replica, 'getMany' | 'recordLog' | 'recordLogEnd'>,
  judge: Pick<Judge, 'judge'>
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
        const released = await releasedOf(await replica.getMany(digests), judge)
        return digests.map((digest) => released.get(toHex(digest)))
      }
    }
  ]
}

/** Bytes of the records that may influence this node, by digest in hex. */
async function releasedOf(
  records: readonly AttestedRecord[],
  judge: Pick<Judge, 'judge'>
): Promise<ReadonlyMap<string, Uint8Array>> {
  const released = new Map<string, Uint8Array>()
  for (const attested of records) {
    const { digest, record } = attested
    if (!RECALLABLE.has(record.kind)) continue
    if ((await judge.judge(attested))?.state !== 'released') continue
    released.set(toHex(digest), encodeRecord(record))
  }
  return released
}
