/**
 * The gossip topic of a swarm. The only file that knows gossipsub.
 *
 * Every message passes admission before it is forwarded: what is new goes on, what is known or
 * cannot be judged yet is dropped silently, what no honest peer would send is rejected and costs
 * its sender's score. A message that shows a gap is forwarded once the gap was pulled from its
 * sender, so that who forwards a header can serve what it announces.
 */
import { hash } from 'node:crypto'
import { gossipsub, StrictNoSign, TopicValidatorResult } from '@libp2p/gossipsub'
import { createTopicScoreParams } from '@libp2p/gossipsub/score'
import { equalBytes } from '../../crdt/bytes/index.ts'
import { hasValidSignature, MalformedError, readEntry } from '../../crdt/index.ts'
import {
  IWANT_FOLLOWUP,
  MAX_EXCHANGED_PEERS,
  MAX_GOSSIP_BYTES,
  MAX_GOSSIP_QUEUE_BYTES,
  MAX_GOSSIPED_RETRACTIONS,
  MAX_RPC_BYTES,
  MAX_TOPIC_BYTES_PER_PEER
} from '../constants.ts'
import { InflatedPace } from '../inflated-pace.ts'
import { GossipStreams } from './gossip-streams.ts'
import { PeerExchange } from './peer-exchange.ts'
import { PendingMessages } from './pending-messages.ts'
import {
  readGossip,
  readGossipedRetractions,
  writeGossip,
  writeGossipedRetractions,
  writeGossipProof
} from './gossip-frames.ts'
import type { GossipSub, GossipSubComponents, Message } from '@libp2p/gossipsub'
import type { PeerId } from '@libp2p/interface'
import type { PacedRetractions } from '../paced-retractions.ts'
import type { ConnectedPeers, StreamingService } from './gossip-streams.ts'
import type { ExchangingService } from './peer-exchange.ts'
import type { Entry, PublicView, Retraction, SignedHeader } from '../../crdt/index.ts'

export type GossipService = GossipSub
export type GossipComponents = GossipSubComponents

/** Retractions have a topic of their own: earlier versions would refuse them on that of entries. */
export interface GossipTopics {
  readonly entries: string
  readonly retractions: string
}

export interface GossipInit {
  readonly topics: GossipTopics
  readonly swarm: string
  readonly replica: Pick<PublicView, 'admit' | 'admitHeader' | 'admitProof' | 'headOf'>
  readonly retractions: Pick<PacedRetractions, 'admit'>
  /** False: speaks and does not listen. */
  readonly subscribes: boolean
  /** Called with each entry or header from a peer, before its admission. */
  readonly onHeader?: (peer: PeerId, header: SignedHeader) => void
  /**
   * Pulls what `peer` has of the author's feed and this replica lacks. Resolves to whether this replica
   * took all that came.
   */
  pull(peer: PeerId, header: SignedHeader): Promise<boolean>
  /**
   * A message was dropped since too many of its sender waited, or its sender does not have what it announced. Gossipsub
   * takes the same message from no other peer.
   */
  onMissed(): void
  /** The peer has brought an entry that was admitted. */
  readonly onNews?: (peer: PeerId) => void
  onOffence(peer: PeerId, reason: string): void
  readonly connected: ConnectedPeers
  /** Subscribers or mesh peers came or went. */
  onPeersChange(): void
}

export interface Gossip {
  /** Tells all peers of an entry: whole when it is small, by its signed header when not. */
  publish(entry: Entry): Promise<void>
  /** Tells all peers that an author is void. */
  publishProof(proof: Uint8Array): Promise<void>
  /** Tells all peers of retractions. */
  publishRetractions(retractions: readonly Retraction[]): Promise<void>
  /** Peers that subscribed to the topic of entries, and those of them in the mesh. */
  subscribers(): string[]
  meshPeers(): string[]
  stop(): void
}

const CHANGES = ['subscription-change', 'gossipsub:graft', 'gossipsub:prune'] as const

/** Score below which a peer's gossip is ignored; -1 offence is about -20 (see the weights). */
const GRAYLIST_SCORE = -80
const PUBLISH_SCORE = -50
const GOSSIP_SCORE = -10

