/**
 * The disk of a simulated node: what its databases keep when its process ends or its power fails. A
 * directory has two: the store, and that of its copies.
 */
import { seal } from '../../../crdt/bytes/index.ts'
import { simulated } from '../environment/simulated.ts'
import { DiskLevel } from './disk-level.ts'
import { SimulatedFiles } from './simulated-files.ts'
import type { Database } from '../../../crdt/index.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { Owner } from '../environment/owner.ts'
import type { Batch, Stored } from './simulated-files.ts'

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

/** The part of damages that hit the copies, and of those that hit what is kept twice. */
const COPIES_RATE = 0.25
const MIRRORED_RATE = 0.6

/** Copies of hidden entries, and where the store has these. */
const COPIED_ENTRIES = 'hidden-entries'
const ENTRIES = [COPIED_ENTRIES, 'entries', 'feeds', 'unshown']

/** The databases of a directory. */
const PARTS = ['store', 'copies'] as const

export type DiskPart = (typeof PARTS)[number]

export interface Place {
  readonly part: DiskPart
  readonly section: string
}

/** All that a directory has. */
export type DiskCopy = Readonly<Record<DiskPart, Stored>>

/** Called with what reaches the disk, for the trace. */
export type OnWrite = (owner: Owner, batch: Batch) => void

export class SimulatedDisk {
  readonly #settings: DiskSettings
  readonly #random: Seeded
  readonly #onWrite: OnWrite
  readonly #files: Readonly<Record<DiskPart, SimulatedFiles>>
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
    this.#files = { store: new SimulatedFiles(random), copies: new SimulatedFiles(random) }
  }

  /** A database as a new process finds it. */
  open(owner: Owner, part: DiskPart = 'store'): Database {
    const database = new DiskLevel(this, owner, this.#files[part])
    return database as unknown as Database
  }

  /** The operating system goes on when only the process ended. */
  endProcess(): void {
    for (const part of PARTS) this.#files[part].sync()
  }

  /** Keeps what was synced, and of the rest the first batches of each database. */
  failPower(): void {
    for (const part of PARTS) this.#files[part].failPower()
  }

  /** Keeps what was synced, and of the rest all but some batches in a row. */
  tearLog(): void {
    for (const part of PARTS) this.#files[part].tearLog()
  }

  /** Flips bits in values of a random section, at rest. Returns where; undefined without values. */
  flipBits(): Place | undefined {
    const part = this.#random.chance(COPIES_RATE) ? 'copies' : 'store'
    const inStore = this.#files.store.sections()
    const inCopies = this.#files.copies.sections()
    const all = part === 'store' ? inStore : inCopies
    const hasHidden = inCopies.includes(COPIED_ENTRIES)
    const twice = all.filter(
      (section) =>
        (inStore.includes(section) && inCopies.includes(section)) ||
        (hasHidden && ENTRIES.includes(section))
    )
    const isTwice = twice.length > 0 && this.#random.chance(MIRRORED_RATE)
    if (all.length === 0) return undefined
    // Each section alike: some have a few keys, on which much depends.
    const section = this.#random.pick(isTwice ? twice : all)
    this.#files[part].flipBits(section, this.#random.chance(0.5))
    return { part, section }
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
    for (const part of PARTS) fork.#files[part].fill(this.#files[part].visible())
    fork.#directory = this.#directory
    return fork
  }

  /** While no process has it open. */
  copy(): DiskCopy {
    return { store: this.#files.store.visible(), copies: this.#files.copies.visible() }
  }

  /** Puts a copy in the place of what is there, while no process has it open. */
  restore(copy: DiskCopy, isSnapshot: boolean): void {
    // A snapshot of a whole machine has the same directory.
    if (!isSnapshot) this.#directory += 1
    for (const part of PARTS) this.#files[part].fill(copy[part])
  }

  /** Changes what is in each database, while no process has it open. */
  rewrite(change: (stored: Stored, sealed: typeof sealedBytes) => Stored): void {
    for (const part of PARTS) {
      const files = this.#files[part]
      files.fill(change(files.visible(), sealedBytes))
    }
  }

  /** What a power failure keeps of the value of a key in the store. */
  durable(key: string): Uint8Array | undefined {
    return this.#files.store.durable.get(key)
  }

  async write(
    owner: Owner,
    files: SimulatedFiles,
    batch: Batch,
    { sync, apply }: { readonly sync: boolean; readonly apply: () => Promise<void> }
  ): Promise<void> {
    const { time } = simulated()
    const { writeDelay, syncDelay } = this.#settings
    await time.wait(this.#random.next() * writeDelay)
    // What a thread of the dead process asked for ends with it.
    if (!owner.isAlive) return new Promise(() => {})
    if (this.isFull) throw new Error('IO error: No space left on device')
    this.#onWrite(owner, batch)
    await apply()
    files.write(batch)
    this.landed += 1
    this.#countDown()
    if (!sync) return
    await time.wait(this.#random.next() * syncDelay * this.slowness)
    if (!owner.isAlive) return new Promise(() => {})
    files.sync()
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
}

/** The value as the store keeps it. */
function sealedBytes(key: string, value: Uint8Array): Uint8Array {
  return seal(Buffer.from(key), value)
}
