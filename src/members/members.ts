/** The members of a closed swarm: who they are, invites, enrolment and revocation. */
import { equalBytes, toHex } from '../../crdt/bytes/index.ts'
import { MAX_INVITES, plainSwarmName, readStatement } from '../../crdt/index.ts'
import { HiveError } from '../errors.ts'
import {
  DAY,
  DEFAULT_DAYS,
  DEFAULT_INVITE_LIFETIME,
  MAX_DAYS,
  MAX_LISTED,
  MAX_USES
} from './constants.ts'
import { certificateOf, Invites } from './invites.ts'
import { Issuing } from './issuing.ts'
import { memberWithId } from './member-ids.ts'
import { dateOf, memberSelf, membershipWarning, stateOfVerdict } from './own-membership.ts'
import { renewalBegin, Renewals } from './renewals.ts'
import {
  checkWhole,
  membersAbove,
  originOf,
  revocationsOf,
  renewedDays,
  revokedError,
  validCertificates
} from './terms.ts'
import type {
  Certificate,
  EnrolAnswer,
  EnrolRequest,
  MemberKeys,
  MemberStatements,
  Store
} from '../../crdt/index.ts'
import type { InviteRow } from './invites.ts'
import type {
  InviteOptions,
  InviteView,
  ListOptions,
  MadeInvite,
  MemberView,
  OwnMembership
} from './member-views.ts'

/** Options of `Members`. */
export interface MembersInit {
  readonly statements: MemberStatements
  readonly keys: MemberKeys
  readonly store: Pick<Store, 'section' | 'commit'>
  /** Milliseconds of the Unix epoch. */
  readonly now: () => number
  /** False: this node renews no certificates of others by itself. Default true. */
  readonly renewsOthers?: boolean
}

const DEFAULT_MAX = 16

/** The members of a node's closed swarm. */
export class Members {
  readonly #init: MembersInit
  readonly #invites: Invites
  readonly #issuing: Issuing
  /**
   * Of this node's certificate, and of those of others.
   *
   * @internal
   */
  readonly renewals: Renewals

  constructor(init: MembersInit) {
    this.#init = init
    this.#invites = new Invites({ ...init, isRevoked: (bytes) => this.#isRevoked(bytes) })
    const issuing = new Issuing(init)
    this.#issuing = issuing
    const { renewsOthers = true } = init
    this.renewals = new Renewals({ ...init, issuing, renewsOthers })
  }

  /**
   * Adds the certificates of uses that a crash kept from the statements, and removes invites of revoked
   * members. `openMembers` calls it.
   */
  async recover(): Promise<void> {
    const rows = await this.#invites.list()
    const given = rows.flatMap(([, { used }]) => Object.values(used))
    const certificates = given.map(certificateOf)
    if (certificates.length > 0) await this.#init.statements.add(certificates)
    await this.#removeInvites()
  }

  /** The full name of the swarm. */
  get swarm(): string {
    return this.#init.statements.swarm
  }

  /** This node's own membership. */
  self(): OwnMembership {
    const { statements, keys, now } = this.#init
    const self = memberSelf(statements, keys, now())
    const { refusal } = this.renewals
    const renewal =
      self.renewal === undefined || refusal === undefined
        ? self.renewal
        : { ...self.renewal, refusal }
    return {
      ...self,
      invitesLeft: this.#issuing.left,
      ...(renewal === undefined ? {} : { renewal })
    }
  }

