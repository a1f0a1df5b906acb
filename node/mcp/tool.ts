/** What the tools share: their surroundings, and the form of their answers. */
import type { CallToolResult, McpServer, ServerContext } from '@modelcontextprotocol/server'
import type { Call, CallOptions } from '../operations/index.ts'

export interface ToolContext {
  readonly call: Call
  /** The project of the agent, if it has one: its own lessons are recalled, and learnt for it. */
  readonly project?: string
  readonly now: () => number
}

/** Adds one tool to a server. */
export type AddTool = (server: McpServer, context: ToolContext) => void

/** The text for the model, and the same as data. */
export function answer(
  lines: readonly string[],
  structuredContent: Record<string, unknown>
): CallToolResult {
  return { content: [{ type: 'text', text: lines.join('\n') }], structuredContent }
}

/** Passes cancellation on, and progress if the client asked for it. */
export function callOptions({ mcpReq }: ServerContext): CallOptions {
  const { _meta: meta } = mcpReq
  const progressToken = meta?.progressToken
  if (progressToken === undefined) return { signal: mcpReq.signal }
  return {
    signal: mcpReq.signal,
    onProgress: (progress) => {
      const [done = 0] = Object.values(progress)
      const message = Object.entries(progress)
        .map(([name, count]) => `${count} ${name}`)
        .join(', ')
      const params = { progressToken, progress: done, message }
      void mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined)
    }
  }
}
