/**
 * The client of a running node, over its socket: the routes of the HTTP API, answered in JSON Lines.
 */
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { EXIT, CommandError } from '../exit-codes.ts'
import type { IncomingMessage } from 'node:http'
import type { ExitCode } from '../exit-codes.ts'
import type { Call, CallOptions, OperationName, Progress, ResultOf } from '../operations/index.ts'

/**
 * Not imported: an import reads all exports of the module, and one of them loads a WebSocket client,
 * which takes four times as long as the module itself.
 */
const { request } = process.getBuiltinModule('node:http')

const JSON_LINES = 'application/jsonl'

/** Codes of errors of a connection that the node no longer has. */
const BROKEN: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'])

export function remoteCalls(socketPath: string): Call {
  return async (name, input, options) => {
    const result = await send(socketPath, name, input, options)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- typed by the table of operations
    return result as ResultOf<typeof name>
  }
}

/**
 * Throws `CommandError`: NODE_GONE if the node has not seen the call, NODE_ENDED if it ended before it
 * answered.
 */
async function send(
  socketPath: string,
  name: OperationName,
  input: object,
  { lines, ...options }: CallOptions = {}
): Promise<unknown> {
  let broken: { readonly error: unknown } | undefined
  const source = lines && noting(lines, (error) => (broken = { error }))
  try {
    return await exchange(socketPath, name, input, { ...options, lines: source })
  } catch (error) {
    if (options.signal?.aborted === true) throw error
    // A connection that breaks ends the reading of the source with the error of the connection.
    throw lossOf(broken === undefined ? error : broken.error)
  }
}

/** A source that cannot be read ends the request; without this, its error would be lost. */
async function* noting<T>(
  source: AsyncIterable<T>,
  note: (error: unknown) => void
): AsyncGenerator<T> {
  try {
    yield* source
  } catch (error) {
    note(error)
    throw error
  }
}

async function exchange(
  socketPath: string,
  name: OperationName,
  input: object,
  { signal, onProgress, onItem, lines }: CallOptions
): Promise<unknown> {
  const type = lines === undefined ? 'application/json' : JSON_LINES
  const outgoing = request({
    socketPath,
    path: `/v1/${name}${lines === undefined ? '' : queryOf(input)}`,
    method: 'POST',
    headers: { accept: JSON_LINES, 'content-type': type },
    signal
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
  })
  const sent = pipeline(Readable.from(lines ?? [JSON.stringify(input)]), outgoing)
  // A node that answers early with an error may stop reading; the answer has the reason.
  sent.catch(() => undefined)
  const response = await answered
  if (response.statusCode !== 200) throw await problemOf(response)
  for await (const line of createInterface({ input: response })) {
    const part = fieldsOf(jsonOf(line))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- numbers, as the node sends them
    if (part['progress'] !== undefined) onProgress?.(part['progress'] as Progress)
    if (part['item'] !== undefined) await onItem?.(part['item'])
    if (part['error'] !== undefined) throw errorOf(fieldsOf(part['error']))
    if (part['result'] !== undefined) return part['result']
  }
  throw nodeEnded()
}

/** The error of a connection in words; another error as it is. */
function lossOf(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  if ('syscall' in error && error.syscall === 'connect') {
    return new CommandError(
      'The node has ended, and has not seen the call. Try again.',
      EXIT.failed,
      'NODE_GONE'
    )
  }
  return BROKEN.has(error.code) ? nodeEnded() : error
}

function nodeEnded(): CommandError {
  return new CommandError(
    'The node ended before it answered, and a part of the work may be done. Its output says why. Try again for the rest.',
    EXIT.failed,
    'NODE_ENDED'
  )
}

/** The fields of an input whose items come as lines: they stand in the query. */
function queryOf(input: object): string {
  const fields = Object.entries(input).filter(([, value]) => !Array.isArray(value))
  if (fields.length === 0) return ''
  return `?input=${encodeURIComponent(JSON.stringify(Object.fromEntries(fields)))}`
}

async function problemOf(response: IncomingMessage): Promise<Error> {
  const problem = fieldsOf(jsonOf(await text(response)))
  if (problem['detail'] === undefined) return new Error(`The node answered ${response.statusCode}.`)
  return errorOf(problem)
}

function errorOf({ detail, code, exit }: Readonly<Record<string, unknown>>): CommandError {
  const hint =
    code === 'NOT_FOUND' ? ' Its version may be older: restart it with this version.' : ''
  const exits: readonly ExitCode[] = Object.values(EXIT)
  return new CommandError(
    `${String(detail)}${hint}`,
    exits.find((each) => each === exit) ?? EXIT.failed,
    typeof code === 'string' ? code : undefined
  )
}

/** The fields of an object; none of other values. Both ends of the socket are this program. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
