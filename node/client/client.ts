/**
 * The client of the HTTP API, for programs and pages outside of the node's process. It needs `fetch`
 * alone. Its methods are the operations of the node, by their names in camel case.
 */
import { NAMES } from './names.ts'
import { readLines } from './read-lines.ts'
import type { InputOf, OperationName, ResultOf } from '../operations/index.ts'

/** Options of a call. */
export interface ClientCallOptions {
  /** Aborting closes the connection, which cancels the operation on the node. */
  readonly signal?: AbortSignal
  /** Numbers by name, while the operation runs. */
  readonly onProgress?: (progress: Readonly<Record<string, number>>) => void
  /** Each item of an operation that returns many, such as `export`. */
  readonly onItem?: (item: unknown) => void
}

/** Where a node answers. */
export interface ClientInit {
  /** The address of the node, such as `http://127.0.0.1:7420`. */
  readonly url: string
  /** The token in the file `http-token` of the node's data directory. Pages of the node have none. */
  readonly token?: string
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch
}

/** The method of an operation: `add-goal` is `addGoal`. */
export type MethodName<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<MethodName<Rest>>}`
  : Name

/** Takes the input of an operation, and resolves with its result. */
export type Method<Name extends OperationName> =
  Record<string, never> extends InputOf<Name>
    ? (input?: InputOf<Name>, options?: ClientCallOptions) => Promise<ResultOf<Name>>
    : (input: InputOf<Name>, options?: ClientCallOptions) => Promise<ResultOf<Name>>

/** A method for each operation. */
export type HiveClient = {
  readonly [Name in OperationName as MethodName<Name>]: Method<Name>
}

/** Thrown when the node refuses a call. `code` says why; match on it, not on the message. */
export class HiveClientError extends Error {
  override readonly name = 'HiveClientError'
  readonly code: string
  /** The status of the HTTP answer. */
  readonly status: number

  constructor(code: string, status: number, message: string) {
    super(message)
    this.code = code
    this.status = status
  }
}

/**
 * Returns a client of a node. Makes no request.
 *
 * @example
 * ```ts
 * const hive = createClient({ url: 'http://127.0.0.1:7420', token })
 * await hive.learn({ summary: 'npm ERESOLVE with React 19', action: 'Install version 19.' })
 * const { items } = await hive.recall({ query: 'ERESOLVE' })
 * ```
 */
export function createClient(init: ClientInit): HiveClient {
  const methods = NAMES.map((name) => [
    camelCase(name),
    (input: object = {}, options: ClientCallOptions = {}) => call(init, name, input, options)
  ])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a method for each name
  return Object.fromEntries(methods) as HiveClient
}

async function call(
  { url, token, fetch: ask = globalThis.fetch }: ClientInit,
  name: OperationName,
  input: object,
  { signal, onProgress, onItem }: ClientCallOptions
): Promise<unknown> {
  const response = await ask(new URL(`/v1/${name}`, url), {
    method: 'POST',
    headers: {
      accept: 'application/jsonl',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      'content-type': 'application/json'
    },
    body: JSON.stringify(input),
    signal
  })
  if (!response.ok || response.body === null) throw await refusalOf(response)
  for await (const line of readLines(response.body)) {
    const part: unknown = JSON.parse(line)
    if (typeof part !== 'object' || part === null) continue
    if ('progress' in part) onProgress?.(numbersOf(part.progress))
    if ('item' in part) onItem?.(part.item)
    if ('error' in part) throw problemOf(part.error, response.status)
    if ('result' in part) return part.result
  }
  throw new HiveClientError('NO_RESULT', response.status, 'The node ended the answer too early.')
}

async function refusalOf(response: Response): Promise<HiveClientError> {
  const body: unknown = await response.json().catch(() => undefined)
  return problemOf(body, response.status)
}

function problemOf(problem: unknown, status: number): HiveClientError {
  const isProblem = typeof problem === 'object' && problem !== null
  const code = isProblem && 'code' in problem ? String(problem.code) : 'INTERNAL'
  const own = isProblem && 'status' in problem ? Number(problem.status) : status
  const detail =
    isProblem && 'detail' in problem ? String(problem.detail) : `The node answered ${status}.`
  return new HiveClientError(code, own, detail)
}

function numbersOf(progress: unknown): Readonly<Record<string, number>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the node sends them
  return progress as Readonly<Record<string, number>>
}

function camelCase(name: string): string {
  return name.replaceAll(/-(.)/g, (_match, letter: string) => letter.toUpperCase())
}
