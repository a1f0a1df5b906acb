/**
 * A typed client of a node's HTTP API: `fetch` alone, for programs and pages.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { createClient } from 'noormme-hive/client'
 *
 * const token = (await readFile('./hive/http-token', 'utf8')).trim()
 * const hive = createClient({ url: 'http://127.0.0.1:7420', token })
 * const { items } = await hive.recall({ query: 'CSS gap' })
 * console.log(items[0]?.fact.content)
 * ```
 *
 * @module noormme-hive/client
 */
export { createClient, HiveClientError } from './client.ts'
export type { ClientCallOptions, ClientInit, HiveClient, Method, MethodName } from './client.ts'
export type { InputOf, OperationName, Operations, ResultOf } from '../operations/index.ts'
