/** Gauges and counters that are read from the state of the node. */
import type { HiveNode, HiveStatus } from '../../src/index.ts'

/** What a reading takes from the node, once for all measures. */
export interface Reading {
  readonly db: HiveNode
  readonly status: HiveStatus
  readonly network: HiveNode['network']
}

/** One number. */
export interface Measure {
  readonly name: string
  readonly help: string
  readonly of: (reading: Reading) => number
}

/** One number for each value of a label. */
export interface LabelledMeasure {
  readonly name: string
  readonly help: string
  readonly label: string
  readonly of: (reading: Reading) => Readonly<Record<string, number>>
}

type Metrics = HiveNode['agent']['cortex']['metrics']

const heuristic = ({ db }: Reading): ReturnType<Metrics['getHeuristicPerformance']> =>
  db.agent.cortex.metrics.getHeuristicPerformance()

const sandbox = ({
  db
}: Reading): ReturnType<HiveNode['agent']['cortex']['metrics']['getSandboxStatistics']> =>
  db.agent.cortex.metrics.getSandboxStatistics()

/** What goes up and down. */
export const GAUGES: readonly Measure[] = [
  {
    name: 'hive_uptime_seconds',
    help: 'Seconds since the process of the node started.',
    of: () => process.uptime()
  },
  { name: 'hive_facts', help: 'Facts of this node.', of: ({ status }) => status.facts },
  { name: 'hive_entries', help: 'Entries of the replica.', of: ({ status }) => status.entries },
  { name: 'hive_authors', help: 'Authors of the replica.', of: ({ status }) => status.authors },
  {
    name: 'hive_index_behind_items',
    help: 'Items that the search index does not have yet.',
    of: ({ status }) => status.index.behind
  },
  {
    name: 'hive_index_failed',
    help: '1 while the search index does not follow.',
    of: ({ status }) => Number(status.index.failure !== undefined)
  },
  {
    name: 'hive_warnings',
    help: 'Warnings that the operator should know, since the start.',
    of: ({ status }) => status.warnings.length
  },
  {
    name: 'hive_filter_bytes',
    help: 'Bytes of the Bloom filters of this node.',
    of: ({ status }) => status.filters.bytes
  },
  {
    name: 'hive_peer_filter_bytes',
    help: 'Bytes of the Bloom filters of peers.',
    of: ({ status }) => status.filters.peerFilters.reduce((sum, { bytes }) => sum + bytes, 0)
  },
  {
    name: 'hive_bloom_hit_ratio',
    help: 'Share of checked facts that the Bloom filter had and that were stored.',
    of: (reading) => heuristic(reading).bloomHitRate
  },
  {
    name: 'hive_stem_hidden_entries',
    help: 'Own entries that wait on their stem before peers may see them.',
    of: ({ db }) => db.agent.cortex.metrics.getHiddenEntries()
  },
  {
    name: 'hive_relay_reservations',
    help: 'Nodes that this node can be a relay for now.',
    of: ({ network }) => network?.relay.reservations ?? 0
  },
  {
    name: 'hive_relay_addresses',
    help: 'Addresses of this node at relays.',
    of: ({ network }) => network?.relay.reserved.length ?? 0
  },
  {
    name: 'hive_lan_peers',
    help: 'Peers that were found on this network segment.',
    of: ({ network }) => network?.lan.peers.length ?? 0
  },
  {
    name: 'hive_sandbox_threads',
    help: 'Threads of the sandbox.',
    of: (reading) => sandbox(reading).threads
  },
  {
    name: 'hive_sandbox_active_runs',
    help: 'Threads of the sandbox that work.',
    of: (reading) => sandbox(reading).active
  },
  {
    name: 'hive_sandbox_queued_runs',
    help: 'Tasks that wait for a thread of the sandbox.',
    of: (reading) => sandbox(reading).queued
  },
  {
    name: 'hive_sandbox_warm_sources',
    help: 'Sources of skills that are kept ready.',
    of: (reading) => sandbox(reading).warm
  }
]

/** What only grows since the start. */
export const COUNTERS: readonly Measure[] = [
  {
    name: 'hive_damaged_values_total',
    help: 'Damaged values found in the store since the start.',
    of: ({ status }) => status.damaged
  },
  {
    name: 'hive_peer_offences_total',
    help: 'Offences of peers since the start.',
    of: ({ status }) => status.offences
  },
  {
    name: 'hive_bloom_lookups_avoided_total',
    help: 'Facts that needed no lookup on disk, since the start.',
    of: (reading) => heuristic(reading).lookupsAvoided
  },
  {
    name: 'hive_sandbox_runs_total',
    help: 'Runs of skills in the sandbox since the start.',
    of: (reading) => sandbox(reading).runs
  },
  {
    name: 'hive_sandbox_failed_runs_total',
    help: 'Runs of skills that ended without an output, since the start.',
    of: (reading) => sandbox(reading).failures
  }
]

export const LABELLED_GAUGES: readonly LabelledMeasure[] = [
  {
    name: 'hive_peers',
    help: 'Connected peers by their place in the gossip.',
    label: 'gossip',
    of: ({ status: { peers } }) => ({
      mesh: 0,
      subscriber: 0,
      none: 0,
      ...sizes(Map.groupBy(peers, ({ gossip }) => gossip))
    })
  },
  {
    name: 'hive_connections',
    help: 'Connections to peers by their path.',
    label: 'path',
    of: ({ network }) => ({ ...(network?.connections ?? { direct: 0, relayed: 0 }) })
  },
  {
    name: 'hive_peer_filters',
    help: 'Bloom filters of peers by kind.',
    label: 'kind',
    of: ({ status: { filters } }) =>
      Object.fromEntries(filters.peerFilters.map(({ kind, peers }) => [kind, peers]))
  }
]

export const LABELLED_COUNTERS: readonly LabelledMeasure[] = [
  {
    name: 'hive_refused_entries_total',
    help: 'Entries refused since the start, by reason.',
    label: 'reason',
    of: ({ status }) => status.rejections
  }
]

function sizes(groups: ReadonlyMap<string, readonly unknown[]>): Record<string, number> {
  return Object.fromEntries(Array.from(groups, ([name, group]) => [name, group.length]))
}
