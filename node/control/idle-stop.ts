/** Ends a node that was started in the background when nobody has used it for a time. */
import type { Server } from 'node:net'

/** Calls `stop` once no connection was open for `seconds`. Returns how to end the watch. */
export function stopWhenIdle(server: Server, seconds: number, stop: () => void): () => void {
  let open = 0
  let timer: NodeJS.Timeout | undefined
  const wait = (): void => {
    timer = setTimeout(stop, seconds * 1_000)
  }
  server.on('connection', (socket) => {
    open += 1
    clearTimeout(timer)
    socket.once('close', () => {
      open -= 1
      if (open === 0) wait()
    })
  })
  wait()
  return () => clearTimeout(timer)
}
