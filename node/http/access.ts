/**
 * Who may call the HTTP API over TCP. A page of a browser must not reach it: a name that resolves
 * to this machine (DNS rebinding) has a foreign Host, a page of another site a foreign Origin, and
 * neither knows the token.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import { isOwnPage, sessionOf } from './page-request.ts'
import { PAGE_FILES, portOf } from './page-route.ts'
import { HttpError } from './problem.ts'
import type { FastifyRequest } from 'fastify'
import type { Logins } from './logins.ts'

export interface AccessInit {
  /** Undefined on a socket that only its user can open. */
  readonly token?: string
  /** Names under which the API may be called, beside addresses and localhost. */
  readonly hosts: readonly string[]
  /** Logins of pages of the dashboard. */
  readonly logins?: Logins
}

/** Paths that need no token: they say nothing of what the node knows. */
const OPEN_PATHS: ReadonlySet<string> = new Set([
  '/',
  PAGE_FILES,
  '/login',
  '/logout',
  '/healthz',
  '/readyz',
  '/openapi.json',
  '/docs',
  '/.well-known/cq-node.json',
  '/api/v1/openapi.json'
])

export class Access {
  readonly #token: Buffer | undefined
  readonly #hosts: ReadonlySet<string>
  readonly #logins: Logins | undefined

  constructor({ token, hosts, logins }: AccessInit) {
    this.#logins = logins
    this.#token = token === undefined ? undefined : digestOf(token)
    this.#hosts = new Set(['localhost', ...hosts.map((host) => host.toLowerCase())])
  }

  /** Throws `HttpError`. */
  check(request: FastifyRequest): void {
    if (this.#token === undefined) return
    const { headers, routeOptions } = request
    const { host = '', origin } = headers
    if (!this.#isKnown(host)) {
      throw new HttpError(
        'FORBIDDEN',
        `The Host "${host.slice(0, 100)}" is not a name of this node. Call it by its address, or add the name with --http-host.`
      )
    }
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
      throw new HttpError('FORBIDDEN', 'The request comes from a page of another origin.')
    }
    if (OPEN_PATHS.has(routeOptions.url ?? '')) return
    if (!this.isAuthorized(request)) {
      throw new HttpError(
        'UNAUTHORIZED',
        'Send the token of the node: "Authorization: Bearer TOKEN". It is in the file http-token of the data directory.'
      )
    }
  }

  /** Whether a request has the token, if one is needed, or is of a page that has logged in. */
  isAuthorized(request: Pick<FastifyRequest, 'headers' | 'raw'>): boolean {
    if (this.#token === undefined) return true
    const given = /^Bearer +([^ ]+) *$/i.exec(request.headers.authorization ?? '')?.[1]
    if (given === undefined) return this.#isLoggedIn(request)
    // Digests have one length, which the comparison needs.
    return timingSafeEqual(digestOf(given), this.#token)
  }

  #isLoggedIn({ headers, raw }: Pick<FastifyRequest, 'headers' | 'raw'>): boolean {
    const session = sessionOf(headers, portOf({ raw }))
    return session !== undefined && isOwnPage(headers) && this.#logins?.has(session) === true
  }

  /** An address cannot be rebound; a name is known, or refused. */
  #isKnown(host: string): boolean {
    const name = host.replace(/:\d+$/, '').toLowerCase()
    return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || this.#hosts.has(name)
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
