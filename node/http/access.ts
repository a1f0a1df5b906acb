/**
 * Who may call the HTTP API over TCP. A page of a browser must not reach it: a name that resolves
 * to this machine (DNS rebinding) has a foreign Host, a page of another site a foreign Origin, and
 * neither knows the token.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import { HttpError } from './problem.ts'
import type { FastifyRequest } from 'fastify'

export interface AccessInit {
  /** Undefined on a socket that only its user can open. */
  readonly token?: string
  /** Names under which the API may be called, beside addresses and localhost. */
  readonly hosts: readonly string[]
}

/** Paths that need no token: they say nothing of what the node knows. */
const OPEN_PATHS: ReadonlySet<string> = new Set([
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

  constructor({ token, hosts }: AccessInit) {
    this.#token = token === undefined ? undefined : digestOf(token)
    this.#hosts = new Set(['localhost', ...hosts.map((host) => host.toLowerCase())])
  }

  /** Throws `HttpError`. */
  check({ headers, routeOptions }: FastifyRequest): void {
    if (this.#token === undefined) return
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
    if (!this.isAuthorized(headers.authorization)) {
      throw new HttpError(
        'UNAUTHORIZED',
        'Send the token of the node: "Authorization: Bearer TOKEN". It is in the file http-token of the data directory.'
      )
    }
  }

  /** Whether a request has the token, if one is needed. */
  isAuthorized(authorization: string | undefined): boolean {
    if (this.#token === undefined) return true
    const given = /^Bearer +([^ ]+) *$/i.exec(authorization ?? '')?.[1]
    // Digests have one length, which the comparison needs.
    return given !== undefined && timingSafeEqual(digestOf(given), this.#token)
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
