/**
 * A limit for the frames of Yamux (https://github.com/hashicorp/yamux/blob/master/spec.md). The muxer
 * keeps a frame in memory until all of it is there, and checks only then whether the window of its stream
 * allows it. The length of a frame has 32 bits: so a peer could fill gigabytes before it is refused.
 */
import { yamux } from '@libp2p/yamux'
import { MAX_STREAM_WINDOW_BYTES } from '../constants.ts'
import type { MessageStream, StreamMuxerFactory } from '@libp2p/interface'

/** Version, type, flags (2), stream (4), length (4). */
const HEADER_BYTES = 12
const TYPE_AT = 1
const LENGTH_AT = 8
const DATA = 0

/** Yamux that ends a connection at a frame that no stream has a window for. */
export function limitedYamux(): () => StreamMuxerFactory {
  const create = yamux({ streamOptions: { maxStreamWindowSize: MAX_STREAM_WINDOW_BYTES } })
  return () => {
    const factory: StreamMuxerFactory = create()
    const createStreamMuxer: StreamMuxerFactory['createStreamMuxer'] = (connection) => {
      limitFrames(connection)
      return create().createStreamMuxer(connection)
    }
    return Object.assign(factory, { createStreamMuxer })
  }
}

/** Listens before the muxer does. */
function limitFrames(connection: MessageStream): void {
  const limit = new FrameLimit(MAX_STREAM_WINDOW_BYTES)
  connection.addEventListener('message', ({ data }) => {
    const chunks = data instanceof Uint8Array ? [data] : data
    for (const chunk of chunks) {
      if (limit.isWithin(chunk)) continue
      connection.abort(new Error('The peer sent a frame of Yamux that is larger than any window.'))
      return
    }
  })
}

/** Reads the headers of frames out of the bytes of a connection. */
export class FrameLimit {
  readonly #limit: number
  readonly #header = new DataView(new ArrayBuffer(HEADER_BYTES))
  #headerBytes = 0
  /** Bytes of the data of a frame that are still to come. */
  #dataBytes = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Takes the next bytes; false if a frame among them is too long. */
  isWithin(chunk: Uint8Array): boolean {
    for (let at = 0; at < chunk.length;) {
      if (this.#dataBytes > 0) {
        const skipped = Math.min(this.#dataBytes, chunk.length - at)
        this.#dataBytes -= skipped
        at += skipped
        continue
      }
      this.#header.setUint8(this.#headerBytes, chunk[at] ?? 0)
      this.#headerBytes += 1
      at += 1
      if (this.#headerBytes < HEADER_BYTES) continue
      this.#headerBytes = 0
      if (this.#header.getUint8(TYPE_AT) !== DATA) continue
      this.#dataBytes = this.#header.getUint32(LENGTH_AT)
      if (this.#dataBytes > this.#limit) return false
    }
    return true
  }
}
