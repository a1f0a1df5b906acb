/**
 * The routes of operations: `POST /v1/<name>` with the input as JSON. The answer is the result as
 * JSON. With `Accept: application/jsonl` it is JSON Lines instead: zero or more lines
 * `{"progress": ...}` and `{"item": ...}`, then one line `{"result": ...}` or `{"error": problem}`.
 * The items of an input may come as JSON Lines too, a line each; other fields are then JSON in the
 * query parameter `input`. Closing the connection cancels the operation.
 */
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import {
  isTooDeep,
  OPERATIONS,
  operationNames,
  queryParameters,
  runOperation,
  TOO_DEEP
} from '../operations/index.ts'
import { HttpError, problemOf } from './problem.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import type { CallOptions, NodeAccess, OperationName } from '../operations/index.ts'

export const JSON_LINES = 'application/jsonl'

/** Operations that run at once over one server; more are asked to come back. */
const MAX_RUNNING = 64

/** Callers of "events" at once: each agent of the machine is one, and waits without work. */
const MAX_FOLLOWERS = 200

export function addOperationRoutes(server: FastifyInstance, node: NodeAccess): void {
  const working = new Set<object>()
  const following = new Set<object>()
  server.addContentTypeParser(JSON_LINES, (_request, payload, done) => done(null, payload))
  for (const name of operationNames()) {
    const isFollower = name === 'events'
    const running = isFollower ? following : working
    const limit = isFollower ? MAX_FOLLOWERS : MAX_RUNNING
    server.post(`/v1/${name}`, async (request, reply) => {
      if (running.size >= limit) {
        void reply.header('retry-after', '1')
        throw new HttpError('BUSY', `${limit} calls are under way. Try again later.`)
      }
      const call = {}
      running.add(call)
      try {
        return await answer(node, name, request, reply)
      } finally {
        running.delete(call)
      }
    })
  }
}

async function answer(
  node: NodeAccess,
  name: OperationName,
  request: FastifyRequest,
  reply: FastifyReply
): Promise<unknown> {
  const { input, lines } = inputOf(name, request)
  const hangUp = new AbortController()
  const onClose = (): void => {
    if (!reply.raw.writableFinished) hangUp.abort(new Error('The caller closed the connection.'))
  }
  reply.raw.once('close', onClose)
  try {
    if (request.headers.accept?.includes(JSON_LINES) !== true) {
      const result = await runOperation(node, name, input, { lines, signal: hangUp.signal })
      return await reply.type('application/json').send(JSON.stringify(result))
    }
    OPERATIONS[name].input.parse(input)
    return await answerInLines(reply, (call) =>
      runOperation(node, name, input, { ...call, lines, signal: hangUp.signal })
    )
  } finally {
    reply.raw.off('close', onClose)
  }
}

/** Items are written no faster than they are read. */
async function answerInLines(
  reply: FastifyReply,
  run: (call: Pick<CallOptions, 'onItem' | 'onProgress'>) => Promise<unknown>
): Promise<unknown> {
  const body = new PassThrough()
  const send = (line: object): boolean => body.destroyed || body.write(`${JSON.stringify(line)}\n`)
  const sent = reply.type(JSON_LINES).send(body)
  try {
    const result = await run({
      onProgress: (progress) => void send({ progress }),
      onItem: async (item) => {
        if (!send({ item })) await Promise.race([once(body, 'drain'), once(body, 'close')])
      }
    })
    send({ result: result ?? null })
  } catch (error) {
    send({ error: problemOf(error) })
  }
  body.end()
  return sent
}

/** Items in lines take the place of a field of the input. */
function inputOf(
  name: OperationName,
  request: FastifyRequest
): { readonly input: unknown; readonly lines?: Readable } {
  const { headers, body } = request
  if (headers['content-type']?.startsWith(JSON_LINES) !== true) {
    queryParameters(request.query, [], ' Send the input as JSON in the body.')
    // Without a body and its type there is nothing to say; `null` is no object.
    return { input: body === undefined ? {} : body }
  }
  const { lines: field } = OPERATIONS[name]
  if (field === undefined) {
    throw new HttpError('MEDIA_TYPE', `"${name}" takes JSON, not JSON Lines.`)
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- by the parser of this type
  return { input: { ...fieldsOf(request), [field]: [] }, lines: body as Readable }
}

/** The other fields of an input whose items come in lines. */
function fieldsOf(request: FastifyRequest): object {
  const { input = '{}' } = queryParameters(
    request.query,
    ['input'],
    ' Send other fields in it as JSON.'
  )
  const fields = parsed(input)
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new HttpError('ARGUMENT_INVALID', 'The parameter "input" takes an object of JSON.')
  }
  return fields
}

function parsed(input: string): unknown {
  if (isTooDeep(input)) throw new HttpError('ARGUMENT_INVALID', TOO_DEEP)
  try {
    return JSON.parse(input)
  } catch {
    throw new HttpError('ARGUMENT_INVALID', 'The parameter "input" is not JSON.')
  }
}