/** The service for `createLibp2p`. `scoreOf` adds what peers did elsewhere. */
export function gossipService(
  topics: GossipTopics,
  scoreOf: (peer: string) => number
): (components: GossipSubComponents) => GossipSub {
  return gossipsub({
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: (message) => hash('sha256', message.data, 'buffer'),
    allowedTopics: Object.values(topics),
    fallbackToFloodsub: false,
    // Behind a NAT there may be no other way.
    runOnLimitedConnection: true,
    // Who has no room in its mesh names others that have: so a swarm outgrows its bootstrap peer.
    doPX: true,
    prunePeers: MAX_EXCHANGED_PEERS,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    maxInboundDataLength: MAX_RPC_BYTES,
    maxOutboundBufferSize: MAX_GOSSIP_QUEUE_BYTES,
    maxTopicBytesPerPeer: MAX_TOPIC_BYTES_PER_PEER,
    gossipsubIWantFollowupMs: IWANT_FOLLOWUP,
    scoreThresholds: {
      gossipThreshold: GOSSIP_SCORE,
      publishThreshold: PUBLISH_SCORE,
      graylistThreshold: GRAYLIST_SCORE,
      acceptPXThreshold: 0
    },
    scoreParams: {
      appSpecificScore: scoreOf,
      appSpecificWeight: 1,
      // A host or NAT with more than ten peers would lose its mesh.
      IPColocationFactorWeight: 0,
      // Re-grafts and late IWANT answers happen to honest peers under load (gossipsub v1.1, P7).
      behaviourPenaltyThreshold: 6,
      topics: { [topics.entries]: topicScore(), [topics.retractions]: topicScore() }
    }
  })
}

function topicScore(): ReturnType<typeof createTopicScoreParams> {
  return createTopicScoreParams({
    topicWeight: 1,
    timeInMeshWeight: 0.01,
    firstMessageDeliveriesWeight: 0.5,
    firstMessageDeliveriesCap: 20,
    // P3 and P3b: a quiet topic would evict honest peers for not delivering.
    meshMessageDeliveriesWeight: 0,
    meshFailurePenaltyWeight: 0,
    // P4: the square of the rejects; they fade with a half-life of about a minute.
    invalidMessageDeliveriesWeight: -20,
    invalidMessageDeliveriesDecay: 0.99
  })
}

/** What the interface of the service leaves out. */
export function internalsOf(service: GossipSub): ExchangingService & StreamingService {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see ExchangingService
  return service as GossipSub & ExchangingService & StreamingService
}

/** Subscribes `service` to the swarm's topics. */
export function joinGossip(service: GossipSub, init: GossipInit): Gossip {
  return new TopicGossip(service, init)
}

type Validate = (peer: PeerId, message: Message) => Promise<TopicValidatorResult>

class TopicGossip implements Gossip {
  readonly #service: GossipSub
  readonly #init: GossipInit
  readonly #pending = new PendingMessages()
  readonly #inflated: InflatedPace
  readonly #peerExchange: PeerExchange
  readonly #streams: GossipStreams

  constructor(service: GossipSub, init: GossipInit) {
    this.#service = service
    this.#init = init
    this.#inflated = new InflatedPace(init.swarm)
    this.#peerExchange = new PeerExchange(internalsOf(service), init.topics.entries)
    this.#validateWith(init.topics.entries, (peer, message) => this.#validate(peer, message))
    this.#validateWith(init.topics.retractions, (peer, message) =>
      this.#validateRetractions(peer, message)
    )
    for (const event of CHANGES) service.addEventListener(event, this.#onChange)
    this.#streams = new GossipStreams(internalsOf(service), init.connected)
    this.#streams.start()
    if (!init.subscribes) return
    for (const topic of Object.values(init.topics)) service.subscribe(topic)
  }

