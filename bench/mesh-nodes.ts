/**
 * The nodes of `bench/mesh.ts`: ours, and bare libp2p nodes with the stock gossipsub. Both have the same
 * transport, encryption, muxer and identify, and dial the same peers.
 */
import { gossipsub, StrictNoSign, StrictSign } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { memory } from '@libp2p/memory'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createLibp2p } from 'libp2p'
import { openReplica, openStore } from '../crdt/index.ts'
import { toHex } from '../crdt/bytes/index.ts'
import { createSwarm } from '../transport/index.ts'
import { drawPingInterval } from '../transport/host/host.ts'
import { internalsOf } from '../transport/gossip/gossip.ts'
import { FILTER_INTERVAL, SYNC_INTERVAL } from '../transport/constants.ts'
import type { Libp2p } from '@libp2p/interface'

export type MeshTransport = 'memory' | 'tcp'

/** Kinds of nodes, by their names in the table. */
export type MeshKind = 'gossipsub, signed' | 'gossipsub, unsigned' | 'hive' | 'hive, stem'

export interface MeshNodeInit {
  readonly transport: MeshTransport
  /**
   * How often rounds run: pings, syncs and filters of their default intervals times this. More than about
   * 200 nodes in one thread would do nothing but rounds.
   */
  readonly pace: number
  /** Addresses to dial at once. */
  readonly bootstrap: readonly string[]
  /** Called once for each message that comes in, and for each own one that is published. */
  readonly onMessage: (name: string) => void
}

export interface MeshNode {
  readonly addresses: readonly string[]
  /** Peers of the mesh of the topic. */
  meshSize(): number
  /** Makes a message, and resolves to its name and what publishes it. */
  prepare(): Promise<{ readonly name: string; readonly publish: () => Promise<void> }>
  stop(): Promise<void>
}

/** Bytes of a message of a bare node: as many as an entry of one sentence has. */
const MESSAGE_BYTES = 360

/** libp2p's default, in milliseconds. */
const STOCK_PING_INTERVAL = 10_000

const TOPIC = 'mesh'

let memoryAddresses = 0
let messages = 0

export function startMeshNode(kind: MeshKind, init: MeshNodeInit): Promise<MeshNode> {
  if (kind === 'hive' || kind === 'hive, stem') return startHive(init, kind === 'hive, stem')
  return startBare(init, kind === 'gossipsub, signed')
}

/** One entry of an author of its own a message. */
async function startHive(
  { transport, pace, bootstrap, onMessage }: MeshNodeInit,
  hidesOwn: boolean
): Promise<MeshNode> {
  const store = await openStore()
  const replica = await openReplica({ store, hidesOwn })
  replica.on('entry:admit', ({ author }) => onMessage(toHex(author)))
  const swarm = await createSwarm({
    store,
    replica,
    bootstrap,
    listen: [listenOn(transport)],
    syncInterval: SYNC_INTERVAL * pace,
    filterInterval: FILTER_INTERVAL * pace,
    libp2p: {
      connectionMonitor: { pingInterval: drawPingInterval() * pace },
      ...(transport === 'memory' ? { transports: [memory()] } : {})
    }
  })
  await swarm.start()
  return {
    addresses: swarm.multiaddrs,
    meshSize: () => swarm.peers().filter(({ gossip }) => gossip === 'mesh').length,
    prepare: async () => {
      replica.rotateAuthor()
      const content = `The build needs the flag --retry-${++messages} on hosts of type ${messages % 13}.`
      const record = { kind: 'fact', entity: 'build', content } as const
      const { entries } = await replica.publish([{ record, confidence: 0.9, day: 20_000 }])
      const [entry] = entries
      if (entry === undefined) throw new Error('Nothing was published.')
      return { name: toHex(entry.author), publish: () => swarm.announce(entries) }
    },
    stop: async () => {
      await swarm.stop()
      await store.close()
    }
  }
}

async function startBare(
  { transport, pace, bootstrap, onMessage }: MeshNodeInit,
  isSigned: boolean
): Promise<MeshNode> {
  const host = await createLibp2p({
    addresses: { listen: [listenOn(transport)] },
    transports: [transport === 'memory' ? memory() : tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionMonitor: { pingInterval: STOCK_PING_INTERVAL * pace },
    // All nodes have one address. By default libp2p refuses them, and the score of gossipsub sinks.
    connectionManager: { inboundConnectionThreshold: 200, maxIncomingPendingConnections: 200 },
    services: {
      identify: identify(),
      ping: ping(),
      gossip: gossipsub({
        globalSignaturePolicy: isSigned ? StrictSign : StrictNoSign,
        scoreParams: { IPColocationFactorWeight: 0 }
      })
    }
  })
  const { gossip } = host.services
  gossip.addEventListener('gossipsub:message', ({ detail }) => onMessage(nameOf(detail.msg.data)))
  gossip.subscribe(TOPIC)
  for (const address of bootstrap) void dial(host, address)
  return {
    addresses: host.getMultiaddrs().map(String),
    meshSize: () => internalsOf(gossip).getMeshPeers(TOPIC).length,
    prepare: () => {
      const data = randomBytes(MESSAGE_BYTES)
      const name = nameOf(data)
      const publish = async (): Promise<void> => {
        onMessage(name)
        await gossip.publish(TOPIC, data)
      }
      return Promise.resolve({ name, publish })
    },
    stop: async () => host.stop()
  }
}

/** Until it succeeds: many nodes that start at the same time in one thread miss time limits. */
async function dial(host: Pick<Libp2p, 'dial' | 'status'>, address: string): Promise<void> {
  while (host.status === 'started') {
    try {
      await host.dial(multiaddr(address))
      return
    } catch {
      await delay(1_000)
    }
  }
}

function nameOf(data: Uint8Array): string {
  return toHex(data.subarray(0, 32))
}

function listenOn(transport: MeshTransport): string {
  return transport === 'tcp' ? '/ip4/127.0.0.1/tcp/0' : `/memory/mesh-${++memoryAddresses}`
}
