/**
 * The door of a closed swarm. It stands between the encryption of a connection and everything else: until
 * both peers have proved that they are members, there are no streams, so that no protocol of ours or of
 * libp2p sees or serves an outsider. libp2p takes it as the encryption of the connection: Noise, and
 * the frames of the door in it.
 *
 * The side that dialled proves itself first. So a node that is dialled shows its certificate to members
 * only; a node that dials an outsider shows its own.
 *
 * Not guaranteed: that a peer that was admitted still is a member. `Members` ends connections when a
 * certificate ends.
 */
import { noise } from '@libp2p/noise'
import {
  isDoorProof,
  readStatement,
  Serial,
  signDoorProof,
  signEnrolment
} from '../../crdt/index.ts'
import { DOOR_ANSWER_TIMEOUT, DOOR_SILENCE } from '../constants.ts'
import { DoorChannel } from './door-channel.ts'
import { DoorClosed } from './door-reasons.ts'
import { Enrolments } from './enrolments.ts'
import type { Threshold } from './threshold.ts'
import type {
  ComponentLogger,
  ConnectionEncrypter,
  MessageStream,
  PeerId,
  SecureConnectionOptions,
  SecuredConnection
} from '@libp2p/interface'
import type {
  Certificate,
  CertificateRenewals,
  MemberKeys,
  MemberStatements,
  PeerPair
} from '../../crdt/index.ts'
import type { DoorFrame, EnrolFrame, Hello } from './door-frames.ts'
import type { DoorReason } from './door-reasons.ts'
import type { Enrol } from './enrolments.ts'
import type { KnownMembers } from './known-members.ts'

/** What a node needs to be a member of a closed swarm. */
export interface SwarmMembers {
  /** Of the swarm of the replica; loaded. */
  readonly statements: MemberStatements
  /** The keys of this node's member. */
  readonly keys: MemberKeys
  /** Issues certificates for invites; left out: this node admits no new members. */
  readonly enrol?: Enrol
  /** Renewals; left out: this node asks for none, and gives none. */
  readonly renewals?: CertificateRenewals
  /** While this node has no certificate: the invite that it shows where it dials. */
  readonly invite?: { readonly id: Uint8Array; readonly secret: Uint8Array }
}

export interface DoorInit {
  readonly protocol: string
  readonly members: SwarmMembers
  readonly known: KnownMembers
  readonly threshold: Threshold
  /** Milliseconds. */
  readonly now: () => number
  readonly onAdmit: (peer: PeerId, member: Uint8Array) => void
  readonly onRefuse: (peer: PeerId, reason: DoorReason, isOurs: boolean) => void
  /** A peer sent what no honest peer would. */
  readonly onOffence: (peer: PeerId, reason: string) => void
}

type NoiseComponents = Parameters<ReturnType<typeof noise>>[0] & {
  readonly logger: ComponentLogger
  readonly peerId: PeerId
}

/** Reasons that only a peer that breaks the protocol gives. */
const OFFENCES: ReadonlySet<DoorReason> = new Set(['malformed', 'proof', 'signature', 'voice key'])

/** Statements of one answer: the founding, all successions and a chain. */
const MAX_ANSWER_STATEMENTS = 32

/** One connection in front of the door. */
interface Visit {
  readonly channel: DoorChannel
  readonly remote: PeerId
}

/** The encryption of connections for `createLibp2p`; `inner`: what encrypts, and proves the peer ids. */
export const door =
  (init: DoorInit) =>
  (
    components: NoiseComponents,
    inner: (components: NoiseComponents) => ConnectionEncrypter = noise()
  ): ConnectionEncrypter =>
    new Door(components, init, inner(components))

class Door implements ConnectionEncrypter {
  readonly protocol: string
  readonly #components: NoiseComponents
  readonly #init: DoorInit
  readonly #inner: ConnectionEncrypter
  readonly #enrolments: Enrolments
  readonly #serial = new Serial()

  constructor(components: NoiseComponents, init: DoorInit, inner: ConnectionEncrypter) {
    this.protocol = init.protocol
    this.#components = components
    this.#init = init
    this.#inner = inner
    const { statements, enrol } = init.members
    this.#enrolments = new Enrolments({ swarm: statements.swarm, enrol, now: init.now })
  }

