/**
 * Whether everything that was acknowledged is still there. A store in which something was lost or
 * damaged is read whole when the node starts, and what follows from the rest is mended; of others
 * each table is read once after the start, and again each month. What fails is tried again each hour.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { StoreError } from '../../crdt/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type {
  FileDamage,
  Replica,
  ReplicaAuditReport,
  Store,
  StoreReport
} from '../../crdt/index.ts'
import type { Annotations, FactAuditReport, FactStore } from '../facts/index.ts'

/** What a node has, and what of it is lost, damaged or mended. */
export interface IntegrityReport {
  /** Whether nothing is lost or damaged. */
  readonly isWhole: boolean
  /** Whether the tables were rebuilt when the store was opened. */
  readonly isRepaired: boolean
  /** Files that were lost or changed, found at the start or now. */
  readonly files: readonly FileDamage[]
  /** Digests that a log has lost at its end, by log. */
  readonly lostAtEnd: Readonly<Record<string, number>>
  /** Values read, and the damaged ones by section. */
  readonly values: number
  readonly damaged: Readonly<Record<string, number>>
  /** Why the values could not be read to the end; the next start repairs the store. */
  readonly unreadable?: string
  /** Undefined where the store is unreadable. */
  readonly facts?: FactAuditReport
  readonly hive?: ReplicaAuditReport
}

/** What a repair found, and what is left of it. */
export interface RepairReport extends IntegrityReport {
  /** Whether nothing is lost or damaged any more. */
  readonly isWhole: boolean
  /** Damaged values that were removed, by section. */
  readonly removed: Readonly<Record<string, number>>
}

/** How far a verification is. */
export interface VerifyProgress {
  /** Parts that are read: facts, annotations, entries and all values; a repair has one more. */
  readonly parts: number
  readonly done: number
  /** Facts, or values, that are read in this part. */
  readonly read: number
}

/** Of `verify` and `repair`: they end with an error when the signal aborts. */
export interface VerifyOptions extends AbortOptions {
  /** Called when a part begins, and while facts and values are read. */
  readonly onProgress?: (progress: VerifyProgress) => void
}

/** Facts, annotations, entries, and all values. */
const PARTS = 4

export interface IntegrityComponents {
  readonly store: Store
  readonly facts: Pick<FactStore, 'audit'>
  readonly annotations: Pick<Annotations, 'audit'>
  readonly replica: Pick<Replica, 'audit' | 'mendStandings'>
  /** Called when something is lost or damaged. */
  readonly onDamage: (report: IntegrityReport) => void
  readonly onError: (error: unknown) => void
}

const HOUR = 60 * 60 * 1000

/** Milliseconds between two tables after the start, which reads few of them. */
const FIRST_PAUSE = 1_000

/** Hours in which each table is read once. */
const ROUND = 30 * 24

export class Integrity {
  readonly #components: IntegrityComponents
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  /** The last table that was read. */
  #scrubbed = ''
  /** Whether damage was found and the store was not read whole since. */
  #isVerificationDue = false

  constructor(components: IntegrityComponents) {
    this.#components = components
  }

  start(): void {
    this.#isVerificationDue = this.#components.store.isSuspect
    this.#run((signal) => this.#verifyIfDue(signal))
    this.#run((signal) => this.#scrubAll(signal))
    this.#timer = setInterval(() => {
      this.#run((signal) => this.#verifyIfDue(signal))
      this.#run((signal) => this.#scrub(signal))
    }, HOUR).unref()
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    clearInterval(this.#timer)
    await this.#running
  }

  /** Reads everything, and mends what follows from the rest. */
  async verify({ signal, onProgress }: VerifyOptions = {}): Promise<IntegrityReport> {
    const { store, facts, annotations, replica } = this.#components
    const begin = (done: number, read = 0): void => onProgress?.({ parts: PARTS, done, read })
    const audits: Audits | undefined = await readable(async () => {
      begin(0)
      const audited = await facts.audit({ signal, onRead: (read) => begin(0, read) })
      begin(1)
      await annotations.audit(signal)
      begin(2)
      return { facts: audited, hive: await replica.audit(signal) }
    })
    begin(3)
    const report = await store.verify(signal, (read) => begin(3, read))
    await replica.mendStandings(report.damaged)
    if (audits !== undefined && report.unreadable === undefined) store.trust()
    return reportOf(store, report, audits)
  }

  /** Removes damaged values, and then mends what follows from the rest. */
  async repair({ signal, onProgress }: VerifyOptions = {}): Promise<RepairReport> {
    const { store, replica } = this.#components
    const begin = (done: number, read = 0): void => onProgress?.({ parts: PARTS + 1, done, read })
    begin(0)
    const removed = await readable(() => store.discardDamaged(signal))
    await replica.mendStandings(removed ?? {})
    const report = await this.verify({
      signal,
      onProgress: ({ done, read }) => begin(done + 1, read)
    })
    // Files of the past do not count: the tables were rebuilt when the store was opened.
    const { damaged, unreadable, facts } = report
    const isWhole =
      Object.keys(damaged).length === 0 && unreadable === undefined && facts?.lost === 0
    return { ...report, isWhole, removed: removed ?? {} }
  }

  async #verifyIfDue(signal: AbortSignal): Promise<void> {
    if (!this.#isVerificationDue) return
    const report = await this.verify({ signal })
    this.#isVerificationDue = false
    if (!report.isWhole) this.#components.onDamage(report)
  }

  /** Reads each table once, slowly. */
  async #scrubAll(signal: AbortSignal): Promise<void> {
    const { store } = this.#components
    for (const table of store.tables()) {
      const files = await store.scrub({ tables: [table], signal })
      if (files.length > 0) {
        this.#isVerificationDue = true
        return this.#verifyIfDue(signal)
      }
      await delay(FIRST_PAUSE, undefined, { signal, ref: false })
    }
    return undefined
  }

  /** Reads as many tables as are due in an hour. */
  async #scrub(signal: AbortSignal): Promise<void> {
    const { store } = this.#components
    const tables = store.tables()
    const next = tables.filter((table) => table > this.#scrubbed)
    const due = (next.length > 0 ? next : tables).slice(0, Math.ceil(tables.length / ROUND))
    const files = await store.scrub({ tables: due, signal })
    this.#scrubbed = due.at(-1) ?? ''
    this.#isVerificationDue ||= files.length > 0
    await this.#verifyIfDue(signal)
  }

  #run(task: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#abort
    this.#running = this.#running
      .then(() => (signal.aborted ? undefined : task(signal)))
      .catch((error: unknown) => {
        if (!signal.aborted) this.#components.onError(error)
      })
  }
}

type Audits = Required<Pick<IntegrityReport, 'facts' | 'hive'>>

/** Undefined where a table cannot be read. */
async function readable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof StoreError && error.code === 'STORE_READ_FAILED') return undefined
    throw error
  }
}

function reportOf(
  { condition }: Pick<Store, 'condition'>,
  { files, values, damaged, unreadable }: StoreReport,
  audits: Audits | undefined
): IntegrityReport {
  const all = [...condition.damage, ...files]
  return {
    isWhole:
      all.length === 0 &&
      !condition.isRepaired &&
      Object.keys(condition.lost).length === 0 &&
      Object.keys(damaged).length === 0 &&
      unreadable === undefined &&
      audits?.facts.lost === 0 &&
      audits.hive.emptied === 0,
    isRepaired: condition.isRepaired,
    files: all,
    lostAtEnd: condition.lost,
    values,
    damaged,
    ...(unreadable === undefined ? {} : { unreadable }),
    ...audits
  }
}
