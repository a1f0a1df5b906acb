/** `GET /metrics`: measurements of the node in the text format of Prometheus. */
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client'
import type { FastifyInstance } from 'fastify'
import type { HiveStatus } from '../../src/index.ts'
import type { NodeAccess } from '../operations/index.ts'

interface Measure {
  readonly name: string
  readonly help: string
  readonly of: (status: HiveStatus, db: NodeAccess['db']) => number
}

/** What goes up and down. */
const GAUGES: readonly Measure[] = [
  { name: 'hive_facts', help: 'Facts of this node.', of: ({ facts }) => facts },
  { name: 'hive_entries', help: 'Entries of the replica.', of: ({ entries }) => entries },
  { name: 'hive_authors', help: 'Authors of the replica.', of: ({ authors }) => authors },
  {
    name: 'hive_index_behind_items',
    help: 'Items that the search index does not have yet.',
    of: ({ index }) => index.behind
  },
  {
    name: 'hive_filter_bytes',
    help: 'Bytes of the Bloom filters of this node.',
    of: ({ filters }) => filters.bytes
  },
  {
    name: 'hive_peer_filter_bytes',
    help: 'Bytes of the Bloom filters of peers.',
    of: ({ filters }) => filters.peerFilters.reduce((sum, { bytes }) => sum + bytes, 0)
  },
  {
    name: 'hive_bloom_hit_ratio',
    help: 'Share of checked facts that the Bloom filter had and that were stored.',
    of: (_status, db) => db.agent.cortex.metrics.getHeuristicPerformance().bloomHitRate
  }
]

/** What only grows since the start. */
const COUNTERS: readonly Measure[] = [
  {
    name: 'hive_damaged_values_total',
    help: 'Damaged values found in the store since the start.',
    of: ({ damaged }) => damaged
  },
  {
    name: 'hive_peer_offences_total',
    help: 'Offences of peers since the start.',
    of: ({ offences }) => offences
  },
  {
    name: 'hive_bloom_lookups_avoided_total',
    help: 'Facts that needed no lookup on disk, since the start.',
    of: (_status, db) => db.agent.cortex.metrics.getHeuristicPerformance().lookupsAvoided
  }
]

/** Gauges of the library that have the names of counters. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total'
]

export function addMetricsRoute(server: FastifyInstance, { db }: NodeAccess): void {
  let registry: Registry | undefined
  server.get('/metrics', async (_request, reply) => {
    registry ??= registryOf(db)
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}

/** Measured when it is read. The process is measured from the first reading on. */
function registryOf(db: NodeAccess['db']): Registry {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)
  for (const { name, help, of } of GAUGES) {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers,
      collect: () => gauge.set(of(db.status, db))
    })
  }
  for (const { name, help, of } of COUNTERS) {
    const counter: Counter = new Counter({
      name,
      help,
      registers,
      collect: () => {
        counter.reset()
        counter.inc(of(db.status, db))
      }
    })
  }
  const peers: Gauge<'gossip'> = new Gauge({
    name: 'hive_peers',
    help: 'Connected peers by their place in the gossip.',
    labelNames: ['gossip'],
    registers,
    collect: () => {
      for (const gossip of ['mesh', 'subscriber', 'none']) {
        peers.set({ gossip }, db.status.peers.filter((peer) => peer.gossip === gossip).length)
      }
    }
  })
  const refused: Counter<'reason'> = new Counter({
    name: 'hive_refused_entries_total',
    help: 'Entries refused since the start, by reason.',
    labelNames: ['reason'],
    registers,
    collect: () => {
      refused.reset()
      for (const [reason, count] of Object.entries(db.status.rejections)) {
        refused.inc({ reason }, count)
      }
    }
  })
  return registry
}
