/**
 * Items for the search thread: one buffer that is transferred, since thousands of small ones would
 * be copied one by one.
 *
 *   (digest (32) | uint32 length, or 2^32 - 1 for a removed item | bytes)*
 */
const DIGEST_BYTES = 32
const LENGTH_BYTES = 4
const GONE = 2 ** 32 - 1

export interface PackedItem {
  readonly digest: Uint8Array
  /** The stored bytes; undefined for a removed item. */
  readonly stored?: Uint8Array
}

export function packItems(
  digests: readonly Uint8Array[],
  stored: readonly (Uint8Array | undefined)[]
): Uint8Array<ArrayBuffer> {
  const size = stored.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0)
  const packed = new Uint8Array(digests.length * (DIGEST_BYTES + LENGTH_BYTES) + size)
  const view = new DataView(packed.buffer)
  let at = 0
  for (const [i, digest] of digests.entries()) {
    const bytes = stored[i]
    packed.set(digest, at)
    view.setUint32(at + DIGEST_BYTES, bytes?.length ?? GONE)
    at += DIGEST_BYTES + LENGTH_BYTES
    if (bytes === undefined) continue
    packed.set(bytes, at)
    at += bytes.length
  }
  return packed
}

export function* unpackItems(packed: Uint8Array): Generator<PackedItem> {
  const view = new DataView(packed.buffer, packed.byteOffset)
  for (let at = 0; at < packed.length;) {
    const digest = packed.subarray(at, at + DIGEST_BYTES)
    const length = view.getUint32(at + DIGEST_BYTES)
    at += DIGEST_BYTES + LENGTH_BYTES
    if (length === GONE) {
      yield { digest }
      continue
    }
    yield { digest, stored: packed.subarray(at, at + length) }
    at += length
  }
}
