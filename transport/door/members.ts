/**
 * `/members`: the members of a closed swarm bring each other's statements up to date, and end connections
 * to peers whose certificate ends.
 *
 * Two peers that connect compare the digests of their sets, and each pulls what it lacks. New statements
 * are pushed to all peers at once, which push them on when they are new there: a revocation reaches a
 * swarm as fast as it can carry messages. What a push misses comes with the next comparison.
 *
 * A node whose certificate ends soon asks members above it for another one, over the same streams.
 */
import { repeatingTask } from '@libp2p/utils'
import { equalBytes } from '../../crdt/bytes/index.ts'
import { MAX_STATEMENTS } from '../../crdt/index.ts'
import {
  MAX_REQUESTED_STATEMENTS,
  MAX_STATEMENT_IDS,
  MEMBER_CHECK_INTERVAL,
  STATEMENTS_INTERVAL
} from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import { RequestStreams } from '../streams/request-streams.ts'
import { JoinedRuns } from '../streams/joined-runs.ts'
import { DoorClosed } from './door-reasons.ts'
import { Pushes } from './pushes.ts'
import { Renewer } from './renewer.ts'
import {
  MAX_STATEMENTS_FRAME_BYTES,
  NO_ID,
  readRenewalAnswer,
  readStatementIds,
  readStatementsRequest,
  readStatementsState,
  writeRenewalAnswer,
  writeStatementIds,
  writeStatementsRequest,
  writeStatementsState
} from './statement-frames.ts'
import type { PeerId } from '@libp2p/interface'
import type { RepeatingTask } from '@libp2p/utils'
import type {
  CertificateRenewals,
  MemberStatements,
  RenewalAnswer,
  Statement,
  StatementRefusal
} from '../../crdt/index.ts'
import type { ExchangeComponents, ExchangeServiceInit } from '../streams/exchange.ts'
import type { Answer } from '../streams/request-streams.ts'
import type { DoorReason } from './door-reasons.ts'
import type { KnownMembers } from './known-members.ts'
import type { StatementsRequest } from './statement-frames.ts'

export interface MembersInit extends ExchangeServiceInit {
  readonly statements: MemberStatements
  readonly known: KnownMembers
  /** Undefined: certificates are not renewed. */
  readonly renewals: CertificateRenewals | undefined
  readonly random: () => number
  /** The connections to a peer were ended, since its certificate ended. */
  readonly onRefuse: (peer: PeerId, reason: DoorReason) => void
}

/** Streams that one peer may have open: pulls, pushes, and two that are closing. */
const MAX_STREAMS = 4

/** Pages of ids of the largest set; a set that is made up has no end. */
const MAX_PAGES = MAX_STATEMENTS / MAX_STATEMENT_IDS

/** Reasons that only a peer that breaks the protocol gives. */
const OFFENCES: ReadonlySet<StatementRefusal> = new Set([
  'malformed',
  'signature',
  'another swarm',
  'voice key'
])

export const members =
  (init: MembersInit) =>
  (components: ExchangeComponents): Members =>
    new Members(components, init)

export class Members {
  readonly #init: MembersInit
  readonly #components: ExchangeComponents
  readonly #streams: RequestStreams
  readonly #check: RepeatingTask
  readonly #compare: RepeatingTask
  readonly #renewer: Renewer | undefined
  readonly #pulls = new JoinedRuns((peer: PeerId) => this.#pullOnce(peer))
  /** Of connected peers, by peer. */
  readonly #pushes = new Map<string, Pushes>()

