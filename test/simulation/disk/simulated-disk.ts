/**
 * The disk of a simulated node: what a database keeps when its process ends or its power fails.
 *
 * It stands in place of LevelDB, and has its promises: a batch lands whole or not at all, batches
 * land in order, and what was written with `sync` is kept. Of what was written without, a power
 * failure keeps a prefix. A torn log has a hole: LevelDB reads on behind a damaged block of its log.
 */
import { MemoryLevel } from 'memory-level'
import { seal } from '../../../crdt/bytes/index.ts'
import { simulated } from '../environment/simulated.ts'
import type { Database } from '../../../crdt/index.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { Owner } from '../environment/owner.ts'

type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

/** What abstract-level asks of an iterator of an implementation. */
type Reads = Record<'_all' | '_next' | '_nextv', (...given: unknown[]) => Promise<unknown>>

/** What abstract-level asks of an implementation. */
interface Internals {
  _iterator(options: object): Reads
  _keys(options: object): Reads
  _values(options: object): Reads
  _get(key: Uint8Array, options: object): Promise<Uint8Array | undefined>
  _getMany(keys: readonly Uint8Array[], options: object): Promise<(Uint8Array | undefined)[]>
  _batch(operations: readonly Operation[], options: { readonly sync?: boolean }): Promise<void>
}

const Level = MemoryLevel as unknown as new (options: object) => Internals

export interface DiskSettings {
  /** Milliseconds of a write and of an fsync, at most. */
  readonly writeDelay: number
  readonly syncDelay: number
  /** The part of all reads that take a moment, so that others overtake them. */
  readonly slowReads: number
  /** Milliseconds of such a read, at most. */
  readonly readDelay: number
}

/** Of a copy to look at. */
const FORKED: DiskSettings = { writeDelay: 0, syncDelay: 0, slowReads: 0, readDelay: 0 }

/** All that a directory has, by the bytes of the key. */
export type DiskCopy = ReadonlyMap<string, Uint8Array>

/** Called with what reaches the disk, for the trace. */
export type OnWrite = (owner: Owner, batch: readonly Operation[]) => void

export class SimulatedDisk {
  readonly #settings: DiskSettings
  readonly #random: Seeded
  readonly #onWrite: OnWrite
  /** What a power failure keeps, by the bytes of the key. */
  readonly #durable = new Map<string, Uint8Array>()
  readonly #unsynced: (readonly Operation[])[] = []
  /** Writes fail while there is no space. */
  isFull = false
  /** fsync takes this many times as long. */
  slowness = 1
  /** Counts the batches that land, and calls back after the last one of them. */
  #countdown: { left: number; readonly task: () => void } | undefined
  /** A copy that was put back is another directory. */
  #directory = 1

  constructor(settings: DiskSettings, random: Seeded, onWrite: OnWrite) {
    this.#settings = settings
    this.#random = random
    this.#onWrite = onWrite
  }

