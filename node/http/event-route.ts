/** `GET /v1/events`: the events of the node as server-sent events (WHATWG HTML, section 9.2). */
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { HttpError } from './problem.ts'
import { queryParameters } from '../operations/index.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { EventFeed, NodeAccess } from '../operations/index.ts'

/** Milliseconds between comments that keep an idle connection open. */
const KEEP_ALIVE = 15_000

const MAX_READERS = 64

export function addEventRoute(server: FastifyInstance, { events }: NodeAccess): void {
  if (events === undefined) return
  const readers = new Set<AbortController>()
  server.addHook('preClose', (done) => {
    for (const reader of readers) reader.abort()
    done()
  })
  server.get('/v1/events', (request, reply) => {
    if (readers.size >= MAX_READERS) {
      throw new HttpError('BUSY', `${MAX_READERS} callers follow the events. Try again later.`)
    }
    const start = startOf(request) ?? events.last
    const reader = new AbortController()
    readers.add(reader)
    const body = new PassThrough()
    body.once('close', () => {
      readers.delete(reader)
      reader.abort()
    })
    reply.raw.once('close', () => body.destroy())
    void write(body, events, start, reader.signal)
    return reply.type('text/event-stream').send(body)
  })
}

async function write(
  body: PassThrough,
  events: EventFeed,
  after: number,
  signal: AbortSignal
): Promise<void> {
  const keepAlive = setInterval(() => body.write(':\n\n'), KEEP_ALIVE).unref()
  body.write(`retry: 1000\n\n`)
  try {
    for await (const { id, event, at, data } of events.follow(after, signal)) {
      const text = `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify({ at, data })}\n\n`
      if (!body.write(text)) await once(body, 'drain', { signal })
    }
  } catch {
    // The reader has gone.
  } finally {
    clearInterval(keepAlive)
    body.end()
  }
}

/** The number of the last event that the reader knows. Throws `HiveError` or `HttpError`. */
function startOf(request: FastifyRequest): number | undefined {
  const { after } = queryParameters(request.query, ['after'])
  const header = request.headers['last-event-id']
  const text = typeof header === 'string' ? header : after
  // A reader without an event yet may send an empty id.
  if (text === undefined || text === '') return undefined
  if (/^\d{1,15}$/.test(text)) return Number(text)
  const name = typeof header === 'string' ? 'The header "Last-Event-ID"' : 'The parameter "after"'
  throw new HttpError('ARGUMENT_INVALID', `${name} takes the number of an event, such as 12.`)
}
