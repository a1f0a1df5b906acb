/**
 * The dashboard: its files, which say nothing of the node, and the login of a page. `POST /login`
 * takes a one-time code; `POST /logout` ends the login.
 */
import { z } from 'zod'
import { HttpError } from './problem.ts'
import { readPageFiles } from './page-files.ts'
import { cookieName, isOwnPage, sessionOf } from './page-request.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logins } from './logins.ts'
import type { PageFile } from './page-files.ts'

/** Where the files of the dashboard are, beside the page itself. */
export const PAGE_FILES = '/dashboard/*'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'"
].join('; ')

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY'
} as const

/** Their names have hashes of their contents. */
const UNCHANGING = 'private, max-age=31536000, immutable'

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>noormme-hive</title>
<h1>The dashboard is not built</h1>
<p>This node runs from its sources. Run <code>npm run build</code>, and load the page again.</p>
</html>
`

const Login = z.strictObject({ code: z.string().min(1).max(256) })

export function addPageRoutes(
  server: FastifyInstance,
  logins: Logins,
  read: typeof readPageFiles = readPageFiles
): void {
  let files = read()
  server.get('/', (request, reply) => {
    // A checkout may be built while its node runs.
    if (files.size === 0) files = read()
    const page = files.get('index.html')
    void reply.headers(HEADERS)
    return page === undefined
      ? reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT)
      : sendFile(request, reply, page)
  })
  server.get(PAGE_FILES, (request, reply) => {
    const path = request.url.slice(PAGE_FILES.length - 1).replace(/\?.*/, '')
    const file = files.get(path)
    if (file === undefined) throw new HttpError('NOT_FOUND', 'The dashboard has no such file.')
    return sendFile(request, reply.headers({ ...HEADERS, 'cache-control': UNCHANGING }), file)
  })
  server.post('/login', (request, reply) => {
    requireOwnPage(request)
    const session = logins.redeem(Login.parse(request.body).code)
    if (session === undefined) {
      throw new HttpError(
        'UNAUTHORIZED',
        'The code of the login was used, or is older than a minute. Run "hive open" again.'
      )
    }
    void reply.header('set-cookie', cookieText(request, session.cookie))
    return reply.type('application/json').send(JSON.stringify({ key: session.key }))
  })
  server.post('/logout', (request, reply) => {
    requireOwnPage(request)
    const session = sessionOf(request.headers, portOf(request))
    if (session !== undefined) logins.end(session)
    void reply.header('set-cookie', `${cookieText(request, '')}; Max-Age=0`)
    return reply.code(204).send()
  })
}

function requireOwnPage({ headers }: FastifyRequest): void {
  if (!isOwnPage(headers)) {
    throw new HttpError('FORBIDDEN', 'Only the page of the node itself may log in or out.')
  }
}

/** No expiry: it ends with the browser, or with the run of the node. */
function cookieText(request: FastifyRequest, value: string): string {
  const secure = request.headers.origin?.startsWith('https:') === true ? '; Secure' : ''
  return `${cookieName(portOf(request))}=${value}; HttpOnly; SameSite=Strict; Path=/${secure}`
}

export function portOf({ raw }: Pick<FastifyRequest, 'raw'>): number {
  return raw.socket.localPort ?? 0
}

function sendFile(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { type, bytes, compressed }: PageFile
): FastifyReply {
  const isCompressed = /\bgzip\b/.test(headers['accept-encoding'] ?? '')
  if (isCompressed) void reply.header('content-encoding', 'gzip')
  return reply
    .header('vary', 'accept-encoding')
    .type(type)
    .send(isCompressed ? compressed : bytes)
}
