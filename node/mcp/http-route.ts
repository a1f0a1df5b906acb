/** `/mcp` of the HTTP API. Its code is loaded with the first request, so that a node is ready sooner. */
import { queryParameters } from '../operations/index.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { NodeAccess } from '../operations/index.ts'

export interface McpHandler {
  handle(request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** Ends the requests that are under way. */
  close(): Promise<void>
}

/** Adds the route to a server. */
export function addMcpRoute(server: FastifyInstance, load: () => Promise<McpHandler>): void {
  let loaded: Promise<McpHandler> | undefined
  server.addHook('preClose', async () => (await loaded)?.close())
  server.route({
    method: ['DELETE', 'GET', 'POST'],
    url: '/mcp',
    async handler(request, reply) {
      queryParameters(request.query, ['project'])
      const handler = await (loaded ??= load())
      reply.hijack()
      await handler.handle(request, reply)
    }
  })
}

/** The route for a node. */
export function mcpRoute(node: NodeAccess): (server: FastifyInstance) => void {
  return (server) =>
    addMcpRoute(server, async () => (await import('./http-handler.ts')).nodeMcpHandler(node))
}
