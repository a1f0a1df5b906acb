/**
 * `/retractions/1.0.0`: brings the retractions that gossip has lost, after each sync of entries. Each
 * side compares the tree of ids of the other side with its own, and pulls what it lacks.
 *
 * Guaranteed: after a complete run this side has every retraction of the peer that opens a register
 * which is stored here. Others wait in memory (`crdt/records/waiting-retractions.ts`). A peer may
 * offer many that open nothing: a run ends early after some, without blame, since the registers may
 * be on their way. The next run begins elsewhere in the tree.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { MAX_PREFIX_DIGITS, retractionId } from '../../crdt/index.ts'
import { equalBytes, toHex } from '../../crdt/bytes/index.ts'
import {
  FRUITLESS_PER_SECOND,
  MAX_FRUITLESS_BURST,
  MAX_FRUITLESS_NODES,
  MAX_INBOUND_SYNCS,
  MAX_NODE_BURST,
  MAX_PULLED_RETRACTIONS,
  MAX_RETRACTION_FRAME_BYTES,
  MAX_TURN_BURST,
  MAX_USELESS_RETRACTIONS,
  NODES_PER_ENTRY,
  NODES_PER_SECOND,
  SYNC_TIMEOUT,
  TURNS_PER_SECOND
} from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import { PeerPaces } from '../peer-paces.ts'
import { JoinedRuns } from '../streams/joined-runs.ts'
import { RequestStreams } from '../streams/request-streams.ts'
import { childFingerprints, SALT_BYTES } from './fingerprints.ts'
import { inTurn } from './in-turn.ts'
import { placedRequest } from './placed-request.ts'
import { SyncSlots } from './sync-slots.ts'
import { batchOf } from './tree-walk.ts'
import {
  readRetractionAnswer,
  readRetractionRequest,
  writeRetractionAnswer,
  writeRetractionRequest
} from './retraction-frames.ts'
import type { PeerId, Startable } from '@libp2p/interface'
import type { ReplicaRetractions, Retraction } from '../../crdt/index.ts'
import type { ExchangeComponents, ExchangeServiceInit } from '../streams/exchange.ts'
import type { Pace } from '../pace.ts'
import type { PacedRetractions } from '../paced-retractions.ts'
import type { Request } from './placed-request.ts'
import type { SyncPlace } from './sync-room.ts'
import type { SlotPeers } from './sync-slots.ts'
import type { RetractionAnswer, RetractionNode, RetractionSummary } from './retraction-frames.ts'

export interface RetractionSyncInit extends ExchangeServiceInit {
  /** Which runs a run with a peer shares room with. */
  readonly peers: SlotPeers
  readonly retractions: Pick<
    ReplicaRetractions,
    'digest' | 'get' | 'has' | 'isWaiting' | 'nodeAt' | 'size'
  >
  readonly paced: Pick<PacedRetractions, 'admit'>
  /** False: this node offers its own retractions and takes none. */
  readonly accepts: boolean
  /** Milliseconds of one run; default `SYNC_TIMEOUT`. */
  readonly timeout?: number
  /** 0 to 1. */
  random(): number
  /** A run has brought retractions that are new here. */
  readonly onReceived?: () => void
}

export interface RetractionSync {
  /** Runs a comparison that begins after this call; resolves to the number of new retractions. */
  sync(peer: PeerId): Promise<number>
  /** Peers that speak the protocol and are connected. */
  peers(): PeerId[]
}

/** A service for `createLibp2p`. */
export function retractionSync(
  init: RetractionSyncInit
): (components: ExchangeComponents) => RetractionSync {
  return (components) => new RetractionSyncService(components, init)
}

const DIGITS = 16

