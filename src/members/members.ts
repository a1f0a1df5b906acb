/** The members of a closed swarm: who they are, invites, enrolment and revocation. */
import { toHex } from '../../crdt/bytes/index.ts'
import {
  createCertificate,
  createRevocation,
  epochBegin,
  epochOf,
  MAX_INVITES,
  plainSwarmName
} from '../../crdt/index.ts'
import { HiveError } from '../errors.ts'
import {
  DAY,
  DEFAULT_DAYS,
  DEFAULT_INVITE_LIFETIME,
  MAX_DAYS,
  MAX_LISTED,
  MAX_USES,
  VOICE_AT_ONCE_BELOW
} from './constants.ts'
import { Invites, stateOf } from './invites.ts'
import type {
  Certificate,
  MemberKeys,
  MemberStatements,
  Role,
  Store,
  Verdict
} from '../../crdt/index.ts'
import type { Enrolment, EnrolRequest, InviteRow } from './invites.ts'

/** Whether a member is admitted, or why not. */
export type MemberState =
  | 'admitted'
  | 'void'
  | 'revoked'
  | 'superseded'
  | 'expired'
  | 'not yet'
  | 'unknown'

/** A member, by its best certificate. Times are ISO 8601. */
export interface MemberView {
  /** The signing key in hex. It says nothing of what the member publishes. */
  readonly id: string
  readonly role: Role
  readonly state: MemberState
  readonly notBefore: string
  readonly notAfter: string
  /** The signing key of the inviter in hex; absent for a member that the root invited. */
  readonly invitedBy?: string
  /** Number of the certificate among those of its issuer. */
  readonly number: number
  readonly isSelf: boolean
}

/** This node's own membership. */
export interface OwnMembership {
  readonly swarm: string
  readonly id: string
  readonly role?: Role
  readonly state: MemberState
  readonly notAfter?: string
  /** When this node can publish: absent for a light member. */
  readonly voiceFrom?: string
  /** Members with a voice in this epoch. */
  readonly voices: number
  readonly epoch: number
  /** Certificates that this node can still issue. */
  readonly invitesLeft: number
}

/** What an invite allows. */
export interface InviteOptions {
  /** Default `member`. */
  readonly role?: Role
  /** Newcomers that can use it; default 1, at most 1,000. */
  readonly uses?: number
  /** Milliseconds that it can be used; default a day. */
  readonly expires?: number
  /** Days that their certificates last; default 90, at most 3,650. */
  readonly days?: number
  /** For an inviter: certificates that it may issue; default 16. */
  readonly max?: number
}

/** A new invite. Its secret is stored nowhere. */
export interface MadeInvite {
  readonly id: string
  readonly secret: string
  /** The founding of the swarm in hex: a newcomer checks everything against it. */
  readonly founding: string
  readonly swarm: string
  readonly role: Role
  readonly uses: number
  readonly expires: string
}

/** An invite of this node, without its secret. */
export interface InviteView {
  readonly id: string
  readonly role: Role
  readonly state: 'expired' | 'open' | 'used'
  readonly uses: number
  /** Signing keys of those that used it, in hex. */
  readonly usedBy: readonly string[]
  readonly expires: string
}

