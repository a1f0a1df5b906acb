/**
 * Whether spies name the node of an author over the whole life of its key. They are relays and peers
 * as others, note who brings them what first, and probe: they name heads in syncs, send entries back on
 * stems and by gossip, sync again and again, and ask for bodies by `/have`. Every second one swallows
 * what it gets on a stem. The spies share all that they see.
 *
 * Beside it stands how often a relay of the author is a spy: then nothing can hide it.
 */
import { memory } from '@libp2p/memory'
import { once } from 'node:events'
import * as encoding from 'lib0/encoding'
import { openReplica, openStore, readEntry, writeEntry } from '../crdt/index.ts'
import { toHex } from '../crdt/bytes/index.ts'
import { createSwarm } from '../transport/index.ts'
import { createHost } from '../transport/host/host.ts'
import { usedRelays } from '../transport/stem/author-relays.ts'
import { swarmId } from '../transport/host/swarm-key.ts'
import { MAX_INBOUND_EXCHANGES, MAX_STEM_FRAME_BYTES } from '../transport/constants.ts'
import { Exchanges } from '../transport/streams/exchange.ts'
import { formatNumber } from './table.ts'
import type { PeerId, Startable } from '@libp2p/interface'
import type { Libp2p } from 'libp2p'
import type { Entry, Replica, SignedHeader, Store } from '../crdt/index.ts'
import type { Swarm } from '../transport/index.ts'
import type { Host } from '../transport/host/host.ts'
import type { Stem } from '../transport/stem/stem.ts'
import type { ExchangeComponents } from '../transport/streams/exchange.ts'
import type { Benchmark } from './benchmark.ts'

/** Peers that each node dials when it joins. */
const DIALLED = 6

/**
 * Milliseconds of an embargo, at least: the default of 10 s takes longer. With 1.5 s entries of 50 nodes in
 * one process come back too late, and relays that did nothing wrong are replaced.
 */
const EMBARGO = 6_000

/** Milliseconds between two entries of an author, by the clocks of the nodes: routes change. */
const STEP = 11 * 60_000

const STEM = `/hive/${swarmId('default')}/stem/1.0.0`

interface Node {
  readonly replica: Replica
  readonly swarm: Swarm
  readonly store: Store
  readonly isSpy: boolean
  readonly stop: () => Promise<void>
}

type Noted = (peer: PeerId, header: SignedHeader) => void

interface Sighting {
  /** Honest peers that brought entries of an author first, and how often. */
  readonly counts: Map<string, number>
  readonly seen: Set<number>
}

class Spies {
  readonly peers = new Set<string>()
  /** By author in hex. */
  readonly #sightings = new Map<string, Sighting>()
  readonly #hosts: Host[] = []
  probes = 0

  add(host: Host): void {
    this.#hosts.push(host)
    this.peers.add(host.peerId.toString())
  }

  note(host: Host, from: PeerId, header: SignedHeader): void {
    const name = toHex(header.author)
    const sighting = this.#sightings.get(name) ?? { counts: new Map(), seen: new Set() }
    this.#sightings.set(name, sighting)
    // What a spy brings another spy has seen before.
    if (this.peers.has(from.toString()) || sighting.seen.has(header.seq)) return
    sighting.seen.add(header.seq)
    const peer = from.toString()
    sighting.counts.set(peer, (sighting.counts.get(peer) ?? 0) + 1)
    this.#probe(host, from, header)
  }

  /** What a peer has shown when nobody else has it counts as much as bringing it. */
  #probe(host: Host, peer: PeerId, header: SignedHeader): void {
    this.probes += 1
    const { sync, have } = host.services
    void sync.pull(peer, header).catch(() => undefined)
    void sync.sync(peer).catch(() => undefined)
    void have.fetch([header.hash], { preferredPeers: [peer.toString()] }).catch(() => undefined)
    if (isEntry(header)) void this.#boomerang(host, peer, header).catch(() => undefined)
  }

  async #boomerang(host: Host, peer: PeerId, entry: Entry): Promise<void> {
    if (!dials(host)) throw new Error('The host of a spy dials no protocol.')
    const stream = await host.dialProtocol(peer, STEM)
    const frame = (encoder: encoding.Encoder): void =>
      encoding.writeVarUint8Array(encoder, writeEntry(entry))
    stream.send(encoding.encode(frame))
    await stream.close()
  }

  /** The node that spies take for the author's; undefined without a sighting. */
  named(author: Uint8Array): string | undefined {
    const counts = this.#sightings.get(toHex(author))?.counts ?? new Map<string, number>()
    return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0]
  }
}

/** The stem of a spy that passes nothing on. */
class SwallowingStem implements Stem, Startable {
  readonly #exchanges: Exchanges

  constructor(components: ExchangeComponents, onEntry: Noted) {
    this.#exchanges = new Exchanges(components, {
      protocol: STEM,
      name: 'stem',
      maxFrameBytes: MAX_STEM_FRAME_BYTES,
      maxStreams: MAX_INBOUND_EXCHANGES,
      onOffence: () => undefined,
      respond: async (frames, signal, peer) => {
        for (
          let frame = await frames.read({ signal });
          frame;
          frame = await frames.read({ signal })
        ) {
          onEntry(peer, readEntry(frame))
        }
      }
    })
  }

  start(): Promise<void> {
    return this.#exchanges.start()
  }

  stop(): Promise<void> {
    return this.#exchanges.stop()
  }

  send(): void {}

  idle(): Promise<void> {
    return Promise.resolve()
  }
}

function isEntry(header: SignedHeader): header is Entry {
  return 'payload' in header
}

