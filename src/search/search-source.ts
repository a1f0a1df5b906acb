/** What a search index follows. */
import type { LogPart } from '../../crdt/index.ts'
import type { SearchOrigin } from './search-query.ts'

/** A source of the index. */
export interface SearchSource {
  readonly origin: SearchOrigin
  /** Position after the last digest of the log. */
  end(): number
  /** The log from a position; its beginning may have been cut off. */
  log(from: number): AsyncIterable<LogPart>
  /** At most `limit` digests of the log behind position `from`, the newest ones that are on disk. */
  newest(from: number, limit: number): Promise<readonly Uint8Array[]>
  /**
   * The bytes to index under these digests now; undefined for removed ones. `pass` is called between
   * two turns of the event loop.
   */
  read(
    digests: readonly Uint8Array[],
    pass?: () => Promise<void>
  ): Promise<readonly (Uint8Array | undefined)[]>
}