/** Which members to list. */
export interface ListOptions {
  /** At most this many; default and maximum 1,000. */
  readonly limit?: number
  /** Only of this state. */
  readonly state?: MemberState
}

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

  /** This node's own membership. */
  self(): OwnMembership {
    const { statements, keys } = this.#init
    const verdict = this.#verdict()
    const { certificate } = verdict
    const { roster, swarm } = statements
    const epoch = this.#epoch()
    const base = {
      swarm,
      id: toHex(keys.key),
      state: stateOfVerdict(verdict),
      voices: roster.voices(epoch).length,
      epoch
    }
    if (certificate === undefined) return { ...base, invitesLeft: 0 }
    const { role, notAfter } = certificate
    return {
      ...base,
      role,
      notAfter: dateOf(notAfter),
      ...(role === 'light' ? {} : { voiceFrom: dateOf(this.#voiceFrom(certificate)) }),
      invitesLeft: verdict.isAdmitted ? this.#numbersLeft(certificate) : 0
    }
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
    if (typeof given === 'string') return { outcome: 'refused', reason: given }
    await statements.add([given])
    return { outcome: 'enrolled', statements: statements.list().map(({ bytes }) => bytes) }
  }

  /**
   * Revokes all certificates of a member that this node's certificate is above. What the member
   * issued stands, unless `withInvited`. Throws `HiveError`.
   */
  async revoke(
    id: string,
    { withInvited = false }: { readonly withInvited?: boolean } = {}
  ): Promise<MemberView> {
    const { statements, keys } = this.#init
    const member = this.#memberOf(id)
    const issuer = this.#issuer()
    const targets = statements
      .certificatesOf(member)
      .filter((certificate) => statements.chains.verdictOf(certificate, this.#seconds()).isAdmitted)
    if (targets.length === 0) {
      throw new HiveError('RECORD_UNKNOWN', `No certificate of the member ${id} is valid now.`)
    }
    const isAbove = targets.every((target) =>
      statements.chains
        .chainOf(target)
        .slice(0, -1)
        .some((above) => issuer !== undefined && toHex(above.id) === toHex(issuer.id))
    )
    if (issuer === undefined || !isAbove) {
      throw new HiveError(
        'ARGUMENT_INVALID',
        'Only the root and the inviters above a member can revoke it. "hive members revoke --root FILE" signs with the root.'
      )
    }
    const revocations = targets.map((target) =>
      createRevocation(
        statements.swarm,
        {
          target,
          issuer: issuer.id,
          epoch: this.#epoch() + 1,
          kept: withInvited ? [] : statements.countedOf(target)
        },
        keys
      )
    )
    await this.add(revocations.map(({ bytes }) => bytes))
    return this.#view(member) ?? this.#unknown(id)
  }

  /**
   * Gives a member that this node invited a new certificate, for `days` more. Throws `HiveError`.
   */
  async renew(id: string, days = DEFAULT_DAYS): Promise<MemberView> {
    checkWhole('days', days, 1, MAX_DAYS)
    const { statements, keys } = this.#init
    const member = this.#memberOf(id)
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
    const begin = epochBegin(this.#epoch(), statements.roster.epochSeconds)
    const hasVoiceNow = statements.roster.voices(this.#epoch()).length < VOICE_AT_ONCE_BELOW
    const number = Math.max(statements.nextNumber(issuer.id), this.#lastNumber + 1)
    this.#lastNumber = number
    return createCertificate(
      statements.swarm,
      {
        ...terms,
        notBefore: Math.max(issuer.notBefore, hasVoiceNow ? begin : seconds),
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

  #memberOf(id: string): Uint8Array {
    const { statements } = this.#init
    const found = statements
      .members()
      .filter((member) => toHex(member).startsWith(id.toLowerCase()))
    const [member, other] = found
    if (member === undefined || id.length < 6) {
      throw new HiveError(
        'RECORD_UNKNOWN',
        `No member has an id that begins with "${id}". Give at least 6 digits of an id; "hive members" lists them.`
      )
    }
    if (other !== undefined) {
      throw new HiveError(
        'ID_AMBIGUOUS',
        `${found.length} members have ids that begin with "${id}".`
      )
    }
    return member
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

  /** Seconds at which a member with this certificate has a voice: the begin of an epoch. */
  #voiceFrom({ notBefore }: Certificate): number {
    const { epochSeconds } = this.#init.statements.roster
    const epoch = epochOf(notBefore, epochSeconds)
    const begin = epochBegin(epoch, epochSeconds)
    return begin === notBefore ? begin : epochBegin(epoch + 1, epochSeconds)
  }

  #verdict(): Verdict {
    const { statements, keys } = this.#init
    return statements.chains.verdictOfMember(keys.key, this.#seconds())
  }

  #epoch(): number {
    return epochOf(this.#seconds(), this.#init.statements.roster.epochSeconds)
  }

  #seconds(): number {
    return Math.floor(this.#init.now() / 1000)
  }
}

function issuerOf(statements: MemberStatements, certificate: Uint8Array): Uint8Array {
  const statement = statements.get(certificate)
  return statement?.kind === 'certificate' ? statement.issuer : new Uint8Array()
}

function stateOfVerdict(verdict: Verdict): MemberState {
  return verdict.isAdmitted ? 'admitted' : verdict.reason
}

function byState(a: MemberView, b: MemberView): number {
  const rank = ({ state }: MemberView): number => (state === 'admitted' ? 0 : 1)
  return rank(a) - rank(b) || a.notBefore.localeCompare(b.notBefore) || a.number - b.number
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

function checkWhole(what: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return
  throw new HiveError(
    'ARGUMENT_INVALID',
    `"${what}" is ${value}. Pass a whole number from ${least} to ${most}.`
  )
}

function notAnInviter(): HiveError {
  return new HiveError(
    'ARGUMENT_INVALID',
    'This node has no certificate to invite members with. Ask an inviter, or the holder of the root.'
  )
}