function dials(host: Host): host is Host & Pick<Libp2p, 'dialProtocol'> {
  return 'dialProtocol' in host
}

function swallowing(onHeader: Noted): (components: ExchangeComponents) => Stem {
  return (components) => new SwallowingStem(components, onHeader)
}

let addresses = 0
let messages = 0

export const spies: Benchmark<'nodes' | 'authors' | 'entries'> = {
  about: 'how often spies with probes name the node of an author over the life of its key',
  defaults: { nodes: 50, authors: 200, entries: 10 },

  async run({ nodes, authors, entries }) {
    for (const share of [0.2, 0.4]) {
      const { named, relayIsSpy, count, probes } = await spyOn({ nodes, authors, entries, share })
      const ratio = relayIsSpy === 0 ? 0 : named / relayIsSpy
      console.log(
        `${nodes} nodes, ${formatNumber(100 * share)} % spies, ${count} authors of ${entries} entries, ${formatNumber(probes)} probed sightings`
      )
      console.log(
        `  named: ${formatNumber((100 * named) / count, 1)} %; a relay of the author is a spy: ${formatNumber((100 * relayIsSpy) / count, 1)} %; ratio ${formatNumber(ratio, 2)}`
      )
      console.log(`  a guess names ${formatNumber(100 / (nodes * (1 - share)), 1)} %\n`)
    }
  }
}

interface Setting {
  readonly nodes: number
  readonly authors: number
  readonly entries: number
  readonly share: number
}

async function spyOn({ nodes: count, authors, entries, share }: Setting): Promise<{
  named: number
  relayIsSpy: number
  count: number
  probes: number
}> {
  const clock = { at: Date.now(), now: () => clock.at }
  const spied = new Spies()
  const nodes: Node[] = []
  const every = Math.round(1 / share)
  for (let i = 0; i < count; i++) {
    // Of five nodes the last one, or the last and the third.
    const isSpy = share === 0.4 ? i % 5 === 4 || i % 5 === 2 : i % every === every - 1
    nodes.push(await startNode(nodes, clock, isSpy ? spied : undefined, i % 2 === 0))
  }
  for (const { swarm } of nodes) {
    while (!swarm.peers().some(({ gossip }) => gossip === 'mesh'))
      await once(swarm, 'gossip:change')
  }
  const honest = nodes.filter(({ isSpy }) => !isSpy)
  let [named, relayIsSpy, done] = [0, 0, 0]
  while (done < authors) {
    const lives = honest.slice(0, authors - done)
    for (const { replica } of lives) replica.rotateAuthor()
    const keys = new Map<Node, Uint8Array>()
    for (let i = 0; i < entries; i++) {
      clock.at += STEP
      const arrived: Promise<void>[] = []
      for (const node of lives) {
        const record = { kind: 'fact', entity: 'e', content: `news ${++messages}` } as const
        const published = await node.replica.publish([{ record, confidence: 0.9, day: 20_000 }])
        const [entry] = published.entries
        if (entry === undefined) continue
        keys.set(node, entry.author)
        arrived.push(...honest.map((other) => holds(other, entry)))
        await node.swarm.announce(published.entries)
      }
      await Promise.all(arrived)
      // Repeated syncs of all spies.
      await Promise.all(nodes.filter(({ isSpy }) => isSpy).map(({ swarm }) => swarm.synchronize()))
    }
    for (const [node, author] of keys) {
      done += 1
      if (spied.named(author) === node.swarm.peerId) named += 1
      const used = await usedRelays(node.store, author)
      if (used.some((peer) => spied.peers.has(peer))) relayIsSpy += 1
    }
  }
  await Promise.all(nodes.map(({ stop }) => stop()))
  return { named, relayIsSpy, count: done, probes: spied.probes }
}

async function holds({ replica }: Node, { author, seq }: Entry): Promise<void> {
  while ((replica.publicView.headOf(author)?.seq ?? 0) < seq) {
    const changed = new AbortController()
    const { signal } = changed
    await Promise.race([
      once(replica, 'entry:admit', { signal }),
      once(replica, 'entry:unhide', { signal })
    ])
    changed.abort()
  }
}

async function startNode(
  before: readonly Node[],
  clock: { readonly now: () => number },
  spied: Spies | undefined,
  swallows: boolean
): Promise<Node> {
  const store = await openStore()
  const replica = await openReplica({ store, hidesOwn: true })
  // Each entry is waited for on its own.
  replica.setMaxListeners(0)
  const bootstrap = before
    .toSorted(() => Math.random() - 0.5)
    .slice(0, DIALLED)
    .flatMap(({ swarm }) => swarm.multiaddrs)
  let host: Host | undefined
  const onHeader = (peer: PeerId, header: SignedHeader): void => {
    if (host !== undefined) spied?.note(host, peer, header)
  }
  const swarm = await createSwarm({
    store,
    replica,
    clock,
    bootstrap,
    syncInterval: 0,
    filterInterval: 0,
    embargo: EMBARGO,
    listen: [`/memory/spies-${++addresses}`],
    libp2p: { transports: [memory()] },
    createHost: async (init) => {
      const isSwallowing = spied !== undefined && swallows
      host = await createHost(isSwallowing ? { ...init, stem: swallowing(onHeader) } : init)
      return host
    },
    onHeader
  })
  if (host !== undefined) spied?.add(host)
  await swarm.start()
  return {
    replica,
    swarm,
    store,
    isSpy: spied !== undefined,
    stop: async () => {
      await swarm.stop()
      await store.close()
    }
  }
}