  /** What is wrong with this node's certificate, or soon will be; undefined if nothing is. */
  warning(): string | undefined {
    return membershipWarning(this.self(), this.#init.now())
  }

  /** The member whose id begins with these digits, at least 6. Throws `HiveError`. */
  find(id: string): MemberView {
    return this.#view(memberWithId(this.#init.statements, id)) ?? this.#unknown(id)
  }

  /** All members that the swarm has had, those that are admitted first. */
  list({ limit = MAX_LISTED, state }: ListOptions = {}): MemberView[] {
    const { statements } = this.#init
    return statements
      .members()
      .flatMap((member) => this.#view(member) ?? [])
      .filter((view) => state === undefined || view.state === state)
      .toSorted(byState)
      .slice(0, Math.min(limit, MAX_LISTED))
  }

  /** Makes an invite. Throws `HiveError` if this node may not invite. */
  async invite({
    role = 'member',
    uses = 1,
    expires = DEFAULT_INVITE_LIFETIME,
    days = DEFAULT_DAYS,
    max = DEFAULT_MAX
  }: InviteOptions = {}): Promise<MadeInvite> {
    const { statements, now } = this.#init
    checkWhole('uses', uses, 1, MAX_USES)
    checkWhole('days', days, 1, MAX_DAYS)
    checkWhole('expires', expires, 1, MAX_DAYS * DAY * 1000)
    if (role === 'inviter') checkWhole('max', max, 1, MAX_INVITES)
    const { founding } = statements
    const { certificate: issuer, left } = this.#issuing
    if (issuer === undefined || founding === undefined) throw notAnInviter()
    if (left < uses) throw usedUp(left, uses)
    const until = now() + expires
    const terms = { role, uses, days, expires: until, max: role === 'inviter' ? max : 0 }
    const { id, secret } = await this.#invites.create(terms)
    return {
      id: toHex(id),
      secret: toHex(secret),
      founding: toHex(founding.bytes),
      swarm: statements.swarm,
      role,
      uses,
      expires: new Date(until).toISOString()
    }
  }

  /** The invites of this node, the latest first. */
  async invites(): Promise<InviteView[]> {
    const rows = await this.#invites.list()
    return rows.toReversed().flatMap(([id, row]) => {
      const state = this.#invites.stateOf(row)
      if (state === 'cancelled') return []
      const { role, uses, used } = row
      const expires = new Date(row.expires).toISOString()
      return [{ id, role, state, uses, usedBy: Object.keys(used), expires }]
    })
  }

  /** Nobody can use the invite any more. Throws `HiveError` if there is none. */
  async cancelInvite(id: string): Promise<void> {
    if (!(await this.#invites.cancel(id))) {
      throw new HiveError(
        'RECORD_UNKNOWN',
        `This node has no invite "${id}". "hive members invites" lists them.`
      )
    }
  }

  /** Answers a newcomer with an invite of this node: with its certificate, or with why not. */
  async enrol(request: EnrolRequest): Promise<EnrolAnswer> {
    const { statements } = this.#init
    const given = await this.#invites.redeem(request, (row) => this.#issue(row, request))
    if (typeof given === 'string') return { refusal: given }
    await statements.add([given])
    const chain = statements.chains.chainOf(readStatement(given).id)
    return { statements: [...statements.line(), ...chain].map(({ bytes }) => bytes) }
  }

  /**
   * Revokes all certificates of a member that this node is above. Their renewals end too, also those
   * that other members gave. What the member issued stands, unless `withInvited`. Open invites of this node that the member
   * used are cancelled. Throws `HiveError`, also if a certificate would stay that others have given.
   */
  async revoke(
    id: string,
    { withInvited = false }: { readonly withInvited?: boolean } = {}
  ): Promise<MemberView> {
    const { statements, keys } = this.#init
    const member = memberWithId(statements, id)
    const seconds = this.#seconds()
    const targets = validCertificates(statements, member, seconds)
    // The one of this node's certificates that is above: it may have been renewed since.
    const issuerOf = ({ id: target }: Certificate): Uint8Array | undefined =>
      statements.chains
        .chainOf(target)
        .slice(0, -1)
        .findLast((above) => equalBytes(above.member, keys.key))?.id
    const revocations =
      this.#issuing.certificate === undefined
        ? undefined
        : revocationsOf(statements, { targets, issuerOf, withInvited, seconds }, keys)
    if (revocations === undefined) {
      throw new HiveError(
        'ARGUMENT_INVALID',
        'Only the root and the inviters above a member can revoke it, above each of its certificates. "hive members revoke ID --root FILE" signs with the root.'
      )
    }
    await this.add(revocations)
    await this.#removeInvites()
    return this.#view(member) ?? this.#unknown(id)
  }

  /**
   * Gives a member that this node is above a new certificate, for `days` more; by default as many as it
   * lasts now, and at least 90. Throws `HiveError`, also for
   * a member that is revoked.
   */
  async renew(id: string, days?: number): Promise<MemberView> {
    const { statements, keys } = this.#init
    const member = memberWithId(statements, id)
    const issuer = this.#issuing.certificate
    const { certificate } = statements.chains.verdictOfMember(member, this.#seconds())
    if (issuer === undefined || certificate === undefined) throw notAnInviter()
    if (!membersAbove(statements, certificate).some((each) => equalBytes(each, keys.key))) {
      throw new HiveError(
        'ARGUMENT_INVALID',
        'Only the inviters above a member, or the holder of the root, can renew its certificate.'
      )
    }
    if (statements.chains.isRevoked(certificate.id)) throw revokedError(id)
    if (!this.#issuing.hasPlaceFor(member)) throw usedUp(0, 1)
    const { voice, role, max } = certificate
    const renews = originOf(statements, certificate).id
    const lifetime = renewedDays(id, certificate, { days, seconds: this.#seconds() }) * DAY
    const terms = { member, voice, role, max, lifetime, renews }
    await this.add([this.#issuing.sign(issuer, terms).bytes])
    return this.#view(member) ?? this.#unknown(id)
  }

  /** Takes statements in, of a root say; durable once it resolves. Throws `HiveError` for bad ones. */
  async add(statements: readonly Uint8Array[]): Promise<{ readonly added: number }> {
    const { added, refused, waiting } = await this.#init.statements.add(statements)
    const [first] = refused
    if (first !== undefined || waiting.length > 0) {
      throw new HiveError(
        'ARGUMENT_INVALID',
        `A statement of the swarm ${plainSwarmName(this.#init.statements.swarm)} was not taken: ${first?.reason ?? 'it builds on one that is unknown'}.`
      )
    }
    return { added: added.length }
  }

  /** All statements of the swarm that this node has. */
  statements(): Uint8Array[] {
    return this.#init.statements.list().map(({ bytes }) => bytes)
  }

  /** Of revoked members. Nobody can use them in any case: what cannot be written is removed at a later start. */
  #removeInvites(): Promise<void> {
    return this.#invites.removeCancelled().catch(() => undefined)
  }

  /** Whether the certificate was revoked, or its member by another one. */
  #isRevoked(bytes: Uint8Array): boolean {
    const { chains } = this.#init.statements
    const certificate = readStatement(bytes)
    if (certificate.kind !== 'certificate') return false
    if (chains.isRevoked(certificate.id)) return true
    const verdict = chains.verdictOfMember(certificate.member, this.#seconds())
    return !verdict.isAdmitted && verdict.reason === 'revoked'
  }

  #issue(row: InviteRow, { member, voice }: EnrolRequest): Uint8Array | undefined {
    const issuer = this.#issuing.certificate
    if (issuer === undefined || !this.#issuing.hasPlaceFor(member)) return undefined
    const { role, max, days } = row
    return this.#issuing.sign(issuer, { member, voice, role, max, lifetime: days * DAY }).bytes
  }

  #view(member: Uint8Array): MemberView | undefined {
    const { statements, keys } = this.#init
    const verdict = statements.chains.verdictOfMember(member, this.#seconds())
    const { certificate } = verdict
    if (certificate === undefined) return undefined
    const above = statements.chains.chainOf(certificate.id).at(-2)
    return {
      id: toHex(member),
      role: certificate.role,
      state: stateOfVerdict(verdict),
      notBefore: dateOf(certificate.notBefore),
      notAfter: dateOf(certificate.notAfter),
      ...(above === undefined ? {} : { invitedBy: toHex(above.member) }),
      number: certificate.number,
      ...(membersAbove(statements, certificate).length === 0
        ? {}
        : { renewsFrom: dateOf(renewalBegin(certificate)) }),
      isSelf: toHex(member) === toHex(keys.key)
    }
  }

  #unknown(id: string): never {
    throw new HiveError('RECORD_UNKNOWN', `The member ${id} is unknown.`)
  }

  #seconds(): number {
    return Math.floor(this.#init.now() / 1000)
  }
}

function rank({ state }: MemberView): number {
  return state === 'admitted' ? 0 : 1
}

function byState(a: MemberView, b: MemberView): number {
  return rank(a) - rank(b) || a.notBefore.localeCompare(b.notBefore) || a.number - b.number
}

function notAnInviter(): HiveError {
  return new HiveError(
    'ARGUMENT_INVALID',
    'This node has no certificate to invite members with. Ask an inviter, or the holder of the root.'
  )
}

function usedUp(left: number, wanted: number): HiveError {
  return new HiveError(
    'LIMIT_EXCEEDED',
    `This inviter can admit ${left} more members, and ${wanted} are wanted. Ask the holder of the root for a certificate with a higher maximum.`
  )
}
