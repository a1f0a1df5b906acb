/**
 * The measurements of a running node. State is read when Prometheus reads; events, operations and
 * the event loop are followed from the start on. No label has content, a key or a peer;
 * those of budgets have the names of agents and tasks that the operator gave budgets to.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { countEvents } from './event-counters.ts'
import { measureLoopLag } from './loop-lag.ts'
import { modelHistograms } from './model-histograms.ts'
import { COUNTERS, GAUGES, LABELLED_COUNTERS, LABELLED_GAUGES } from './state-measures.ts'
import type { HiveNode } from '../../src/index.ts'
import type { Measurements } from '../operations/index.ts'
import type { Reading } from './state-measures.ts'

/** Gauges of the library that have the names of counters. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total'
]

/** Milliseconds for which a count of records serves: it reads a whole index. */
const COUNT_LIFETIME = 15_000

const SECOND = 1_000

export class NodeMetrics implements Measurements {
  readonly #db: HiveNode
  readonly #registry = new Registry()
  readonly #durations: Histogram<'operation' | 'result'>
  readonly #running: Gauge
  readonly #records: Gauge<'kind' | 'state'>
  readonly #budgets: Gauge<'budget' | 'part' | 'unit'>
  readonly #intake: Gauge<'part' | 'payer' | 'unit'>
  readonly #ends: (() => void)[]
  #isProcessMeasured = false
  #counted: { readonly at: number } | undefined

  constructor(db: HiveNode) {
    this.#db = db
    const registers = [this.#registry]
    this.#durations = new Histogram({
      name: 'hive_operation_duration_seconds',
      help: 'Duration of operations, by name and result.',
      labelNames: ['operation', 'result'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers
    })
    this.#running = new Gauge({
      name: 'hive_running_operations',
      help: 'Operations that run.',
      registers
    })
    this.#records = new Gauge({
      name: 'hive_records',
      help: 'Records of the hive by kind and standing on this node, counted every 15 s at most.',
      labelNames: ['kind', 'state'],
      registers
    })
    this.#budgets = new Gauge({
      name: 'hive_budget',
      help: 'Budgets of models, by unit (usd, tokens) and part (limit, spent, reserved).',
      labelNames: ['budget', 'unit', 'part'],
      registers
    })
    this.#intake = new Gauge({
      name: 'hive_intake',
      help: 'Stored of others today (UTC), by who pays, unit and part (used, limit): for all peers, and for the peer, author or member that used most.',
      labelNames: ['payer', 'unit', 'part'],
      registers
    })
    this.#ends = [measureLoopLag(registers), countEvents(db, registers)]
    this.#addState(registers)
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  async text(): Promise<string> {
    if (!this.#isProcessMeasured) {
      // From the first reading on: it wakes the process a hundred times a second.
      this.#isProcessMeasured = true
      collectDefaultMetrics({ register: this.#registry })
      for (const name of MISNAMED) this.#registry.removeSingleMetric(name)
    }
    await this.#countRecords()
    this.#readBudgets()
    this.#readIntake()
    const models = modelHistograms(this.#db.agent.cortex.models.metrics())
    return `${await this.#registry.metrics()}\n${models}`
  }

  begin(name: string): (error?: unknown) => void {
    const began = performance.now()
    this.#running.inc()
    return (error) => {
      this.#running.dec()
      const result = error === undefined ? 'ok' : 'failed'
      this.#durations.observe({ operation: name, result }, (performance.now() - began) / SECOND)
    }
  }

  close(): void {
    for (const end of this.#ends) end()
  }

  /** One reading of the node serves all measures of one request. */
  #addState(registers: Registry[]): void {
    let reading: Reading | undefined
    const read = (): Reading => {
      if (reading !== undefined) return reading
      reading = { db: this.#db, status: this.#db.status, network: this.#db.network }
      setImmediate(() => (reading = undefined))
      return reading
    }
    for (const { name, help, of } of GAUGES) {
      const gauge: Gauge = new Gauge({
        name,
        help,
        registers,
        collect: () => gauge.set(of(read()))
      })
    }
    for (const { name, help, of } of COUNTERS) {
      const collect = (): void => {
        counter.reset()
        counter.inc(of(read()))
      }
      const counter: Counter = new Counter({ name, help, registers, collect })
    }
    for (const { name, help, label, of } of LABELLED_GAUGES) {
      const collect = (): void => {
        gauge.reset()
        for (const [value, count] of Object.entries(of(read())))
          gauge.set({ [label]: value }, count)
      }
      const gauge: Gauge = new Gauge({ name, help, labelNames: [label], registers, collect })
    }
    for (const { name, help, label, of } of LABELLED_COUNTERS) {
      const collect = (): void => {
        counter.reset()
        for (const [value, count] of Object.entries(of(read())))
          counter.inc({ [label]: value }, count)
      }
      const counter: Counter = new Counter({ name, help, labelNames: [label], registers, collect })
    }
  }

  /** What was counted before stays where the index cannot be read: `hive_index_failed` says so. */
  async #countRecords(): Promise<void> {
    const now = Date.now()
    if (this.#counted !== undefined && now - this.#counted.at < COUNT_LIFETIME) return
    this.#counted = { at: now }
    try {
      const counts = await this.#db.agent.cortex.metrics.getRecordCounts()
      this.#records.reset()
      for (const { kind, state, count } of counts) this.#records.set({ kind, state }, count)
    } catch {
      this.#counted = undefined
    }
  }

  #readIntake(): void {
    this.#intake.reset()
    for (const { payer, unit, used, limit } of this.#db.status.intake) {
      this.#intake.set({ payer, unit, part: 'used' }, used)
      this.#intake.set({ payer, unit, part: 'limit' }, limit)
    }
  }

  #readBudgets(): void {
    this.#budgets.reset()
    for (const { what, usd, tokens } of this.#db.agent.cortex.models.usage().budgets) {
      for (const [unit, amounts] of Object.entries({ usd, tokens })) {
        if (amounts === undefined) continue
        for (const [part, amount] of Object.entries(amounts)) {
          this.#budgets.inc({ budget: what, unit, part }, Number(amount))
        }
      }
    }
  }
}
