/**
 * The threshold of a closed swarm: an inbound connection has a time in all until its peer has proved that
 * it may come in, whatever it sends before and however slowly. The time begins with the first step of
 * the connection, which is that of the swarm key. When it is over, the connection ends. Behind the Noise
 * handshake the door takes over what is left, and ends with a reason.
 */
import { DOOR_PATIENCE } from '../constants.ts'
import { DoorClosed } from './door-reasons.ts'
import { Patience } from './patience.ts'
import type { ConnectionProtector, MessageStream } from '@libp2p/interface'

interface Watch {
  readonly patience: Patience
  /** Ends the connection. */
  readonly end: () => void
}

export class Threshold {
  /** By the stream that the encryption gets. */
  readonly #watches = new WeakMap<MessageStream, Watch>()

  /** Begins the time of each inbound connection before `inner` sees it. */
  guard(inner: () => ConnectionProtector): () => ConnectionProtector {
    return () => {
      const protector = inner()
      return {
        protect: async (connection, options): Promise<MessageStream> => {
          if (connection.direction !== 'inbound') return protector.protect(connection, options)
          const watch = watchOver(connection)
          const opened = await protector.protect(connection, options)
          this.#watches.set(opened, watch)
          return opened
        }
      }
    }
  }

  /** What is left of the time of a connection, which stands still; nothing else ends it from now on. */
  take(connection: MessageStream): Patience {
    const watch = this.#watches.get(connection)
    // A program may have replaced the protector.
    if (watch === undefined) return new Patience(DOOR_PATIENCE)
    const { patience, end } = watch
    patience.signal.removeEventListener('abort', end)
    patience.pause()
    return patience
  }
}

function watchOver(connection: MessageStream): Watch {
  const patience = new Patience(DOOR_PATIENCE)
  const end = (): void => connection.abort(new DoorClosed('silence', { isOurs: true }))
  patience.signal.addEventListener('abort', end, { once: true })
  connection.addEventListener('close', () => patience.pause(), { once: true })
  patience.resume()
  return { patience, end }
}
