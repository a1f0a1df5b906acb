/** The members of a closed swarm: who they are, invites, enrolment and revocation. */
import { toHex } from '../../crdt/bytes/index.ts'
import { createCertificate, MAX_INVITES, plainSwarmName, readStatement } from '../../crdt/index.ts'
import { HiveError } from '../errors.ts'
import {
  DAY,
  DEFAULT_DAYS,
  DEFAULT_INVITE_LIFETIME,
  MAX_DAYS,
  MAX_LISTED,
  MAX_USES
} from './constants.ts'
import { Invites, stateOf } from './invites.ts'
import { memberWithId } from './member-ids.ts'
import { dateOf, memberSelf, membershipWarning, stateOfVerdict } from './own-membership.ts'
import { beginOf, checkWhole, revocationsOf, validCertificates } from './terms.ts'
import type { Certificate, MemberKeys, MemberStatements, Store, Verdict } from '../../crdt/index.ts'
import type { Enrolment, EnrolRequest, InviteRow } from './invites.ts'
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
}

const DEFAULT_MAX = 16

/** The members of a node's closed swarm. */
export class Members {
  readonly #init: MembersInit
  readonly #invites: Invites
  /** Numbers that are given out and not yet in a statement. */
  #lastNumber = 0

  constructor(init: MembersInit) {
    this.#init = init
    this.#invites = new Invites(init)
  }

  /** Adds the certificates of uses that a crash kept from the statements. `openMembers` calls it. */
  async recover(): Promise<void> {
    const rows = await this.#invites.list()
    const given = rows.flatMap(([, { used }]) => Object.values(used))
    const certificates = given.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')))
    if (certificates.length > 0) await this.#init.statements.add(certificates)
  }

  /** The full name of the swarm. */
  get swarm(): string {
    return this.#init.statements.swarm
  }

  /** This node's own membership. */
  self(): OwnMembership {
    const { statements, keys, now } = this.#init
    const self = memberSelf(statements, keys, now())
    const issuer = this.#issuer()
    return { ...self, invitesLeft: issuer === undefined ? 0 : this.#numbersLeft(issuer) }
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
    const issuer = this.#issuer()
    const { founding } = statements
    if (issuer === undefined || founding === undefined) throw notAnInviter()
    const left = this.#numbersLeft(issuer)
    if (left < uses) {
      throw new HiveError(
        'LIMIT_EXCEEDED',
        `This inviter can issue ${left} more certificates, and the invite is for ${uses}. Ask the holder of the root for a certificate with a higher maximum.`
      )
    }
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
    return rows.toReversed().map(([id, row]) => ({
      id,
      role: row.role,
      state: stateOf(row, this.#init.now()),
      uses: row.uses,
      usedBy: Object.keys(row.used),
      expires: new Date(row.expires).toISOString()
    }))
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
  async enrol(request: EnrolRequest): Promise<Enrolment> {
    const { statements } = this.#init
    const given = await this.#invites.redeem(request, (row) => this.#issue(row, request))
    if (typeof given === 'string') return { refusal: given }
    await statements.add([given])
    const chain = statements.chains.chainOf(readStatement(given).id)
    return { statements: [...statements.line(), ...chain].map(({ bytes }) => bytes) }
  }

  /**
   * Revokes all certificates of a member that this node's certificate is above. What the member
   * issued stands, unless `withInvited`. Open invites of this node that the member used are cancelled.
   * Throws `HiveError`.
   */
  async revoke(
    id: string,
    { withInvited = false }: { readonly withInvited?: boolean } = {}
  ): Promise<MemberView> {
    const { statements, keys } = this.#init
    const member = memberWithId(statements, id)
    const issuer = this.#issuer()
    const seconds = this.#seconds()
    const targets = validCertificates(statements, member, seconds)
    const isAbove = targets.every((target) =>
      statements.chains
        .chainOf(target)
        .slice(0, -1)
        .some((above) => issuer !== undefined && toHex(above.id) === toHex(issuer.id))
    )
    if (issuer === undefined || !isAbove) {
      throw new HiveError(
        'ARGUMENT_INVALID',
        'Only the root and the inviters above a member can revoke it. "hive members revoke ID --root FILE" signs with the root.'
      )
    }
    const terms = { targets, issuer: issuer.id, withInvited, seconds }
    await this.add(revocationsOf(statements, terms, keys))
    await this.#invites.cancelUsedBy(toHex(member))
    return this.#view(member) ?? this.#unknown(id)
  }

  /**
   * Gives a member that this node invited a new certificate, for `days` more. Throws `HiveError`.
   */
  async renew(id: string, days = DEFAULT_DAYS): Promise<MemberView> {
    checkWhole('days', days, 1, MAX_DAYS)
    const { statements, keys } = this.#init
    const member = memberWithId(statements, id)
    const issuer = this.#issuer()
    const { certificate } = statements.chains.verdictOfMember(member, this.#seconds())
    if (issuer === undefined || certificate === undefined) throw notAnInviter()
    const isOwn = statements
      .certificatesOf(member)
      .some((each) => toHex(issuerOf(statements, each)) === toHex(issuer.id))
    if (!isOwn || toHex(member) === toHex(keys.key)) {
      throw new HiveError(
        'ARGUMENT_INVALID',
        'Only the inviter of a member, or the holder of the root, can renew its certificate.'
      )
    }
    const { voice, role, max } = certificate
    await this.add([this.#sign(issuer, { member, voice, role, max, days }).bytes])
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

  #issue(row: InviteRow, { member, voice }: EnrolRequest): Uint8Array | undefined {
    const issuer = this.#issuer()
    if (issuer === undefined || this.#numbersLeft(issuer) === 0) return undefined
    const { role, max, days } = row
    return this.#sign(issuer, { member, voice, role, max, days }).bytes
  }

  #sign(
    issuer: Certificate,
    {
      days,
      ...terms
    }: Pick<Certificate, 'max' | 'member' | 'role' | 'voice'> & { readonly days: number }
  ): Certificate {
    const { statements, keys } = this.#init
    const seconds = this.#seconds()
    const number = Math.max(statements.nextNumber(issuer.id), this.#lastNumber + 1)
    this.#lastNumber = number
    return createCertificate(
      statements.swarm,
      {
        ...terms,
        notBefore: Math.max(issuer.notBefore, beginOf(statements, seconds)),
        notAfter: Math.min(issuer.notAfter, seconds + days * DAY),
        issuer: issuer.id,
        number
      },
      keys
    )
  }

  /** The certificate with which this node invites. */
  #issuer(): Certificate | undefined {
    const verdict = this.#verdict()
    return verdict.isAdmitted && verdict.certificate.role === 'inviter'
      ? verdict.certificate
      : undefined
  }

  #numbersLeft(certificate: Certificate): number {
    const { statements } = this.#init
    const next = Math.max(statements.nextNumber(certificate.id), this.#lastNumber + 1)
    return Math.max(0, certificate.max - next + 1)
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
      isSelf: toHex(member) === toHex(keys.key)
    }
  }

  #unknown(id: string): never {
    throw new HiveError('RECORD_UNKNOWN', `The member ${id} is unknown.`)
  }

  #verdict(): Verdict {
    const { statements, keys } = this.#init
    return statements.chains.verdictOfMember(keys.key, this.#seconds())
  }

  #seconds(): number {
    return Math.floor(this.#init.now() / 1000)
  }
}

function issuerOf(statements: MemberStatements, certificate: Uint8Array): Uint8Array {
  const statement = statements.get(certificate)
  return statement?.kind === 'certificate' ? statement.issuer : new Uint8Array()
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
