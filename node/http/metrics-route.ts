/** `GET /metrics`: measurements of the node in the text format of Prometheus. */
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client'
import type { FastifyInstance } from 'fastify'
import type { HiveStatus } from '../../src/index.ts'
import type { NodeAccess } from '../operations/index.ts'

interface Measure {
  readonly name: string
  readonly help: string
  readonly of: (status: HiveStatus, db: NodeAccess['db']) => number
}

const GAUGES: readonly Measure[] = [
  { name: 'hive_facts', help: 'Facts of this node.', of: ({ facts }) => facts },
  { name: 'hive_entries', help: 'Entries of the replica.', of: ({ entries }) => entries },
  { name: 'hive_authors', help: 'Authors of the replica.', of: ({ authors }) => authors },
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
    name: 'hive_damaged_values',
    help: 'Damaged values found in the store since the start.',
    of: ({ damaged }) => damaged
  },
  {
    name: 'hive_peer_offences',
    help: 'Offences of peers since the start.',
    of: ({ offences }) => offences
  },
  {
    name: 'hive_bloom_hit_ratio',
    help: 'Share of checked facts that the Bloom filter had and that were stored.',
    of: (_status, db) => db.agent.cortex.metrics.getHeuristicPerformance().bloomHitRate
  },
  {
    name: 'hive_bloom_lookups_avoided',
    help: 'Facts that needed no lookup on disk, since the start.',
    of: (_status, db) => db.agent.cortex.metrics.getHeuristicPerformance().lookupsAvoided
  }
]

export function addMetricsRoute(server: FastifyInstance, { db }: NodeAccess): void {
  const register = new Registry()
  collectDefaultMetrics({ register })
  const gauges = GAUGES.map(({ name, help, of }) => ({
    gauge: new Gauge({ name, help, registers: [register] }),
    of
  }))
  const peers = new Gauge({
    name: 'hive_peers',
    help: 'Connected peers by their place in the gossip.',
    labelNames: ['gossip'],
    registers: [register]
  })
  const refused = new Gauge({
    name: 'hive_refused_entries',
    help: 'Entries refused since the start, by reason.',
    labelNames: ['reason'],
    registers: [register]
  })
  server.get('/metrics', async (_request, reply) => {
    const { status } = db
    for (const { gauge, of } of gauges) gauge.set(of(status, db))
    for (const gossip of ['mesh', 'subscriber', 'none']) {
      peers.set({ gossip }, status.peers.filter((peer) => peer.gossip === gossip).length)
    }
    for (const [reason, count] of Object.entries(status.rejections)) refused.set({ reason }, count)
    return reply.type(register.contentType).send(await register.metrics())
  })
}
