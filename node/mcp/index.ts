/** The MCP server of a node. */
export { addMcpRoute, mcpRoute } from './http-route.ts'
export { createMcpServer } from './server.ts'
export { serveAgent } from './stdio.ts'
