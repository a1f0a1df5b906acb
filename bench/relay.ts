/** A relay before a TCP address that counts the bytes of both directions. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Server, Socket } from 'node:net'

const MULTIADDR = /^\/ip4\/(?<host>[\d.]+)\/tcp\/(?<port>\d+)(?<rest>.*)$/

export class Relay implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #rest: string
  #bytes = 0

  constructor(multiaddr: string) {
    const { host = '', port = '', rest = '' } = MULTIADDR.exec(multiaddr)?.groups ?? {}
    this.#rest = rest
    this.#server = createServer((near) => {
      const far = connect(Number(port), host)
      for (const [from, to] of [
        [near, far],
        [far, near]
      ] as const) {
        this.#sockets.add(from)
        from.on('data', (chunk) => (this.#bytes += chunk.length))
        // A side that ends the connection rudely ends it for the other.
        pipeline(from, to).catch(() => to.destroy())
      }
    })
  }

  static async start(multiaddr: string): Promise<Relay> {
    const relay = new Relay(multiaddr)
    relay.#server.listen(0, '127.0.0.1')
    await once(relay.#server, 'listening')
    return relay
  }

  /** The multiaddr of what it stands before, by way of this relay. */
  get address(): string {
    const address = this.#server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    return `/ip4/127.0.0.1/tcp/${port}${this.#rest}`
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Resolves when nothing has come for so many milliseconds. */
  async still(milliseconds: number): Promise<void> {
    for (let before = -1; before !== this.#bytes; await wait(milliseconds)) before = this.#bytes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await once(this.#server, 'close')
  }
}