  constructor(components: ExchangeComponents, init: MembersInit) {
    this.#components = components
    this.#init = init
    this.#streams = new RequestStreams(components, {
      ...init,
      name: 'members',
      maxFrameBytes: MAX_STATEMENTS_FRAME_BYTES,
      maxStreams: MAX_STREAMS,
      accept: (peer) => this.#answers(peer),
      onConnect: (peer) => {
        this.#pullLater(peer)
        this.#renewer?.renewSoon()
      },
      onDisconnect: (peer) => this.#pushes.delete(peer.toString())
    })
    this.#check = repeatingTask(() => this.endRefused(), MEMBER_CHECK_INTERVAL)
    this.#compare = repeatingTask(() => this.#pullFromAny(), STATEMENTS_INTERVAL)
    const { renewals, known } = init
    if (renewals !== undefined) {
      this.#renewer = new Renewer({
        renewals,
        peersOf: (member) => this.#peersOf(member, known),
        request: (peer) => this.#requestRenewal(peer),
        onFailure: (peer, error) =>
          this.#streams.log('cannot renew the certificate by %p - %e', peer, error)
      })
    }
  }

  readonly [Symbol.toStringTag] = 'noormme-hive/members'

  async start(): Promise<void> {
    await this.#streams.start()
    this.#init.statements.on('statement:add', this.#onAdd)
    this.#check.start()
    this.#compare.start()
    this.#renewer?.start()
  }

  async stop(): Promise<void> {
    this.#check.stop()
    this.#compare.stop()
    this.#renewer?.stop()
    this.#init.statements.off('statement:add', this.#onAdd)
    await this.#streams.stop()
    await this.#pulls.settled()
  }

  /** Ends the connections to peers whose certificate no longer counts. */
  endRefused(): void {
    for (const connection of this.#components.connectionManager.getConnections()) {
      const { remotePeer } = connection
      const verdict = this.#init.known.verdictOfPeer(remotePeer.toString())
      if (verdict === undefined || verdict.isAdmitted) continue
      connection.abort(new DoorClosed(verdict.reason, { isOurs: true }))
      this.#init.onRefuse(remotePeer, verdict.reason)
    }
  }

  /**
   * Compares the sets, and fetches what this node lacks. Resolves to the number of new statements. One at a
   * time with each peer, however often it has news.
   */
  pull(peer: PeerId): Promise<number> {
    return this.#pulls.run(peer)
  }

  async #pullOnce(peer: PeerId): Promise<number> {
    const { statements } = this.#init
    const { digest } = await this.#ask(peer, { type: 'state' }, readStatementsState)
    let added = 0
    while (!equalBytes(digest, statements.digest)) {
      const news = await this.#pullPages(peer)
      added += news
      // Not all can wait here for their issuer: what was pushed out comes in the next round.
      if (news === 0) break
    }
    return added
  }

  async #pullPages(peer: PeerId): Promise<number> {
    const { statements } = this.#init
    let added = 0
    let after = NO_ID
    for (let page = 1; ; page++) {
      const previous = after
      const ids = await this.#ask(peer, { type: 'ids', after }, (frame) => {
        const read = readStatementIds(frame, previous)
        if (page <= MAX_PAGES || read.length < MAX_STATEMENT_IDS) return read
        throw new ProtocolError('a set of statements without an end')
      })
      const missing = ids.filter((id) => !statements.has(id))
      for (let at = 0; at < missing.length; at += MAX_REQUESTED_STATEMENTS) {
        added += await this.#fetch(peer, missing.slice(at, at + MAX_REQUESTED_STATEMENTS))
      }
      after = ids.at(-1) ?? after
      if (ids.length < MAX_STATEMENT_IDS) return added
    }
  }

  #fetch(peer: PeerId, ids: readonly Uint8Array[]): Promise<number> {
    return this.#streams.request(
      peer,
      writeStatementsRequest({ type: 'get', ids }),
      async (read) => {
        const answers: Uint8Array[] = []
        for (let i = 0; i < ids.length; i++) answers.push(await read())
        // An empty frame: the peer no longer has it.
        const statements = answers.filter(({ length }) => length > 0)
        return this.#add(peer, statements)
      },
      { lane: 'pull' }
    )
  }

  /** Throws `ProtocolError` when an honest peer would not have sent them. */
  async #add(peer: PeerId, statements: readonly Uint8Array[]): Promise<number> {
    const { added, refused } = await this.#init.statements.add(statements, {
      source: peer.toString()
    })
    const offence = refused.find(({ reason }) => OFFENCES.has(reason))
    if (offence !== undefined) throw new ProtocolError(`a statement was refused: ${offence.reason}`)
    return added.length
  }

  #ask<T>(peer: PeerId, request: StatementsRequest, read: (frame: Uint8Array) => T): Promise<T> {
    return this.#streams.request(
      peer,
      writeStatementsRequest(request),
      async (next) => read(await next()),
      { lane: 'pull' }
    )
  }

  #answers(peer: PeerId): Answer {
    return async (bytes, write) => {
      const request = readStatementsRequest(bytes)
      const { statements } = this.#init
      switch (request.type) {
        case 'state':
          return write(writeStatementsState({ digest: statements.digest, count: statements.size }))
        case 'ids':
          return write(writeStatementIds(this.#idsAfter(request.after)))
        case 'get':
          for (const id of request.ids) await write(statements.get(id)?.bytes ?? new Uint8Array())
          return
        case 'push':
          await this.#add(peer, request.statements)
          return write(new Uint8Array())
        case 'news':
          if (!equalBytes(request.digest, statements.digest)) this.#pullLater(peer)
          return write(new Uint8Array())
        case 'renew':
          return write(writeRenewalAnswer(await this.#renewalFor(peer)))
      }
    }
  }

  async #renewalFor(peer: PeerId): Promise<RenewalAnswer> {
    const { known, renewals } = this.#init
    const member = known.memberOf(peer.toString())
    if (member === undefined || renewals === undefined) return { refusal: 'not above' }
    return renewals.give(member)
  }

  /** Asks one peer; a certificate is on disk when it resolves, with those above it. */
  async #requestRenewal(peer: PeerId): Promise<RenewalAnswer> {
    const answer = await this.#ask(peer, { type: 'renew' }, readRenewalAnswer)
    if (!('certificate' in answer)) return answer
    await this.#add(peer, [answer.certificate])
    // The certificate of the inviter may be new too.
    await this.pull(peer)
    return answer
  }

  #peersOf(member: Uint8Array, known: KnownMembers): readonly PeerId[] {
    return this.#streams.peers().filter((peer) => {
      const own = known.memberOf(peer.toString())
      return own !== undefined && equalBytes(own, member)
    })
  }

  #idsAfter(after: Uint8Array): readonly Uint8Array[] {
    const ids = this.#init.statements.ids()
    let low = 0
    let high = ids.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (Buffer.compare(ids[middle] ?? after, after) <= 0) low = middle + 1
      else high = middle
    }
    return ids.slice(low, low + MAX_STATEMENT_IDS)
  }

  #pullLater(peer: PeerId): void {
    this.pull(peer).catch((error: unknown) =>
      this.#streams.log('cannot pull statements from %p - %e', peer, error)
    )
  }

  #pullFromAny(): void {
    const peers = this.#streams.peers()
    const peer = peers[Math.floor(this.#init.random() * peers.length)]
    if (peer !== undefined) this.#pullLater(peer)
  }

  readonly #onAdd = (statements: readonly Statement[], source: string | undefined): void => {
    this.endRefused()
    for (const peer of this.#streams.peers()) {
      if (peer.toString() !== source) this.#pushesTo(peer).add(statements)
    }
  }

  #pushesTo(peer: PeerId): Pushes {
    const name = peer.toString()
    const known = this.#pushes.get(name)
    if (known !== undefined) return known
    const pushes = new Pushes({
      send: (request) =>
        this.#streams.request(peer, writeStatementsRequest(request), (read) => read(), {
          lane: 'push'
        }),
      digest: () => this.#init.statements.digest,
      onFailure: (error) => this.#streams.log('cannot push statements to %p - %e', peer, error)
    })
    this.#pushes.set(name, pushes)
    return pushes
  }
}
