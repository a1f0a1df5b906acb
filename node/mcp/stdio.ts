/**
 * `hive mcp`: the MCP server of one agent, over its standard input and output. It is a thin proxy:
 * the node of the machine does the work, and is started where none runs. It ends with its input.
 */
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { McpServer } from '@modelcontextprotocol/server'

export interface StdioInit {
  /** Makes the server of the agent. */
  readonly create: () => McpServer
  readonly input: NodeJS.ReadableStream
  readonly signal: AbortSignal
  readonly onError: (error: Error) => void
}

/** Serves until the input ends, or the signal aborts. */
export async function serveAgent({ create, input, signal, onError }: StdioInit): Promise<void> {
  const ended = Promise.withResolvers<void>()
  input.once('end', ended.resolve)
  input.once('close', ended.resolve)
  signal.addEventListener('abort', () => ended.resolve(), { once: true })
  const handle = serveStdio(create, { onerror: onError })
  await ended.promise
  await handle.close()
}
