/** The host of a swarm, with the services of the swarm's protocols over one replica. */
import { DEFAULT_LAN_LISTEN, DEFAULT_LISTEN } from './constants.ts'
import { door } from './door/door.ts'
import { members } from './door/members.ts'
import { Threshold } from './door/threshold.ts'
import { filters } from './filters/filters.ts'
import { gossipService } from './gossip/gossip.ts'
import { createHost } from './host/host.ts'
import { describeMismatch, keyGate } from './host/key-gate.ts'
import { have } from './sync/have.ts'
import { instances } from './instances/instances.ts'
import { retractionStem } from './stem/retraction-stem.ts'
import { retractionSync } from './sync/retraction-sync.ts'
import { stem } from './stem/stem.ts'
import { planListen } from './reach/addresses.ts'
import { lanTags } from './reach/lan.ts'
import { swarmKeyBytes } from './host/swarm-key.ts'
import { sync } from './sync/sync.ts'
import type { PeerId } from '@libp2p/interface'
import type { Entry, Retraction } from '../crdt/index.ts'
import type { DoorReason } from './door/door-reasons.ts'
import type { KnownMembers } from './door/known-members.ts'
import type { GossipTopics } from './gossip/gossip.ts'
import type { FilterChange } from './filters/filters.ts'
import type { Host, HostInit } from './host/host.ts'
import type { PacedRetractions } from './paced-retractions.ts'
import type { Clock } from './peers/offences.ts'
import type { SwarmInit } from './swarm-init.ts'
import type { PullReport } from './sync/feed-pull.ts'
import type { SlotPeers } from './sync/sync-slots.ts'

/** What the services of a swarm ask of it, and report to it. */
export interface SwarmHostInit {
  readonly init: SwarmInit
  readonly keys: readonly string[]
  readonly clock: Clock
  readonly random: () => number
  /** Undefined in an open swarm. */
  readonly known: KnownMembers | undefined
  readonly topics: GossipTopics
  /** Shared by all ways on which peers bring retractions. */
  readonly paced: PacedRetractions
  protocolId(protocol: string): string
  isBanned(peer: string): boolean
  scoreOf(peer: string): number
  readonly slotPeers: SlotPeers
  isConnected(): boolean
  gossip(entries: readonly Entry[]): Promise<void>
  gossipRetractions(retractions: readonly Retraction[]): Promise<void>
  onFound(addresses: readonly string[]): void
  onRefuse(refusal: { readonly address: string; readonly reason: string }): void
  onOffence(peer: PeerId, reason: string): void
  onMemberAdmit(peer: PeerId, member: Uint8Array): void
  onMemberRefuse(peer: PeerId, reason: DoorReason, isOurs: boolean): void
  onSynced(report: PullReport, milliseconds: number, peer: PeerId): void
  /** A comparison has brought retractions. */
  onRetractions(): void
  onSyncRun(peer: PeerId): void
  onStuck(author: Uint8Array): void
  onFilterChange(change: FilterChange): void
  onDuplicate(peer: PeerId): void
  onOwnDuplicate(reporter: PeerId): void
}

/** Where a node listens, and the peers that it stays connected to: those it was given, and relays. */
export function placesOf({ listen, lan, bootstrap = [] }: SwarmInit): {
  readonly listen: readonly string[]
  readonly bootstrap: readonly string[]
} {
  const plan = planListen(listen ?? (lan === true ? DEFAULT_LAN_LISTEN : DEFAULT_LISTEN))
  const relays = plan.relays.filter((relay) => !bootstrap.includes(relay))
  return { listen: plan.listen, bootstrap: [...bootstrap, ...relays] }
}

