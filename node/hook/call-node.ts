/**
 * Calls the operation `hook` of a running node, over its Unix socket. HTTP is written by hand: the
 * module `node:http` takes half as long to load as Node.js takes to start.
 */
import { connect } from 'node:net'

const MAX_ANSWER_BYTES = 64 * 1024
const END_OF_HEAD = '\r\n\r\n'

/** The lines for the agent; none at any problem. */
export async function callNode(
  socket: string,
  request: object,
  signal: AbortSignal
): Promise<readonly string[]> {
  const body = Buffer.from(JSON.stringify(request))
  const head = [
    'POST /v1/hook HTTP/1.1',
    'host: localhost',
    'accept: application/json',
    'content-type: application/json',
    `content-length: ${body.length}`,
    'connection: close'
  ].join('\r\n')
  const answer = await exchange(
    socket,
    Buffer.concat([Buffer.from(head + END_OF_HEAD), body]),
    signal
  )
  const text = answer?.toString() ?? ''
  const at = text.indexOf(END_OF_HEAD)
  if (at < 0 || !text.startsWith('HTTP/1.1 200 ')) return []
  return linesOf(JSON.parse(text.slice(at + END_OF_HEAD.length)))
}

function exchange(path: string, bytes: Buffer, signal: AbortSignal): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let length = 0
    const socket = connect(path)
    const stop = (answer?: Buffer): void => {
      socket.destroy()
      resolve(answer)
    }
    signal.addEventListener('abort', () => stop(), { once: true })
    socket.once('error', () => stop())
    socket.once('end', () => stop(Buffer.concat(parts)))
    socket.on('data', (part: Buffer) => {
      length += part.length
      if (length > MAX_ANSWER_BYTES) stop()
      else parts.push(part)
    })
    socket.write(bytes)
  })
}

function linesOf(answer: unknown): readonly string[] {
  const lines: unknown =
    typeof answer === 'object' && answer !== null && 'lines' in answer ? answer.lines : undefined
  return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : []
}
