/** The HTTP API of a node. */
export { openApiDocument } from './openapi.ts'
export { PROBLEM_JSON } from './problem.ts'
export { JSON_LINES } from './operation-routes.ts'
export { createHttpServer } from './server.ts'
export { readToken, TOKEN_FILE } from './token-file.ts'
export type { Problem } from './problem.ts'
export type { AddRoutes, HttpServerInit } from './server.ts'
