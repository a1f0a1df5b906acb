/**
 * `hive mcp`: the MCP server of one agent, over its standard input and output. It is a thin proxy:
 * the node of the machine does the work, and is started where none runs. It ends with its input, when
 * nobody reads its output, and at a message that is too long.
 */
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import type { McpServer } from '@modelcontextprotocol/server'
import type { Readable, Writable } from 'node:stream'

export interface StdioInit {
  /** Makes the server of the agent. */
  readonly create: () => McpServer
  readonly input: Readable
  readonly output: Writable
  readonly signal: AbortSignal
  /** Called with what is wrong with a line; it is skipped. */
  readonly onError: (message: string) => void
}

const MAX_MESSAGE_BYTES = 10 * 1024 * 1024

/** Thrown when the agent sends what cannot be read to its end. */
export class MessageTooLongError extends Error {
  override readonly name = 'MessageTooLongError'
  readonly code = 'MESSAGE_TOO_LONG'

  constructor() {
    super('The client sent a message of more than 10 MiB. Start "hive mcp" again.')
  }
}

/** Ends the connection. The client, the reader and the server may each call it; the first call counts. */
class EndingTransport extends StdioServerTransport {
  readonly #onEnd: () => void

  constructor({ input, output }: Pick<StdioInit, 'input' | 'output'>, onEnd: () => void) {
    super(input, output, { maxBufferSize: MAX_MESSAGE_BYTES })
    this.#onEnd = onEnd
  }

  override async close(): Promise<void> {
    await super.close()
    this.#onEnd()
  }
}

/**
 * Serves until the input ends, the output is closed, or the signal aborts. Throws
 * `MessageTooLongError`.
 */
export async function serveAgent({
  create,
  input,
  output,
  signal,
  onError
}: StdioInit): Promise<void> {
  const ended = Promise.withResolvers<void>()
  let isTooLong = false
  const transport = new EndingTransport({ input, output }, ended.resolve)
  signal.addEventListener('abort', () => ended.resolve(), { once: true })
  const handle = serveStdio(create, {
    transport,
    onerror: (error) => {
      isTooLong ||= error.message.startsWith('ReadBuffer exceeded')
      const text = isTooLong ? undefined : textOf(error)
      if (text !== undefined) onError(text)
    }
  })
  await ended.promise
  await handle.close()
  if (isTooLong) throw new MessageTooLongError()
}

/** Undefined where nobody reads any longer. */
function textOf(error: Error & { readonly code?: unknown }): string | undefined {
  if (error.code === 'EPIPE') return undefined
  if (error instanceof SyntaxError) return 'A line of the client is not JSON. It is skipped.'
  if (error.name.includes('ZodError')) {
    return 'A line of the client is not a message of JSON-RPC 2.0. It is skipped.'
  }
  return error.message
}