  async secureOutbound(
    connection: MessageStream,
    options: SecureConnectionOptions = {}
  ): Promise<SecuredConnection> {
    const secured = await this.#inner.secureOutbound(connection, options)
    const channel = new DoorChannel(secured.connection, options)
    return this.#pass(secured, channel, (visit) => this.#knock(visit))
  }

  async secureInbound(
    connection: MessageStream,
    options: SecureConnectionOptions = {}
  ): Promise<SecuredConnection> {
    const secured = await this.#inner.secureInbound(connection, options)
    const patience = this.#init.threshold.take(connection)
    const channel = new DoorChannel(secured.connection, options, patience)
    return this.#pass(secured, channel, (visit) => this.#open(visit))
  }

  /** Runs one side of the door; the member that it resolves to is admitted. */
  async #pass(
    secured: SecuredConnection,
    channel: DoorChannel,
    side: (visit: Visit) => Promise<Uint8Array>
  ): Promise<SecuredConnection> {
    const remote = secured.remotePeer
    try {
      const member = await side({ channel, remote })
      this.#init.known.add(remote.toString(), member)
      this.#init.onAdmit(remote, member)
      return { ...secured, connection: channel.unwrap() }
    } catch (error) {
      if (error instanceof DoorClosed) await this.#close(channel, remote, error)
      throw error
    }
  }

  async #close(channel: DoorChannel, remote: PeerId, closed: DoorClosed): Promise<void> {
    const { reason, isOurs, revocation } = closed
    if (!isOurs && revocation.length > 0) {
      // It counts only if it is signed by one above this node, whoever sends it.
      const { statements } = this.#init.members
      await statements.add([revocation], { waits: false }).catch(() => undefined)
    }
    this.#init.onRefuse(remote, reason, isOurs)
    if (!isOurs) return
    if (OFFENCES.has(reason)) this.#init.onOffence(remote, `refused at the door: ${reason}`)
    // The peer may be gone.
    await channel.refuse(closed).catch(() => undefined)
  }

  /** The side that dialled. */
  async #knock(visit: Visit): Promise<Uint8Array> {
    const { channel } = visit
    // One at a time: an invite gives one certificate.
    await this.#serial.run(() => this.#enrolIfInvited(visit))
    await channel.write(this.#hello(visit))
    const member = await this.#check(visit, expect(await this.#readAnswer(channel), 'hello'))
    await channel.write({ type: 'welcome' })
    return member
  }

  /** The side that was dialled. */
  async #open(visit: Visit): Promise<Uint8Array> {
    const { channel } = visit
    let frame = await channel.read(DOOR_SILENCE)
    if (frame.type === 'enrol') {
      await this.#enrol(visit, frame)
      channel.trust()
      // The newcomer stores its certificate before it goes on.
      frame = await channel.read(DOOR_ANSWER_TIMEOUT)
    }
    const member = await this.#check(visit, expect(frame, 'hello'))
    channel.trust()
    await channel.write(this.#hello(visit))
    expect(await this.#readAnswer(channel), 'welcome')
    return member
  }

  /** What follows a hello; the other side may ask for the roots before, once. */
  async #readAnswer(channel: DoorChannel): Promise<DoorFrame> {
    const frame = await channel.read(DOOR_ANSWER_TIMEOUT)
    if (frame.type !== 'roots') return frame
    await sendStatements(channel, this.#line())
    return channel.read(DOOR_ANSWER_TIMEOUT)
  }

  /** The member that the hello proves. */
  async #check(visit: Visit, hello: Hello): Promise<Uint8Array> {
    const { statements } = this.#init.members
    const certificate = readLeaf(hello)
    const peers = this.#pair(visit.remote, this.#components.peerId)
    if (!isDoorProof(statements.swarm, peers, certificate.member, hello.proof)) {
      throw new DoorClosed('proof', { isOurs: true })
    }
    if (!statements.isRoot(hello.root)) await this.#askForRoots(visit)
    const { refused } = await statements.add(hello.chain, { waits: false })
    const verdict = this.#init.known.verdictOf(certificate.member)
    if (verdict.isAdmitted) return certificate.member
    const refusal = refused[0]?.reason
    const isUnknown = verdict.reason === 'unknown' && refusal !== undefined
    const revocation =
      verdict.reason === 'revoked' ? statements.chains.revocationOf(certificate.id) : undefined
    throw new DoorClosed(isUnknown ? refusal : verdict.reason, {
      isOurs: true,
      revocation: revocation?.bytes
    })
  }

  /** The founding and the successions that the peer knows, for a root that is unknown here. */
  async #askForRoots({ channel }: Visit): Promise<void> {
    await channel.write({ type: 'roots' })
    await this.#receive(channel, DOOR_SILENCE)
  }

  async #receive(channel: DoorChannel, timeout: number): Promise<void> {
    const { statements } = this.#init.members
    for (let count = 1; count <= MAX_ANSWER_STATEMENTS; count++) {
      const { statement, hasNext } = expect(await channel.read(timeout), 'statement')
      const { refused } = await statements.add([statement], { waits: false })
      const reason = refused[0]?.reason
      if (reason !== undefined && reason !== 'surplus' && reason !== 'unknown') {
        throw new DoorClosed(reason, { isOurs: true })
      }
      if (!hasNext) return
    }
    throw new DoorClosed('malformed', { isOurs: true })
  }

  #hello({ remote }: Visit): Hello {
    const { statements, keys } = this.#init.members
    const verdict = this.#init.known.verdictOf(keys.key)
    const { root } = statements
    // A certificate that has ended is shown as well: the peer knows the reason, or another time.
    if (verdict.certificate === undefined || root === undefined) {
      throw new DoorClosed('no certificate', { isOurs: true })
    }
    const chain = statements.chains.chainOf(verdict.certificate.id).map(({ bytes }) => bytes)
    const peers = this.#pair(this.#components.peerId, remote)
    return { type: 'hello', root, chain, proof: signDoorProof(statements.swarm, peers, keys) }
  }

  async #enrolIfInvited({ channel, remote }: Visit): Promise<void> {
    const { statements, keys, invite } = this.#init.members
    const verdict = this.#init.known.verdictOf(keys.key)
    if (invite === undefined || verdict.certificate !== undefined) return
    const peers = this.#pair(this.#components.peerId, remote)
    const named = { invite: invite.id, member: keys.key, voice: keys.voice }
    const proof = signEnrolment(statements.swarm, { ...peers, ...named }, keys)
    await channel.write({ type: 'enrol', secret: invite.secret, ...named, proof })
    await this.#receive(channel, DOOR_ANSWER_TIMEOUT)
  }

  async #enrol({ channel, remote }: Visit, frame: EnrolFrame): Promise<void> {
    const { statements } = this.#init.members
    const peers = this.#pair(remote, this.#components.peerId)
    const issued = await this.#enrolments.run(frame, peers)
    await statements.add(issued)
    await sendStatements(channel, issued)
  }

  #line(): readonly Uint8Array[] {
    return this.#init.members.statements.line().map(({ bytes }) => bytes)
  }

  #pair(prover: PeerId, verifier: PeerId): PeerPair {
    return { prover: prover.toString(), verifier: verifier.toString() }
  }
}

async function sendStatements(
  channel: DoorChannel,
  statements: readonly Uint8Array[]
): Promise<void> {
  for (const [at, statement] of statements.entries()) {
    const hasNext = at + 1 < statements.length
    await channel.write({ type: 'statement', hasNext, statement })
  }
}

/** The last certificate of the chain: that of the member. */
function readLeaf({ chain }: Hello): Certificate {
  try {
    const statement = readStatement(chain.at(-1) ?? new Uint8Array())
    if (statement.kind === 'certificate') return statement
  } catch (cause) {
    throw new DoorClosed('malformed', { isOurs: true, cause })
  }
  throw new DoorClosed('malformed', { isOurs: true })
}

function expect<T extends DoorFrame['type']>(
  frame: DoorFrame,
  type: T
): Extract<DoorFrame, { type: T }> {
  if (isOfType(frame, type)) return frame
  throw new DoorClosed('malformed', { isOurs: true })
}

function isOfType<T extends DoorFrame['type']>(
  frame: DoorFrame,
  type: T
): frame is Extract<DoorFrame, { type: T }> {
  return frame.type === type
}
