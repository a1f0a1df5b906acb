/**
 * The client of a running node, over its socket: the routes of the HTTP API, answered in JSON Lines.
 */
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { EXIT, CommandError } from '../exit-codes.ts'
import type { IncomingMessage } from 'node:http'
import type { Call, CallOptions, OperationName, ResultOf } from '../operations/index.ts'

const JSON_LINES = 'application/jsonl'

const Problem = z.object({
  detail: z.string(),
  exit: z.enum(EXIT).catch(EXIT.failed),
  code: z.string().optional()
})

/** Results are typed by the table of operations: both ends of the socket are this program. */
const Line = z.object({
  progress: z.record(z.string(), z.number()).optional(),
  item: z.unknown().optional(),
  result: z.unknown().optional(),
  error: Problem.optional()
})

export function remoteCalls(socketPath: string): Call {
  return async (name, input, options) => {
    const result = await send(socketPath, name, input, options)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see Line
    return result as ResultOf<typeof name>
  }
}

async function send(
  socketPath: string,
  name: OperationName,
  input: object,
  { signal, onProgress, onItem, lines }: CallOptions = {}
): Promise<unknown> {
  const type = lines === undefined ? 'application/json' : JSON_LINES
  const outgoing = request({
    socketPath,
    path: `/v1/${name}${lines === undefined ? '' : fieldsOf(input)}`,
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
    const { progress, item, result, error } = Line.parse(JSON.parse(line))
    if (progress !== undefined) onProgress?.(progress)
    if (item !== undefined) await onItem?.(item)
    if (error !== undefined) throw new CommandError(error.detail, error.exit, error.code)
    if (result !== undefined) return result
  }
  throw new Error(
    'The node closed the connection before it sent a result. See the output of "hive start".'
  )
}

/** The fields of an input whose items come as lines: they stand in the query. */
function fieldsOf(input: object): string {
  const fields = Object.entries(input).filter(([, value]) => !Array.isArray(value))
  if (fields.length === 0) return ''
  return `?input=${encodeURIComponent(JSON.stringify(Object.fromEntries(fields)))}`
}

async function problemOf(response: IncomingMessage): Promise<Error> {
  const body = await text(response)
  const problem = Problem.safeParse(jsonOf(body))
  if (!problem.success) return new Error(`The node answered ${response.statusCode}.`)
  const { detail, exit, code } = problem.data
  const hint =
    code === 'NOT_FOUND' ? ' Its version may be older: restart it with this version.' : ''
  return new CommandError(`${detail}${hint}`, exit, code)
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