class RetractionSyncService implements RetractionSync, Startable {
  readonly #init: RetractionSyncInit
  readonly #streams: RequestStreams
  readonly #slots: SyncSlots<number>
  readonly #runs = new JoinedRuns((peer: PeerId) =>
    this.#slots.run(peer, (place) => this.#run(peer, place, true), {
      signal: this.#streams.stopping
    })
  )
  /** Of its own: two nodes that wait for each other's turn must not wait for each other's room. */
  readonly #turnSlots: SyncSlots<number>
  readonly #turns = new JoinedRuns((peer: PeerId) =>
    this.#turnSlots.run(peer, (place) => this.#run(peer, place, false), {
      signal: this.#streams.stopping
    })
  )
  readonly #paces = new PeerPaces(NODES_PER_SECOND, MAX_NODE_BURST)
  readonly #fruitless = new PeerPaces(FRUITLESS_PER_SECOND, MAX_FRUITLESS_BURST)
  readonly #turnPaces = new PeerPaces(TURNS_PER_SECOND, MAX_TURN_BURST)

  constructor(components: ExchangeComponents, init: RetractionSyncInit) {
    this.#init = init
    this.#slots = new SyncSlots(init.peers)
    this.#turnSlots = new SyncSlots(init.peers)
    this.#streams = new RequestStreams(components, {
      ...init,
      name: 'retractions',
      maxFrameBytes: MAX_RETRACTION_FRAME_BYTES,
      maxStreams: MAX_INBOUND_SYNCS,
      accept: (peer) => (request, write, signal) => this.#answer(peer, request, write, signal)
    })
  }

  readonly [Symbol.toStringTag] = 'noormme-hive/retractions'

  start(): Promise<void> {
    return this.#streams.start()
  }

  async stop(): Promise<void> {
    await this.#streams.stop()
    await this.#runs.settled()
    await this.#turns.settled()
  }

  peers(): PeerId[] {
    return this.#streams.peers()
  }

  async sync(peer: PeerId): Promise<number> {
    const isKnown = this.peers().some((each) => each.equals(peer))
    return isKnown ? this.#runs.run(peer) : 0
  }

  /** `givesTurn`: asks the peer to pull as well. */
  async #run(peer: PeerId, place: SyncPlace, givesTurn: boolean): Promise<number> {
    const request = placedRequest(this.#streams, peer, place)
    const summary = this.#summary()
    const theirs = await request(
      writeRetractionRequest({ type: 'summary', summary }),
      async (read) => {
        const answer = readRetractionAnswer(await read())
        if (answer.type !== 'summary') throw unexpected(answer)
        return { ...answer.summary, digest: answer.summary.digest.slice() }
      }
    )
    if (equalBytes(theirs.digest, summary.digest)) return 0
    const { accepts, retractions } = this.#init
    const fruitless = this.#fruitless.of(peer.toString())
    const pull = new RetractionPull({ ...this.#init, fruitless, peer, place, request })
    const received = accepts && theirs.count > 0 ? await pull.run() : 0
    this.#streams.log('retractions with %p: %d received', peer, received)
    if (givesTurn && theirs.accepts && !equalBytes(retractions.digest(), theirs.digest)) {
      await request(writeRetractionRequest({ type: 'turn' }), async (read) => {
        const answer = readRetractionAnswer(await read())
        if (answer.type !== 'done') throw unexpected(answer)
      })
    }
    return received
  }

  async #answer(
    peer: PeerId,
    bytes: Uint8Array,
    writeFrame: (frame: Uint8Array) => Promise<void>,
    signal: AbortSignal
  ): Promise<void> {
    const { retractions, accepts } = this.#init
    const request = readRetractionRequest(bytes)
    const write = (answer: RetractionAnswer): Promise<void> =>
      writeFrame(writeRetractionAnswer(answer))
    switch (request.type) {
      case 'summary':
        return write({ type: 'summary', summary: this.#summary() })
      case 'nodes': {
        const wait = this.#paces.of(peer.toString()).take(request.prefixes.length)
        if (wait > 0) await setTimeout(wait, undefined, { signal })
        for (const prefix of request.prefixes) {
          await write({ type: 'node', node: this.#nodeAt(prefix, request.salt) })
        }
        return
      }
      case 'pull':
        return write({ type: 'retractions', retractions: await retractions.get(request.ids) })
      case 'turn': {
        const wait = this.#turnPaces.of(peer.toString()).take(1)
        if (wait > 0) await setTimeout(wait, undefined, { signal })
        if (accepts) {
          this.#turns
            .run(peer)
            .catch((error: unknown) => this.#streams.log('cannot pull from %p - %e', peer, error))
        }
        return write({ type: 'done' })
      }
    }
  }

  #nodeAt(prefix: string, salt: Uint8Array): RetractionNode {
    const node = this.#init.retractions.nodeAt(prefix)
    if (node.type === 'leaf') return { type: 'leaf', ids: node.items }
    return { type: 'inner', children: childFingerprints(node.children, salt) }
  }

  #summary(): RetractionSummary {
    const { accepts, retractions } = this.#init
    return { accepts, digest: retractions.digest(), count: retractions.size }
  }
}

interface RetractionPullInit extends Pick<
  RetractionSyncInit,
  'onReceived' | 'paced' | 'random' | 'retractions' | 'timeout'
> {
  readonly fruitless: Pick<Pace, 'isOpen' | 'take'>
  readonly peer: PeerId
  readonly place: Pick<SyncPlace, 'isOfUse'>
  readonly request: Request
}

/** One walk down the peer's tree, depth first and from a random digit on. */
class RetractionPull {
  readonly #init: RetractionPullInit
  readonly #salt = new Uint8Array(randomBytes(SALT_BYTES))
  readonly #firstDigit: number
  /** Prefixes to ask for, the next one last. */
  readonly #prefixes = ['']
  #wanted: Uint8Array[] = []
  #visited = 0
  #received = 0
  #useless = 0

  constructor(init: RetractionPullInit) {
    this.#init = init
    this.#firstDigit = Math.floor(init.random() * DIGITS)
  }

  /** Resolves to the number of new retractions. */
  async run(): Promise<number> {
    const { fruitless, onReceived } = this.#init
    if (!fruitless.isOpen) return 0
    try {
      return await this.#walk()
    } finally {
      fruitless.take(Math.max(0, this.#visited - NODES_PER_ENTRY * this.#received))
      if (this.#received > 0) onReceived?.()
    }
  }

  async #walk(): Promise<number> {
    const deadline = performance.now() + (this.#init.timeout ?? SYNC_TIMEOUT)
    while (this.#prefixes.length > 0 && performance.now() <= deadline) {
      const allowed = MAX_FRUITLESS_NODES + NODES_PER_ENTRY * this.#received
      if (this.#visited >= allowed || this.#useless >= MAX_USELESS_RETRACTIONS) break
      await this.#compare(this.#prefixes.splice(-batchOf(this.#prefixes)).toReversed())
      const isEnd = this.#prefixes.length === 0
      if (this.#wanted.length >= MAX_PULLED_RETRACTIONS || isEnd) await this.#pull()
    }
    return this.#received
  }

  async #compare(prefixes: readonly string[]): Promise<void> {
    this.#visited += prefixes.length
    const bytes = writeRetractionRequest({ type: 'nodes', salt: this.#salt, prefixes })
    const deeper = await this.#init.request(bytes, (read) =>
      inTurn(prefixes, async (prefix) => {
        const answer = readRetractionAnswer(await read())
        if (answer.type !== 'node') throw unexpected(answer)
        return this.#differences(prefix, answer.node)
      })
    )
    this.#prefixes.push(...deeper.toReversed())
  }

  /** Prefixes of children that differ; notes the ids of a leaf that are missing here. */
  #differences(prefix: string, theirs: RetractionNode): string[] {
    const { retractions } = this.#init
    if (theirs.type === 'leaf') {
      checkLeaf(prefix, theirs.ids)
      const isMissing = (id: Uint8Array): boolean =>
        !retractions.has(id) && !retractions.isWaiting(id)
      this.#wanted.push(...theirs.ids.filter(isMissing).map((id) => id.slice()))
      return []
    }
    if (prefix.length === MAX_PREFIX_DIGITS) throw new ProtocolError('a node below a whole id')
    const node = retractions.nodeAt(prefix)
    const ours = node.type === 'inner' ? childFingerprints(node.children, this.#salt) : []
    const digits = Array.from({ length: DIGITS }, (_, i) => (i + this.#firstDigit) % DIGITS)
    return digits.flatMap((digit) => {
      const [their, our] = [theirs.children[digit], ours[digit]]
      const differs = their !== undefined && (our === undefined || !equalBytes(our, their))
      return differs ? [prefix + digit.toString(16)] : []
    })
  }

  async #pull(): Promise<void> {
    const { paced, peer, place, request } = this.#init
    const all = this.#wanted
    this.#wanted = []
    for (let from = 0; from < all.length; from += MAX_PULLED_RETRACTIONS) {
      const ids = all.slice(from, from + MAX_PULLED_RETRACTIONS)
      const bytes = writeRetractionRequest({ type: 'pull', ids })
      const pulled = await request(bytes, async (read) => {
        const answer = readRetractionAnswer(await read())
        if (answer.type !== 'retractions') throw unexpected(answer)
        checkPulled(ids, answer.retractions)
        return answer.retractions
      })
      const results = await paced.admit(pulled, peer.toString())
      const admitted = results.filter((result) => result === 'admitted').length
      if (admitted > 0) place.isOfUse()
      this.#received += admitted
      // What the peer has dropped since it named it is of no use either.
      this.#useless +=
        ids.length - pulled.length + results.filter((result) => result === 'waits').length
    }
  }
}

function unexpected({ type }: RetractionAnswer): ProtocolError {
  return new ProtocolError(`a frame "${type}" that was not asked for`)
}

/** Throws `ProtocolError` unless each was asked for, and came once. */
function checkPulled(ids: readonly Uint8Array[], pulled: readonly Retraction[]): void {
  const asked = new Set(ids.map(toHex))
  for (const each of pulled) {
    if (!asked.delete(toHex(retractionId(each)))) {
      throw new ProtocolError('a retraction that was not asked for')
    }
  }
}

/** Throws `ProtocolError` unless the ids are under the prefix, ascending. */
function checkLeaf(prefix: string, ids: readonly Uint8Array[]): void {
  let before = ''
  for (const name of ids.map(toHex)) {
    if (!name.startsWith(prefix) || name <= before) {
      throw new ProtocolError('a leaf with ids that do not belong there')
    }
    before = name
  }
}
