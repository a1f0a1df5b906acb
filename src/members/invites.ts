/**
 * Invites: one-time secrets that this node hands out, and what became of them. A use is on disk
 * together with the certificate that it gave before the newcomer hears of it, so that a crash gives
 * no use away twice. The same newcomer may ask again and gets the same certificate. An invite ends with the
 * first member that used it and was revoked, wherever that was: the member may have passed it on.
 */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { toHex } from '../../crdt/bytes/index.ts'
import { HiveError } from '../errors.ts'
import { KeyedSerial, putJson, readAll, readJson, remove } from '../stored/index.ts'
import { MAX_INVITES_KEPT } from './constants.ts'
import type { EnrolRefusal, EnrolRequest, Section, Store } from '../../crdt/index.ts'

const ID_BYTES = 8
const SECRET_BYTES = 16
const PREFIX = 'invite/'

const Row = z.strictObject({
  secretHash: z.string(),
  role: z.enum(['member', 'light', 'inviter']),
  max: z.int().min(0),
  days: z.int().min(1),
  uses: z.int().min(1),
  /** Milliseconds of the Unix epoch. */
  created: z.int(),
  expires: z.int(),
  /** Who used it, by signing key, and the certificate that it gave, in hex. */
  used: z.record(z.string(), z.string())
})

/** An invite as it is stored. */
export type InviteRow = z.infer<typeof Row>

/** A new invite. The secret is nowhere else. */
export interface NewInvite {
  readonly id: Uint8Array
  readonly secret: Uint8Array
}

/** What an invite allows. */
export type InviteTerms = Pick<InviteRow, 'days' | 'expires' | 'max' | 'role' | 'uses'>

export interface InvitesInit {
  readonly store: Pick<Store, 'section' | 'commit'>
  /** Milliseconds of the Unix epoch. */
  readonly now: () => number
  /** Whether the certificate or its member was revoked. */
  readonly isRevoked: (certificate: Uint8Array) => boolean
}

/** The invites of this node. */
export class Invites {
  readonly #init: InvitesInit
  readonly #section: Section
  readonly #serial = new KeyedSerial()

  constructor(init: InvitesInit) {
    this.#init = init
    this.#section = init.store.section('invites')
  }

  /** Durable once it resolves. */
  async create(terms: InviteTerms): Promise<NewInvite> {
    const kept = await this.list()
    const ended = kept.filter(([, row]) => this.stateOf(row) !== 'open')
    if (kept.length - ended.length >= MAX_INVITES_KEPT) {
      throw new HiveError(
        'LIMIT_EXCEEDED',
        `This node has ${MAX_INVITES_KEPT} open invites. Cancel some, or wait until they expire.`
      )
    }
    const oldest = kept.length < MAX_INVITES_KEPT ? [] : ended.slice(0, 1)
    const id = new Uint8Array(randomBytes(ID_BYTES))
    const secret = new Uint8Array(randomBytes(SECRET_BYTES))
    const created = this.#init.now()
    const row: InviteRow = { ...terms, secretHash: hashOf(secret), created, used: {} }
    await this.#init.store.commit([
      ...oldest.map(([name]) => remove(this.#section, `${PREFIX}${name}`)),
      putJson(this.#section, keyOf(id), row)
    ])
    return { id, secret }
  }

  /** All that are kept, the oldest first. */
  async list(): Promise<(readonly [id: string, row: InviteRow])[]> {
    const rows = await Array.fromAsync(readAll(this.#section, PREFIX, Row))
    return rows.toSorted(([, a], [, b]) => a.created - b.created)
  }

  /** `cancelled`: a member that used it was revoked, and others could still use it. */
  stateOf(row: InviteRow): 'cancelled' | 'expired' | 'open' | 'used' {
    if (Object.keys(row.used).length >= row.uses) return 'used'
    if (this.#init.now() >= row.expires) return 'expired'
    return Object.values(row.used).some((hex) => this.#init.isRevoked(certificateOf(hex)))
      ? 'cancelled'
      : 'open'
  }

  /** Removes those that are cancelled since a member was revoked. */
  async removeCancelled(): Promise<void> {
    for (const [id, row] of await this.list()) {
      if (this.stateOf(row) === 'cancelled') await this.cancel(id)
    }
  }

  /** Nobody can use it any more; false if there is none. */
  async cancel(id: string): Promise<boolean> {
    return this.#serial.run(id, async () => {
      if ((await readJson(this.#section, `${PREFIX}${id}`, Row)) === undefined) return false
      await this.#init.store.commit([remove(this.#section, `${PREFIX}${id}`)])
      return true
    })
  }

  /**
   * Gives a newcomer its certificate: `issue` makes it, and it is on disk as a use before this
   * resolves. The same newcomer gets the same one again.
   */
  redeem(
    { invite: id, secret, member }: EnrolRequest,
    issue: (row: InviteRow) => Uint8Array | undefined
  ): Promise<Uint8Array | EnrolRefusal> {
    return this.#serial.run<Uint8Array | EnrolRefusal>(toHex(id), async () => {
      const row = id.length === ID_BYTES ? await readJson(this.#section, keyOf(id), Row) : undefined
      // Compared in any case, so that the time tells nothing.
      const isRight = isEqual(hashOf(secret), row?.secretHash ?? hashOf(new Uint8Array()))
      if (row === undefined || !isRight) return 'invite unknown'
      const name = toHex(member)
      const given = row.used[name]
      if (given !== undefined) return certificateOf(given)
      const state = this.stateOf(row)
      if (state === 'cancelled') return 'invite unknown'
      if (state !== 'open') return `invite ${state}`
      const certificate = issue(row)
      if (certificate === undefined) return 'enrolment closed'
      const used = { ...row.used, [name]: toHex(certificate) }
      await this.#init.store.commit([putJson(this.#section, keyOf(id), { ...row, used })])
      return certificate
    })
  }
}

/** The certificate of a use. */
export function certificateOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

function keyOf(id: Uint8Array): string {
  return `${PREFIX}${toHex(id)}`
}

/** A secret of 128 random bits needs no salt and no slow hash. */
function hashOf(secret: Uint8Array): string {
  return hash('sha256', secret, 'hex')
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
