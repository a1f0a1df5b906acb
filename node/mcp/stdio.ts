/**
 * `hive mcp`: the MCP server of one agent, over its standard input and output. It is a thin proxy:
 * the node of the machine does the work, and is started where none runs. It ends with its input.
 */
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { createMcpServer } from './server.ts'
import type { Call } from '../operations/index.ts'

export interface StdioInit {
  readonly call: Call
  readonly project?: string
  readonly input: NodeJS.ReadableStream
  readonly signal: AbortSignal
  readonly onError: (error: Error) => void
}

/** Serves until the input ends, or the signal aborts. */
export async function serveAgent({
  call,
  project,
  input,
  signal,
  onError
}: StdioInit): Promise<void> {
  const ended = Promise.withResolvers<void>()
  input.once('end', ended.resolve)
  input.once('close', ended.resolve)
  signal.addEventListener('abort', () => ended.resolve(), { once: true })
  const handle = serveStdio(() => createMcpServer({ call, project, now: Date.now }), {
    onerror: onError
  })
  await ended.promise
  await handle.close()
}
