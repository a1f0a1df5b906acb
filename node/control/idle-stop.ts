/** Ends a node that was started in the background when nobody has used it for a time. */
import type { Server, Socket } from 'node:net'

/** Calls `stop` once no connection was open for `seconds`. Returns how to end the watch. */
export function stopWhenIdle(
  servers: readonly Server[],
  seconds: number,
  stop: () => void
): () => void {
  let open = 0
  let timer: NodeJS.Timeout | undefined
  let isEnded = false
  const wait = (): void => {
    if (!isEnded) timer = setTimeout(stop, seconds * 1_000)
  }
  const onConnection = (socket: Socket): void => {
    open += 1
    clearTimeout(timer)
    socket.once('close', () => {
      open -= 1
      if (open === 0) wait()
    })
  }
  for (const server of servers) server.on('connection', onConnection)
  wait()
  return () => {
    isEnded = true
    clearTimeout(timer)
    for (const server of servers) server.off('connection', onConnection)
  }
}
