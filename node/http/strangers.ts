/**
 * Connections over TCP that have not shown the token. So many at most are open: of more the oldest is
 * closed, so that strangers who hold connections cannot keep the owner out.
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

const MAX_STRANGERS = 128

export interface Strangers {
  /** The connection has shown the token. */
  admit(socket: Socket): void
}

export function limitStrangers(server: Server): Strangers {
  const strangers = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    strangers.add(socket)
    socket.once('close', () => strangers.delete(socket))
    const [oldest] = strangers
    if (strangers.size > MAX_STRANGERS) oldest?.destroy()
  })
  return { admit: (socket) => void strangers.delete(socket) }
}