/** Made, not started. Throws `SwarmError` for a bad address. */
export function createSwarmHost(swarm: SwarmHostInit): Promise<Host> {
  const { init, keys, clock, random } = swarm
  const { replica } = init
  const isLight = init.mode === 'light'
  const { listen, bootstrap } = placesOf(init)
  const onOffence = (peer: PeerId, reason: string): void => swarm.onOffence(peer, reason)
  const gate = keyGate({
    keys,
    onRefuse: (address, mismatch) => swarm.onRefuse({ address, reason: describeMismatch(mismatch) })
  })
  const threshold = new Threshold()
  return (init.createHost ?? createHost)({
    privateKey: init.privateKey,
    listen,
    announce: init.announce ?? [],
    reach: {
      listen,
      dialled: bootstrap,
      relay: init.relay,
      lan:
        init.lan === true
          ? {
              tags: lanTags(replica.swarm, keys.map(swarmKeyBytes)),
              now: () => clock.now(),
              onFound: (addresses) => swarm.onFound(addresses)
            }
          : undefined
    },
    logger: init.logger,
    userAgent: init.userAgent ?? 'noormme-hive',
    overrides: init.libp2p,
    isBanned: (peer) => swarm.isBanned(peer),
    ...doorOf(swarm, threshold),
    connectionProtector: swarm.known === undefined ? gate : threshold.guard(gate),
    gossip: gossipService(swarm.topics, (peer) => swarm.scoreOf(peer)),
    sync: sync({
      swarm: replica.swarm,
      protocol: swarm.protocolId('sync'),
      replica: replica.publicView,
      acceptsEntries: !isLight,
      interval: init.syncInterval,
      timeout: init.exchangeTimeout,
      random,
      peers: swarm.slotPeers,
      onOffence,
      onSynced: (report, milliseconds, peer) => swarm.onSynced(report, milliseconds, peer),
      onRun: (peer) => swarm.onSyncRun(peer),
      onComplete: () => replica.hearPeers()
    }),
    retractions: retractionSync({
      protocol: swarm.protocolId('retractions'),
      retractions: replica.retractions,
      paced: swarm.paced,
      accepts: !isLight,
      timeout: init.exchangeTimeout,
      random,
      peers: swarm.slotPeers,
      onReceived: () => swarm.onRetractions(),
      onOffence
    }),
    filters: filters({
      protocol: swarm.protocolId('filter'),
      // A light node publishes nothing but its own: its filter would name an author.
      offers: { observed: init.observed, published: isLight ? undefined : replica.published },
      interval: init.filterInterval,
      timeout: init.exchangeTimeout,
      random,
      onChange: (change) => swarm.onFilterChange(change),
      onOffence
    }),
    have: have({
      protocol: swarm.protocolId('have'),
      replica: replica.publicView,
      random,
      onOffence
    }),
    instances: instances({
      protocol: swarm.protocolId('instance'),
      now: () => clock.now(),
      onDuplicate: (peer) => swarm.onDuplicate(peer),
      onOwnDuplicate: (reporter) => swarm.onOwnDuplicate(reporter)
    }),
    stem: isLight
      ? () => undefined
      : stem({
          onHeader: init.onHeader,
          isConnected: () => swarm.isConnected(),
          store: init.store,
          mayGossip: init.stemFallback,
          onStuck: (author) => swarm.onStuck(author),
          protocol: swarm.protocolId('stem'),
          replica,
          embargo: init.embargo,
          clock,
          random,
          groupOf: (peer) => swarm.slotPeers.groupOf?.(peer),
          gossip: (entries) => swarm.gossip(entries),
          onOffence
        }),
    retractionStem: isLight
      ? () => undefined
      : retractionStem({
          isConnected: () => swarm.isConnected(),
          protocol: swarm.protocolId('retraction-stem'),
          replica,
          retractions: replica.retractions,
          paced: swarm.paced,
          embargo: init.embargo,
          clock,
          random,
          groupOf: (peer) => swarm.slotPeers.groupOf?.(peer),
          gossip: (retractions) => swarm.gossipRetractions(retractions),
          onOffence
        })
  })
}

/** The door of a closed swarm, with the exchange of statements behind it; nothing for an open one. */
function doorOf(swarm: SwarmHostInit, threshold: Threshold): Pick<HostInit, 'door' | 'members'> {
  const { init, known, clock, random } = swarm
  if (init.members === undefined || known === undefined) return {}
  const onOffence = (peer: PeerId, reason: string): void => swarm.onOffence(peer, reason)
  return {
    door: door({
      protocol: swarm.protocolId('door'),
      members: init.members,
      known,
      threshold,
      now: () => clock.now(),
      onAdmit: (peer, member) => swarm.onMemberAdmit(peer, member),
      onRefuse: (peer, reason, isOurs) => swarm.onMemberRefuse(peer, reason, isOurs),
      onOffence
    }),
    members: members({
      protocol: swarm.protocolId('members'),
      statements: init.members.statements,
      renewals: init.members.renewals,
      known,
      random,
      onRefuse: (peer, reason) => swarm.onMemberRefuse(peer, reason, true),
      onOffence
    })
  }
}
