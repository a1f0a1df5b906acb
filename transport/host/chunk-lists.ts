/**
 * The lists of chunks in which libp2p keeps bytes until a frame is complete: of Noise, Yamux, gossipsub
 * and others. `uint8arraylist` 3.0.2 takes chunks from the front of a list one by one, which takes a time
 * that grows with the square of their number. A peer decides that number: a message of gossip of 150 KB in
 * chunks of one byte held up a node for 4 s, one of 512 KB for 78 s.
 */
import { Uint8ArrayList } from 'uint8arraylist'

/** The private part of a list. */
interface Chunks {
  bufs: Uint8Array[]
  length: number
}

/**
 * Makes all lists of this process take chunks from their front together; idempotent. A version whose lists
 * are kept otherwise stays as it is.
 */
export function consumeChunksTogether(): void {
  if (isKeptAsKnown()) Uint8ArrayList.prototype.consume = consume
}

function isKeptAsKnown(): boolean {
  const chunk = Uint8Array.of(1, 2)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- that is what is checked
  const { bufs, length } = new Uint8ArrayList(chunk, chunk) as unknown as Partial<Chunks>
  return Array.isArray(bufs) && bufs.length === 2 && bufs[0] === chunk && length === 4
}

/** Does what the original does, for the same arguments. */
function consume(this: Uint8ArrayList, bytes: number): void {
  const count = Math.trunc(bytes)
  if (Number.isNaN(count) || count <= 0) return
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its own fields
  const list = this as unknown as Chunks
  let left = count
  let whole = 0
  for (const { byteLength } of list.bufs) {
    if (byteLength > left) break
    left -= byteLength
    whole += 1
  }
  if (whole > 0) list.bufs.splice(0, whole)
  const [first] = list.bufs
  if (first !== undefined && left > 0) list.bufs[0] = first.subarray(left)
  list.length = Math.max(0, list.length - count)
}
