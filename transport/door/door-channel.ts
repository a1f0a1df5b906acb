/** Frames between the encryption of a connection and its streams, while the door is still closed. */
import { lpStream } from '@libp2p/utils'
import { MalformedError } from '../../crdt/index.ts'
import { DOOR_FAREWELL, MAX_DOOR_BUFFER_BYTES } from '../constants.ts'
import { DoorClosed } from './door-reasons.ts'
import { MAX_DOOR_FRAME_BYTES, readDoorFrame, writeDoorFrame } from './door-frames.ts'
import type { AbortOptions, MessageStream } from '@libp2p/interface'
import type { DoorFrame } from './door-frames.ts'
import type { Patience } from './patience.ts'

/** The stream has ended or failed: nothing can be read from it or sent over it. */
const FRAME_ERRORS: ReadonlySet<string> = new Set([
  'InvalidMessageLengthError',
  'InvalidDataLengthError',
  'InvalidDataLengthLengthError',
  'StreamBufferError'
])

export class DoorChannel {
  readonly #connection: MessageStream
  readonly #frames: ReturnType<typeof lpStream>
  readonly #options: AbortOptions
  /** Undefined once the peer has proved that it may come in, and of a peer that was dialled. */
  #patience: Patience | undefined

  /** `options` end all reads and writes. `patience`: what is left for a peer that has proved nothing. */
  constructor(connection: MessageStream, options: AbortOptions, patience?: Patience) {
    this.#connection = connection
    this.#options = options
    this.#patience = patience
    this.#frames = lpStream(connection, {
      maxDataLength: MAX_DOOR_FRAME_BYTES,
      maxBufferSize: MAX_DOOR_BUFFER_BYTES
    })
  }

  async write(frame: DoorFrame): Promise<void> {
    await this.#frames.write(writeDoorFrame(frame), this.#options)
  }

  /** The peer has proved that it may come in: from now on each frame has a time of its own. */
  trust(): void {
    this.#patience?.pause()
    this.#patience = undefined
  }

  /**
   * The next frame; throws `DoorClosed` for a refusal, silence, and bytes that are no frame. Of a peer
   * that has proved nothing, all frames together have the time that is left.
   */
  async read(timeout: number): Promise<DoorFrame> {
    const patience = this.#patience
    patience?.resume()
    try {
      return await this.#read(patience?.signal ?? AbortSignal.timeout(timeout))
    } finally {
      patience?.pause()
    }
  }

  async #read(silence: AbortSignal): Promise<DoorFrame> {
    const { signal } = this.#options
    const either = signal === undefined ? silence : AbortSignal.any([signal, silence])
    let frame: DoorFrame
    try {
      const bytes = await this.#frames.read({ signal: either })
      frame = readDoorFrame(bytes.subarray())
    } catch (error) {
      if (silence.aborted) throw new DoorClosed('silence', { isOurs: true })
      if (isFrameError(error)) throw new DoorClosed('malformed', { isOurs: true })
      throw error
    }
    if (frame.type === 'refusal') {
      const { reason, revocation } = frame
      throw new DoorClosed(reason, { isOurs: false, revocation })
    }
    return frame
  }

  /** Sends the refusal, and waits for a moment for the peer to read it. */
  async refuse({ reason, revocation }: DoorClosed): Promise<void> {
    const { promise: closed, resolve } = Promise.withResolvers<undefined>()
    this.#connection.addEventListener('close', () => resolve(undefined), { once: true })
    const farewell = AbortSignal.timeout(DOOR_FAREWELL)
    farewell.addEventListener('abort', () => resolve(undefined), { once: true })
    // A peer that reads nothing lets the write wait.
    const bytes = writeDoorFrame({ type: 'refusal', reason, revocation })
    await this.#frames.write(bytes, { signal: farewell })
    await closed
  }

  /** The connection, for the streams of an admitted peer. */
  unwrap(): MessageStream {
    return this.#frames.unwrap()
  }
}

function isFrameError(error: unknown): boolean {
  if (error instanceof MalformedError) return true
  return error instanceof Error && FRAME_ERRORS.has(error.name)
}
