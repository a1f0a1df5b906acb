/**
 * The listening side of libp2p's private networks (https://github.com/libp2p/specs/blob/master/pnet),
 * for a node that accepts several swarm keys while one replaces another: each side sends a nonce, and
 * what follows is XSalsa20 under the key. Which key the dialling side has shows in its first bytes,
 * which are known; pnet itself knows one key only.
 */
import { randomBytes } from 'node:crypto'
import { AbstractMultiaddrConnection, byteStream } from '@libp2p/utils'
import { xsalsa20 } from '@noble/ciphers/salsa.js'
import { NONCE_TIMEOUT } from '../constants.ts'
import type { AbortOptions, MultiaddrConnection } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'

const NONCE_BYTES = 24
const BLOCK_BYTES = 64

/**
 * The connection under the first of `secrets` (32 bytes each) that makes it begin with `start`;
 * undefined when none does.
 */
export async function acceptKeyed(
  connection: MultiaddrConnection,
  secrets: readonly Uint8Array[],
  start: Uint8Array,
  options: AbortOptions = { signal: AbortSignal.timeout(NONCE_TIMEOUT) }
): Promise<MultiaddrConnection | undefined> {
  const bytes = byteStream(connection)
  const ownNonce = randomBytes(NONCE_BYTES)
  const [theirs] = await Promise.all([
    bytes.read({ ...options, bytes: NONCE_BYTES }),
    bytes.write(ownNonce, options)
  ])
  const nonce = theirs.subarray()
  const first = await bytes.read({ ...options, bytes: start.length })
  const secret = secrets.find((each) =>
    Buffer.from(xsalsa20(each, nonce, first.subarray())).equals(start)
  )
  const inner = bytes.unwrap()
  inner.unshift(first)
  if (secret === undefined) return undefined
  return new KeyedConnection(inner, new KeyStream(secret, nonce), new KeyStream(secret, ownNonce))
}

class KeyedConnection extends AbstractMultiaddrConnection {
  readonly #inner: MultiaddrConnection
  readonly #outbound: KeyStream

  constructor(inner: MultiaddrConnection, inbound: KeyStream, outbound: KeyStream) {
    const { remoteAddr, direction, log } = inner
    super({ remoteAddr, direction, log: log.newScope('keyed') })
    this.#inner = inner
    this.#outbound = outbound
    inner.addEventListener('message', ({ data }) => {
      for (const part of data instanceof Uint8Array ? [data] : data) {
        this.onData(inbound.xor(part))
      }
    })
    inner.addEventListener('drain', () => this.onMuxerDrain())
    inner.addEventListener('close', ({ error, local }) => {
      if (error === undefined) this.onTransportClosed()
      else if (local === true) this.abort(error)
      else this.onRemoteReset()
    })
  }

  sendData(data: Uint8ArrayList): SendResult {
    const canSendMore = this.#inner.send(this.#outbound.xor(data.subarray()))
    return { sentBytes: data.byteLength, canSendMore }
  }

  async sendClose(options?: AbortOptions): Promise<void> {
    await this.#inner.close(options)
  }

  sendReset(error: Error): void {
    this.#inner.abort(error)
  }

  sendPause(): void {
    this.#inner.pause()
  }

  sendResume(): void {
    this.#inner.resume()
  }
}

/** One direction: goes on in the key stream where the bytes before ended. */
class KeyStream {
  readonly #secret: Uint8Array
  readonly #nonce: Uint8Array
  #position = 0

  constructor(secret: Uint8Array, nonce: Uint8Array) {
    this.#secret = secret
    this.#nonce = nonce
  }

  xor(bytes: Uint8Array): Uint8Array {
    const within = this.#position % BLOCK_BYTES
    const aligned = new Uint8Array(within + bytes.length)
    aligned.set(bytes, within)
    const block = (this.#position - within) / BLOCK_BYTES
    this.#position += bytes.length
    return xsalsa20(this.#secret, this.#nonce, aligned, undefined, block).subarray(within)
  }
}
