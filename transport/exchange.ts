/**
 * One exchange of frames over a stream: what every protocol of ours has in common. The stream is
 * closed when the exchange has ended, and reset when it failed, fell silent or the node stops; a
 * peer that broke the protocol is blamed.
 */
import { setMaxListeners } from 'node:events'
import { MalformedError } from '../crdt/index.ts'
import { EXCHANGE_IDLE_TIMEOUT } from './constants.ts'
import { ProtocolError } from './errors.ts'
import { FrameStream } from './frame-stream.ts'
import type { PeerId, Stream } from '@libp2p/interface'

export interface ExchangeInit {
  readonly peer: PeerId
  readonly maxFrameBytes: number
  /** Aborted when the node stops. */
  readonly stopping: AbortSignal
  readonly onOffence: (peer: PeerId, reason: string) => void
}

export async function runExchange<T>(
  stream: Stream,
  { peer, maxFrameBytes, stopping, onOffence }: ExchangeInit,
  task: (frames: FrameStream, signal: AbortSignal) => Promise<T>
): Promise<T> {
  const idle = new IdleTimeout(EXCHANGE_IDLE_TIMEOUT)
  const signal = AbortSignal.any([stopping, idle.signal])
  // Every read and write of the exchange listens to it.
  setMaxListeners(Infinity, signal)
  stream.addEventListener('message', idle.refresh)
  stream.addEventListener('drain', idle.refresh)
  try {
    const result = await task(new FrameStream(stream, maxFrameBytes), signal)
    await stream.close({ signal })
    return result
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)))
    if (error instanceof ProtocolError || error instanceof MalformedError) {
      onOffence(peer, error.message)
    }
    throw error
  } finally {
    idle.stop()
  }
}

/** Aborts its signal when `refresh` was not called for `milliseconds`. */
class IdleTimeout {
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout

  constructor(milliseconds: number) {
    this.#timer = setTimeout(() => {
      this.#controller.abort(new Error(`Nothing arrived for ${milliseconds} ms.`))
    }, milliseconds)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  readonly refresh = (): void => {
    this.#timer.refresh()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
