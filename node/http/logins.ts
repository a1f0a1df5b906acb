/**
 * Logins of pages. A code is for one login within a minute. It gives a cookie, which only the browser
 * reads, and a key, which only the page reads: cookies are shared by all ports of a machine, so a
 * server on another port may see the cookie, but not the key. Both end with the run of the node.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

export interface LoginCode {
  readonly code: string
  /** Seconds for which it can be used. */
  readonly seconds: number
}

/** What a page has after its login. */
export interface PageSession {
  readonly cookie: string
  readonly key: string
}

interface StoredSession {
  readonly cookie: Buffer
  readonly key: Buffer
}

const SECRET_BYTES = 32
const CODE_SECONDS = 60

/** Of more the oldest is dropped. */
const MAX_CODES = 16
const MAX_SESSIONS = 64

export class Logins {
  readonly #now: () => number
  readonly #codes: { readonly code: Buffer; readonly until: number }[] = []
  readonly #sessions: StoredSession[] = []

  /** `now`: milliseconds that only grow. */
  constructor({ now }: { readonly now: () => number }) {
    this.#now = now
  }

  issue(): LoginCode {
    const code = secret()
    this.#codes.push({ code: digestOf(code), until: this.#now() + CODE_SECONDS * 1_000 })
    if (this.#codes.length > MAX_CODES) this.#codes.shift()
    return { code, seconds: CODE_SECONDS }
  }

  /** Undefined for a code that is unknown, used or too old. */
  redeem(code: string): PageSession | undefined {
    const given = digestOf(code)
    // All are compared, so that the time does not depend on which one it is.
    const matches = this.#codes.map((each) => timingSafeEqual(each.code, given))
    const at = matches.indexOf(true)
    const [found] = at === -1 ? [] : this.#codes.splice(at, 1)
    if (found === undefined || found.until < this.#now()) return undefined
    const session = { cookie: secret(), key: secret() }
    this.#sessions.push({ cookie: digestOf(session.cookie), key: digestOf(session.key) })
    if (this.#sessions.length > MAX_SESSIONS) this.#sessions.shift()
    return session
  }

  has(session: PageSession): boolean {
    return this.#find(session) !== -1
  }

  end(session: PageSession): void {
    const at = this.#find(session)
    if (at !== -1) this.#sessions.splice(at, 1)
  }

  #find({ cookie, key }: PageSession): number {
    const given = { cookie: digestOf(cookie), key: digestOf(key) }
    return this.#sessions
      .map((each) => {
        const hasCookie = timingSafeEqual(each.cookie, given.cookie)
        const hasKey = timingSafeEqual(each.key, given.key)
        return hasCookie && hasKey
      })
      .indexOf(true)
  }
}

function secret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
