/** The MCP server of a node. */
export { mcpHandler } from './http-handler.ts'
export { addMcpRoute, mcpRoute } from './http-route.ts'
export { createMcpServer } from './server.ts'
export { serveAgent } from './stdio.ts'
