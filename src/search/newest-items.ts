/** The newest items of a log that the index lacks, for a direct comparison. */
import { packItems } from './packed-items.ts'
import type { RecentItems } from './index-view.ts'
import type { SearchSource } from './search-source.ts'

/** The newest items that are compared; as few are waited for, however long it takes. */
export const MAX_UNINDEXED = 512

/** Bytes of them after which no more are read: the words of 1 KiB take 50 us to compare. */
const MAX_BYTES = 2 ** 17

/** Items that are read at a time. */
const PART = 16

/** The newest items from a position on. */
export async function readNewestItems(source: SearchSource, from: number): Promise<RecentItems> {
  const { origin } = source
  const digests = await source.newest(from, MAX_UNINDEXED)
  const stored = await readLast(source, digests)
  const read = digests.slice(digests.length - stored.length)
  return { origin, digests, packed: packItems(read, stored) }
}

/** What is stored of the last ones of the digests, until it is enough to compare. */
async function readLast(
  source: Pick<SearchSource, 'read'>,
  digests: readonly Uint8Array[]
): Promise<readonly (Uint8Array | undefined)[]> {
  const stored: (Uint8Array | undefined)[] = []
  let bytes = 0
  for (let end = digests.length; end > 0 && bytes < MAX_BYTES; end -= PART) {
    const part = await source.read(digests.slice(Math.max(0, end - PART), end))
    bytes = part.reduce((sum, each) => sum + (each?.length ?? 0), bytes)
    stored.unshift(...part)
  }
  return stored
}