  /** The database as a new process finds it. */
  open(owner: Owner): Database {
    const database = new DiskLevel(this, owner)
    database.fill(this.#durable)
    return database as unknown as Database
  }

  /** The operating system goes on when only the process ended. */
  endProcess(): void {
    for (const batch of this.#unsynced.splice(0)) this.#keep(batch)
  }

  /** Keeps what was synced, and of the rest the first batches. */
  failPower(): void {
    const kept = this.#random.below(this.#unsynced.length + 1)
    for (const batch of this.#unsynced.splice(0).slice(0, kept)) this.#keep(batch)
  }

  /** Keeps what was synced, and of the rest all but some batches in a row. Returns how many it lost. */
  tearLog(): number {
    const batches = this.#unsynced.splice(0)
    const from = this.#random.below(batches.length + 1)
    const lost = this.#random.below(batches.length - from + 1)
    for (const [i, batch] of batches.entries()) {
      if (i < from || i >= from + lost) this.#keep(batch)
    }
    return lost
  }

  /** Flips a bit in the value of a random key, at rest. Returns the section; undefined without keys. */
  flipBit(): string | undefined {
    const keys = [...this.#durable].flatMap(([key, { length }]) => (length > 0 ? [key] : []))
    if (keys.length === 0) return undefined
    // Each section alike: some have a few keys, on which much depends.
    const bySection = Map.groupBy(keys, (key) => key.split('!')[1] ?? '')
    const section = this.#random.pick([...bySection.keys()])
    const key = this.#random.pick(bySection.get(section) ?? keys)
    const value = Uint8Array.from(this.#durable.get(key) ?? [])
    const at = this.#random.below(value.length)
    value[at] = (value[at] ?? 0) ^ (1 << this.#random.below(8))
    this.#durable.set(key, value)
    return section
  }

  /** Which directory it is: a copy is another one. */
  get place(): string {
    return `directory ${this.#directory}`
  }

  /** Batches that have landed. */
  landed = 0

  /** A whole disk with all that the process which has this one open can read. */
  fork(): SimulatedDisk {
    const fork = new SimulatedDisk(FORKED, this.#random, () => undefined)
    fork.#fillWith(this.#durable)
    for (const batch of this.#unsynced) fork.#keep(batch)
    fork.#directory = this.#directory
    return fork
  }

  /** While no process has it open. */
  copy(): DiskCopy {
    return new Map(this.#durable)
  }

  /** Puts a copy in the place of what is there, while no process has it open. */
  restore(copy: DiskCopy, isSnapshot: boolean): void {
    // A snapshot of a whole machine has the same directory.
    if (!isSnapshot) this.#directory += 1
    this.#fillWith(copy)
  }

  /** Changes what is there, while no process has it open. */
  rewrite(change: (stored: DiskCopy, sealed: typeof sealedBytes) => DiskCopy): void {
    this.#fillWith(change(new Map(this.#durable), sealedBytes))
  }

  #fillWith(stored: DiskCopy): void {
    this.#durable.clear()
    for (const [key, value] of stored) this.#durable.set(key, value)
  }

  /** What a power failure keeps of the value of a key. */
  durable(key: string): Uint8Array | undefined {
    return this.#durable.get(key)
  }

  async write(
    owner: Owner,
    batch: readonly Operation[],
    sync: boolean,
    apply: () => Promise<void>
  ): Promise<void> {
    const { time } = simulated()
    const { writeDelay, syncDelay } = this.#settings
    await time.wait(this.#random.next() * writeDelay)
    // What a thread of the dead process asked for ends with it.
    if (!owner.isAlive) return new Promise(() => {})
    if (this.isFull) throw new Error('IO error: No space left on device')
    this.#onWrite(owner, batch)
    await apply()
    this.#unsynced.push(batch)
    this.landed += 1
    this.#countDown()
    if (!sync) return
    await time.wait(this.#random.next() * syncDelay * this.slowness)
    if (!owner.isAlive) return new Promise(() => {})
    for (const synced of this.#unsynced.splice(0)) this.#keep(synced)
  }

  /** Does it once, when `count` more batches have landed. */
  afterWrites(count: number, task: () => void): void {
    this.#countdown = { left: count, task }
  }

  /** Ends its faults. */
  mend(): void {
    this.isFull = false
    this.slowness = 1
    this.#countdown = undefined
  }

  #countDown(): void {
    if (this.#countdown === undefined) return
    this.#countdown.left -= 1
    if (this.#countdown.left > 0) return
    const { time } = simulated()
    time.schedule(0, this.#countdown.task, time.world)
    this.#countdown = undefined
  }

  async read(): Promise<void> {
    if (!this.#random.chance(this.#settings.slowReads)) return
    await simulated().time.wait(this.#random.next() * this.#settings.readDelay)
  }

  /** Reads of a range are never in the memory of the database. */
  async scan(): Promise<void> {
    await simulated().time.wait(this.#random.next() * this.#settings.readDelay)
  }

  #keep(batch: readonly Operation[]): void {
    for (const operation of batch) {
      const key = nameOf(operation.key)
      if (operation.type === 'put') this.#durable.set(key, Uint8Array.from(operation.value))
      else this.#durable.delete(key)
    }
  }
}

/** The value as the store keeps it. */
function sealedBytes(key: string, value: Uint8Array): Uint8Array {
  return seal(Buffer.from(key), value)
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key).toString('latin1')
}

/** A `memory-level` of one life of a node. In a dead one nothing answers. */
class DiskLevel extends Level {
  readonly #disk: SimulatedDisk
  readonly #owner: Owner

  constructor(disk: SimulatedDisk, owner: Owner) {
    super({ keyEncoding: 'view', valueEncoding: 'view', storeEncoding: 'view' })
    this.#disk = disk
    this.#owner = owner
  }

  /** Before it is opened. */
  fill(durable: ReadonlyMap<string, Uint8Array>): void {
    const operations = [...durable].map(([key, value]) => ({
      type: 'put' as const,
      key: new Uint8Array(Buffer.from(key, 'latin1')),
      value: Uint8Array.from(value)
    }))
    // It has no await before its end.
    void super._batch(operations, {})
  }

  override async _get(key: Uint8Array, options: object): Promise<Uint8Array | undefined> {
    await this.#answer()
    return super._get(key, options)
  }

  override async _getMany(
    keys: readonly Uint8Array[],
    options: object
  ): Promise<(Uint8Array | undefined)[]> {
    await this.#answer()
    return super._getMany(keys, options)
  }

  override _iterator(options: object): Reads {
    return this.#slowed(super._iterator(options))
  }

  override _keys(options: object): Reads {
    return this.#slowed(super._keys(options))
  }

  override _values(options: object): Reads {
    return this.#slowed(super._values(options))
  }

  /** An iterator shows the database as it was when it began, however long it takes. */
  #slowed(reads: Reads): Reads {
    for (const name of ['_all', '_next', '_nextv'] as const) {
      const read = reads[name].bind(reads)
      reads[name] = async (...given) => {
        await (this.#owner.isAlive ? this.#disk.scan() : new Promise(() => {}))
        return read(...given)
      }
    }
    return reads
  }

  override async _batch(
    operations: readonly Operation[],
    options: { readonly sync?: boolean }
  ): Promise<void> {
    await this.#disk.write(this.#owner, operations, options.sync === true, () =>
      super._batch(operations, options)
    )
  }

  /** In a dead process a call into the database never returns. */
  #answer(): Promise<void> {
    return this.#owner.isAlive ? this.#disk.read() : new Promise(() => {})
  }
}
