/**
 * Compaction of a log of digests: of the repetitions of a digest only the last one stays. Positions
 * stay valid. The digests of a compacted range move to its end, so that a reader at any position
 * still finds every digest that was logged at or after this position; it may find some twice.
 */
import { HASH_BYTES } from '../constants.ts'
import { concat, seqBytes, seqOf } from '../bytes/index.ts'
import type { Operation, Section, Store } from './section.ts'

/** Newest positions that are left as they are. */
const TAIL = 8_192

/** Digests that are known as repeated, the newest ones first: 10 MB while it runs. */
const MAX_SEEN = 65_536

/** Parts of a log that one commit replaces, and digests of a part that it writes. */
const CHUNK_PARTS = 10_000
const PART_DIGESTS = 2_048

type Part = readonly [key: Uint8Array, bytes: Uint8Array]

/** What a compaction left. */
export interface Compacted {
  /** Before this position repetitions were dropped. */
  readonly to: number
  /** Digests that are stored before this position. */
  readonly kept: number
}

/** Compacts the log up to its tail; each commit replaces a range as a whole. */
export async function compactLog(
  {
    store,
    section,
    end
  }: { readonly store: Pick<Store, 'commit'>; readonly section: Section; readonly end: number },
  signal?: AbortSignal
): Promise<Compacted> {
  const seen = new Set<string>()
  const limit = end - TAIL
  let to: number | undefined
  let kept = 0
  let chunk: Part[] = []
  const replace = async (): Promise<void> => {
    const last = chunk[0]
    if (last === undefined) return
    to ??= endOf(last)
    const digests = chunk.flatMap(([, bytes]) => newDigests(bytes, seen)).toReversed()
    await store.commit(replacement(section, chunk, digests))
    kept += digests.length
    chunk = []
  }
  // Also of the tail, whose repetitions are newer.
  for await (const part of section.entries({ reverse: true })) {
    signal?.throwIfAborted()
    if (endOf(part) > limit) {
      newDigests(part[1], seen)
      continue
    }
    chunk.push(part)
    if (chunk.length === CHUNK_PARTS) await replace()
  }
  await replace()
  return { to: to ?? 0, kept }
}

/** The digests of a part that no later part has, the last one first. */
function newDigests(bytes: Uint8Array, seen: Set<string>): Uint8Array[] {
  const digests: Uint8Array[] = []
  for (let at = bytes.length - HASH_BYTES; at >= 0; at -= HASH_BYTES) {
    const digest = bytes.subarray(at, at + HASH_BYTES)
    const name = Buffer.from(digest).toString('latin1')
    if (seen.has(name)) continue
    if (seen.size < MAX_SEEN) seen.add(name)
    digests.push(digest)
  }
  return digests
}

/** Operations that replace the parts by these digests, which end where the parts end. */
function replacement(
  section: Section,
  parts: readonly Part[],
  digests: readonly Uint8Array[]
): Operation[] {
  const operations = parts.map(([key]) => section.del(key))
  const [last] = parts
  if (last === undefined) return []
  let position = endOf(last) - digests.length
  for (let from = 0; from < digests.length; from += PART_DIGESTS) {
    const part = digests.slice(from, from + PART_DIGESTS)
    // A deletion of the same key comes before.
    operations.push(section.put(seqBytes(position), concat(...part)))
    position += part.length
  }
  return operations
}

function endOf([key, bytes]: Part): number {
  return seqOf(key) + bytes.length / HASH_BYTES
}