  #validateWith(topic: string, validate: Validate): void {
    this.#service.topicValidators.set(topic, async (peer, message) => {
      const checked = this.#pending.run(peer.toString(), () => validate(peer, message))
      if (checked !== undefined) return checked
      this.#init.onMissed()
      return TopicValidatorResult.Ignore
    })
  }

  async publish(entry: Entry): Promise<void> {
    await this.#service.publish(this.#init.topics.entries, writeGossip(entry))
  }

  async publishProof(proof: Uint8Array): Promise<void> {
    await this.#service.publish(this.#init.topics.entries, writeGossipProof(proof))
  }

  async publishRetractions(retractions: readonly Retraction[]): Promise<void> {
    const { topics } = this.#init
    for (let from = 0; from < retractions.length; from += MAX_GOSSIPED_RETRACTIONS) {
      const some = retractions.slice(from, from + MAX_GOSSIPED_RETRACTIONS)
      await this.#service.publish(topics.retractions, writeGossipedRetractions(some))
    }
  }

  subscribers(): string[] {
    return this.#service.getSubscribers(this.#init.topics.entries).map(String)
  }

  meshPeers(): string[] {
    return internalsOf(this.#service).getMeshPeers(this.#init.topics.entries)
  }

  stop(): void {
    this.#streams.stop()
    for (const event of CHANGES) this.#service.removeEventListener(event, this.#onChange)
    for (const topic of Object.values(this.#init.topics)) {
      this.#service.topicValidators.delete(topic)
      if (this.#service.getTopics().includes(topic)) this.#service.unsubscribe(topic)
    }
  }

  readonly #onChange = (): void => {
    this.#peerExchange.update()
    this.#init.onPeersChange()
  }

  async #validate(peer: PeerId, { data }: Message): Promise<TopicValidatorResult> {
    if (data.length > MAX_GOSSIP_BYTES) return this.#reject(peer, 'oversized')
    try {
      const message = readGossip(data)
      switch (message.type) {
        case 'entry':
          this.#init.onHeader?.(peer, readEntry(message.bytes))
          return await this.#validateEntry(peer, message.bytes)
        case 'header':
          this.#init.onHeader?.(peer, message.header)
          return await this.#validateHeader(peer, message.header)
        case 'proof':
          return await this.#validateProof(peer, message.bytes)
      }
    } catch (error) {
      if (error instanceof MalformedError) return this.#reject(peer, 'malformed')
      throw error
    }
  }

  /**
   * What opens nothing here may be forged: it waits, and is not forwarded. What is new of such a
   * message goes on without it: each retraction once, since it is new once.
   */
  async #validateRetractions(peer: PeerId, { data }: Message): Promise<TopicValidatorResult> {
    if (data.length > MAX_GOSSIP_BYTES) return this.#reject(peer, 'oversized')
    try {
      const retractions = readGossipedRetractions(data)
      const results = await this.#init.retractions.admit(retractions, peer.toString())
      const news = retractions.filter((_, i) => results[i] === 'admitted')
      if (news.length === 0) return TopicValidatorResult.Ignore
      if (!results.includes('waits')) return TopicValidatorResult.Accept
      await this.publishRetractions(news)
      return TopicValidatorResult.Ignore
    } catch (error) {
      if (error instanceof MalformedError) return this.#reject(peer, 'malformed')
      throw error
    }
  }

  async #validateEntry(peer: PeerId, bytes: Uint8Array): Promise<TopicValidatorResult> {
    // A sync brings what is dropped.
    if (!this.#inflated.take(bytes)) return TopicValidatorResult.Ignore
    const admission = await this.#init.replica.admit(bytes, peer.toString())
    switch (admission.outcome) {
      case 'admitted':
        this.#init.onNews?.(peer)
        return TopicValidatorResult.Accept
      case 'held':
        return TopicValidatorResult.Ignore
      case 'gap':
        return this.#afterPull(peer, admission.entry)
      case 'rejected':
        if (admission.isOffence) return this.#reject(peer, admission.reason)
        // The sender's branch of that feed is another than ours: a sync finds where they part.
        if (admission.reason === 'fork') {
          await this.#init.pull(peer, readEntry(bytes)).catch(() => false)
        }
        return TopicValidatorResult.Ignore
    }
  }

  async #validateHeader(peer: PeerId, header: SignedHeader): Promise<TopicValidatorResult> {
    const { seq, fork } = this.#init.replica.headOf(header.author) ?? { seq: 0, fork: 0 }
    if (fork > 0 && header.seq >= fork) return TopicValidatorResult.Ignore
    if (header.seq <= seq) {
      const outcome = await this.#init.replica.admitHeader(header)
      return outcome === 'rejected' ? this.#reject(peer, 'signature') : TopicValidatorResult.Ignore
    }
    if (!hasValidSignature(this.#init.swarm, header)) {
      return this.#reject(peer, 'signature')
    }
    return this.#afterPull(peer, header)
  }

  async #validateProof(peer: PeerId, proof: Uint8Array): Promise<TopicValidatorResult> {
    switch (await this.#init.replica.admitProof(proof)) {
      case 'admitted':
        return TopicValidatorResult.Accept
      case 'held':
        return TopicValidatorResult.Ignore
      case 'rejected':
        return this.#reject(peer, 'a proof that does not prove an equivocation')
    }
  }

  async #afterPull(peer: PeerId, header: SignedHeader): Promise<TopicValidatorResult> {
    const hasTaken = await this.#init.pull(peer, header).catch(() => true)
    const stored = this.#init.replica.headOf(header.author)
    const isStored =
      stored !== undefined &&
      (stored.seq > header.seq ||
        (stored.seq === header.seq && equalBytes(stored.head, header.hash)))
    if (isStored) return TopicValidatorResult.Accept
    if (hasTaken) this.#init.onMissed()
    return TopicValidatorResult.Ignore
  }

  #reject(peer: PeerId, reason: string): TopicValidatorResult {
    this.#init.onOffence(peer, `a gossip message that was refused: ${reason}`)
    return TopicValidatorResult.Reject
  }
}
