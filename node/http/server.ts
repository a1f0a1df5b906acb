/**
 * The HTTP API of a node: the same routes on a Unix socket that only its user can open, and on TCP
 * with a token. Bodies, times, connections and rates have limits.
 */
import rateLimit from '@fastify/rate-limit'
import { fastify } from 'fastify'
import { Access } from './access.ts'
import { answerClientError } from './client-errors.ts'
import { addEventRoute } from './event-route.ts'
import { addJsonParser } from './json-body.ts'
import { addMetricsRoute } from './metrics-route.ts'
import { openApiDocument } from './openapi.ts'
import { addOperationRoutes, JSON_LINES } from './operation-routes.ts'
import { HttpError, PROBLEM_JSON, problemOf } from './problem.ts'
import { PAGE_POLICY, referencePage } from './reference-page.ts'
import { addPageRoutes } from './page-route.ts'
import { limitStrangers } from './strangers.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { NodeAccess } from '../operations/index.ts'
import type { AccessInit } from './access.ts'

const MAX_BODY_BYTES = 1024 * 1024

/** Milliseconds for the headers of a request, and for a body of JSON. */
const HEADERS_TIMEOUT = 10_000
const BODY_TIMEOUT = 10_000

/** Methods of all routes. */
const METHODS = ['GET', 'POST', 'DELETE'] as const

const MAX_CONNECTIONS = 256

/** Requests a minute: of callers with the token together, and of others by address. */
const MAX_AUTHORIZED = 12_000
const MAX_OTHERS = 120

/** Registers the routes of a node. */
export type AddRoutes = (server: FastifyInstance) => void

export interface HttpServerInit extends AccessInit {
  readonly node: NodeAccess
  readonly addRoutes?: AddRoutes
  /** Milliseconds for a body of JSON; default 10,000. */
  readonly bodyTimeout?: number
}

export async function createHttpServer({
  node,
  addRoutes,
  bodyTimeout = BODY_TIMEOUT,
  ...access
}: HttpServerInit): Promise<FastifyInstance> {
  const isOpen = access.token === undefined
  const guard = new Access(access)
  const server = fastify({
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    clientErrorHandler: answerClientError,
    // Before the hooks of a route.
    frameworkErrors: (error, request, reply) => {
      void answerEarly(error, request, reply)
    },
    routerOptions: { maxParamLength: 200 },
    http: { headersTimeout: HEADERS_TIMEOUT, requestTimeout: 0 }
  })
  server.server.maxConnections = MAX_CONNECTIONS
  const strangers = isOpen ? undefined : limitStrangers(server.server)
  const limitRate = isOpen ? undefined : await rateLimiter(server, guard)
  const beginAnswer = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    void reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    await limitRate?.(request, reply)
  }
  const answerEarly = async (
    error: unknown,
    request: FastifyRequest,
    reply: FastifyReply
  ): Promise<void> => {
    try {
      await beginAnswer(request, reply)
      sendProblem(reply, error)
    } catch (limit) {
      sendProblem(reply, limit)
    }
  }
  // Of paths without a route too.
  server.addHook('onRequest', async (request, reply) => {
    if (!isOpen) limitBodyTime(request, reply, bodyTimeout)
    await beginAnswer(request, reply)
  })
  // After the limits of rates, and before a body is read.
  server.addHook('preParsing', async (request) => {
    guard.check(request)
    if (guard.isAuthorized(request)) strangers?.admit(request.raw.socket)
    const { 'content-encoding': encoding = 'identity' } = request.headers
    if (encoding !== 'identity') {
      throw new HttpError('MEDIA_TYPE', `The body is in ${encoding}. Send it without an encoding.`)
    }
  })
  server.setErrorHandler((error, _request, reply) => sendProblem(reply, error))
  server.setNotFoundHandler((request, reply) => {
    const allowed = METHODS.filter((method) => server.hasRoute({ method, url: pathOf(request) }))
    if (allowed.length > 0) {
      void reply.header('allow', allowed.join(', '))
      throw new HttpError(
        'METHOD_NOT_ALLOWED',
        `${pathOf(request)} takes ${allowed.join(' or ')}, not ${request.method}. See /docs.`
      )
    }
    throw new HttpError(
      'NOT_FOUND',
      `The node has no ${request.method} ${pathOf(request)}. See /docs.`
    )
  })
  addJsonParser(server)
  addOperationRoutes(server, node)
  addEventRoute(server, node)
  addMetricsRoute(server, node)
  addReference(server)
  if (access.logins !== undefined) addPageRoutes(server, access.logins)
  addRoutes?.(server)
  return server
}

function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const problem = problemOf(error)
  return reply.code(problem.status).type(PROBLEM_JSON).send(JSON.stringify(problem))
}

function addReference(server: FastifyInstance): void {
  const ok = { status: 'ok' }
  server.get('/healthz', () => ok)
  server.get('/readyz', () => ok)
  server.get('/openapi.json', ({ host }) => openApiDocument(`http://${host}`))
  server.get('/docs', ({ host }, reply) =>
    reply
      .header('content-security-policy', PAGE_POLICY)
      .type('text/html; charset=utf-8')
      .send(referencePage(`http://${host}`))
  )
}

type LimitRate = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/** Adds the headers of the limit to an answer. The function throws `HttpError` above the limit. */
async function rateLimiter(server: FastifyInstance, guard: Access): Promise<LimitRate> {
  const hasToken = (request: FastifyRequest): boolean => guard.isAuthorized(request)
  await server.register(rateLimit, {
    global: false,
    timeWindow: '1 minute',
    keyGenerator: (request) => (hasToken(request) ? 'token' : request.ip),
    max: (request) => (hasToken(request) ? MAX_AUTHORIZED : MAX_OTHERS),
    errorResponseBuilder: (_request, { after }) =>
      new HttpError('RATE_LIMITED', `Too many requests. Try again in ${after}.`)
  })
  const limit = server.rateLimit()
  return async (request, reply) => limit.call(server, request, reply)
}

/** A body of JSON comes in time; JSON Lines may take as long as their source does. */
function limitBodyTime(
  { headers, raw }: FastifyRequest,
  reply: FastifyReply,
  timeout: number
): void {
  if (raw.method === 'GET' || headers['content-type']?.startsWith(JSON_LINES) === true) return
  const timer = setTimeout(() => {
    // The rest of the body of a request that has its answer.
    if (reply.sent) raw.socket.destroy()
    else sendProblem(reply.header('connection', 'close'), new HttpError('TIMEOUT', slow(timeout)))
  }, timeout).unref()
  const stop = (): void => clearTimeout(timer)
  raw.once('end', stop)
  raw.once('close', stop)
}

function slow(timeout: number): string {
  return `The body did not come within ${timeout / 1_000} s. Send it faster, or less at a time; "distill" and "import" take JSON Lines for as long as they need.`
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?')[0]?.slice(0, 100) ?? ''
}
