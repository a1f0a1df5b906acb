/** Counters and histograms that follow what the node does, from its start on. */
import { Counter, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'
import type { HiveEvents, HiveNode } from '../../src/index.ts'

/** Events that are counted, by name alone. */
const COUNTED = [
  ['peer:connect', 'hive_peer_connects_total', 'Connections of peers that began.'],
  ['peer:disconnect', 'hive_peer_disconnects_total', 'Peers that disconnected.'],
  ['peer:refuse', 'hive_refused_connections_total', 'Connections refused because of their key.'],
  ['member:admit', 'hive_member_admissions_total', 'Peers that proved to be members.'],
  ['bootstrap:fail', 'hive_bootstrap_failures_total', 'Dials of bootstrap peers that failed.'],
  ['filter:change', 'hive_filter_exchanges_total', 'Changes of the filters of peers.'],
  ['lan:find', 'hive_lan_discoveries_total', 'Peers found on the network segment.'],
  ['upkeep:fail', 'hive_upkeep_failures_total', 'Background work that failed.'],
  [
    'embedding:fail',
    'hive_embedding_failures_total',
    'Calls of the embedding provider that failed.'
  ],
  ['skill:fail', 'hive_skill_failures_total', 'Uses of skills that failed.'],
  ['index:rebuild', 'hive_index_rebuilds_total', 'Damaged indexes that are built again.'],
  ['store:damage', 'hive_store_damages_total', 'Findings of lost or damaged values.']
] as const satisfies readonly (readonly [keyof HiveEvents, string, string])[]

/** Milliseconds in a second. */
const SECOND = 1_000

/** Returns what ends the counting. */
export function countEvents(db: HiveNode, registers: Registry[]): () => void {
  const ends: (() => void)[] = []
  for (const [event, name, help] of COUNTED) {
    const counter = new Counter({ name, help, registers })
    const count = (): void => counter.inc()
    db.on(event, count)
    ends.push(() => db.off(event, count))
  }
  for (const count of [countSyncs, countRefusals, countSkills, countModels])
    ends.push(count(db, registers))
  return () => {
    for (const end of ends) end()
  }
}

function countSyncs(db: HiveNode, registers: Registry[]): () => void {
  const syncs = new Counter({
    name: 'hive_syncs_total',
    help: 'Syncs that brought entries.',
    registers
  })
  const received = new Counter({
    name: 'hive_sync_received_entries_total',
    help: 'Entries that syncs brought.',
    registers
  })
  const onReceive = ({ entries }: { readonly entries: number }): void => {
    syncs.inc()
    received.inc(entries)
  }
  db.on('sync:receive', onReceive)
  return () => void db.off('sync:receive', onReceive)
}

/** At the doors of a closed swarm; the reasons are a fixed set, also those that peers send. */
function countRefusals(db: HiveNode, registers: Registry[]): () => void {
  const refusals = new Counter({
    name: 'hive_member_refusals_total',
    help: 'Refusals of members, by reason; by: node refuses a peer, or a peer refuses this node.',
    labelNames: ['by', 'reason'],
    registers
  })
  const onRefuse = ({ reason, isOurs }: HiveEvents['member:refuse'][0]): void =>
    refusals.inc({ by: isOurs ? 'node' : 'peer', reason })
  db.on('member:refuse', onRefuse)
  return () => void db.off('member:refuse', onRefuse)
}

function countSkills(db: HiveNode, registers: Registry[]): () => void {
  const transitions = new Counter({
    name: 'hive_skill_transitions_total',
    help: 'Changes of the status of skills, by the new status.',
    labelNames: ['to'],
    registers
  })
  const onTransition = ({ to }: { readonly to: string }): void => transitions.inc({ to })
  db.on('skill:transition', onTransition)
  return () => void db.off('skill:transition', onTransition)
}

/** By task and tier: models are labels of the histograms of OpenTelemetry. */
function countModels(db: HiveNode, registers: Registry[]): () => void {
  const calls = new Counter({
    name: 'hive_model_calls_total',
    help: 'Calls of models by task, tier and outcome; offline: answered by rule.',
    labelNames: ['task', 'tier', 'outcome'],
    registers
  })
  const cost = new Counter({
    name: 'hive_model_cost_usd_total',
    help: 'Cost of calls of models, where prices are known.',
    labelNames: ['task'],
    registers
  })
  const attempts = new Histogram({
    name: 'hive_model_attempt_duration_seconds',
    help: 'Duration of attempts to call a model.',
    labelNames: ['outcome'],
    buckets: [0.1, 0.3, 1, 3, 10, 30, 100],
    registers
  })
  const onCall = (call: HiveEvents['model:call'][0]): void => {
    const { task, tier, offline, cached, unanswered } = call
    const outcome = offline ? 'offline' : cached ? 'cached' : 'answered'
    calls.inc({ task, tier, outcome: unanswered.length > 0 && offline ? 'unanswered' : outcome })
    if (call.cost !== undefined) cost.inc({ task }, Number(call.cost))
    for (const { outcome: result, milliseconds } of call.attempts) {
      attempts.observe({ outcome: result === 'ok' ? 'ok' : 'failed' }, milliseconds / SECOND)
    }
  }
  db.on('model:call', onCall)
  return () => void db.off('model:call', onCall)
}
