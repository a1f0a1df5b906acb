/** The MCP server over streamable HTTP, of both revisions, without sessions. */
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, isJsonContentType } from '@modelcontextprotocol/server'
import { localCalls } from '../operations/index.ts'
import { createMcpServer } from './server.ts'
import type { McpRequestContext, McpServerFactory } from '@modelcontextprotocol/server'
import type { NodeAccess } from '../operations/index.ts'
import type { McpHandler } from './http-route.ts'

/** `create` makes the MCP server of each request. */
export function mcpHandler(create: McpServerFactory): McpHandler {
  const handler = createMcpHandler(create, { onerror: () => undefined })
  const handle = toNodeHandler(handler)
  return {
    async handle({ headers, raw, body }, reply) {
      const isJson = isJsonContentType(headers['content-type'])
      await handle(raw, reply.raw, isJson ? body : undefined)
    },
    close: () => handler.close()
  }
}

/** The handler for a node. The project of an agent is in the URL: `/mcp?project=NAME`. */
export function nodeMcpHandler(node: NodeAccess): McpHandler {
  const call = localCalls(node)
  return mcpHandler((context) =>
    createMcpServer({ call, project: projectOf(context), now: Date.now })
  )
}

function projectOf({ requestInfo }: McpRequestContext): string | undefined {
  if (requestInfo === undefined) return undefined
  return new URL(requestInfo.url).searchParams.get('project') ?? undefined
}
