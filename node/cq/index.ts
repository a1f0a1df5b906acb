/** The doors of cq's clients: its REST routes and its MCP tools, over the operations of a node. */
export { addCqRoutes, cqRoutes } from './routes.ts'
export { cqDocument } from './openapi.ts'
export { createCqServer } from './mcp-server.ts'
export { CqUnits } from './units.ts'
