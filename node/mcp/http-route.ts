/** `/mcp` of the HTTP API: the MCP server over streamable HTTP, of both revisions, without sessions. */
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, isJsonContentType } from '@modelcontextprotocol/server'
import { localCalls } from '../operations/index.ts'
import { createMcpServer } from './server.ts'
import type { McpRequestContext, McpServerFactory } from '@modelcontextprotocol/server'
import type { FastifyInstance } from 'fastify'
import type { NodeAccess } from '../operations/index.ts'

/** Adds the route to a server. `create` makes the MCP server of each request. */
export function addMcpRoute(server: FastifyInstance, create: McpServerFactory): void {
  const handler = createMcpHandler(create, { onerror: () => undefined })
  const handle = toNodeHandler(handler)
  server.addHook('preClose', () => handler.close())
  server.route({
    method: ['DELETE', 'GET', 'POST'],
    url: '/mcp',
    async handler(request, reply) {
      reply.hijack()
      const isJson = isJsonContentType(request.headers['content-type'])
      await handle(request.raw, reply.raw, isJson ? request.body : undefined)
    }
  })
}

/** The route for a node. The project of an agent is in the URL: `/mcp?project=NAME`. */
export function mcpRoute(node: NodeAccess): (server: FastifyInstance) => void {
  const call = localCalls(node)
  return (server) =>
    addMcpRoute(server, (context) =>
      createMcpServer({ call, project: projectOf(context), now: Date.now })
    )
}

function projectOf({ requestInfo }: McpRequestContext): string | undefined {
  if (requestInfo === undefined) return undefined
  return new URL(requestInfo.url).searchParams.get('project') ?? undefined
}
