/**
 * The records of own hidden entries, and those that are stored for a held vote alone. Peers have none
 * of them, unless an entry that is public has it too, or a peer has sent its body: that is stored, so
 * that this node shows the same after a restart.
 */
import { HASH_BYTES } from '../constants.ts'
import { fromHex, toHex } from '../bytes/index.ts'
import { HiddenOrder } from './hidden-order.ts'
import type { Value } from '../records/value.ts'
import type { Operation, Section, Store } from '../store/section.ts'

/** The records of a hidden entry. */
export interface EntryRecords {
  readonly author: Uint8Array
  readonly seq: number
  readonly digests: readonly Uint8Array[]
}

export interface HiddenRecordsInit {
  readonly store: Pick<Store, 'section'>
  /** Peers are asked for the body of the record, with the next commit. */
  readonly want: (digest: Uint8Array) => Operation
}

/** A hidden entry with the record. */
interface HiddenPosition {
  readonly author: string
  readonly seq: number
}

/** In place of an entry: a held vote, which has no author, or hidden entries that are gone. */
const HELD: HiddenPosition = { author: 'held', seq: 0 }

const EMPTY = new Uint8Array()

/** The records of hidden entries, and those of held votes: which of them peers have otherwise. */
export class HiddenRecords {
  readonly #want: HiddenRecordsInit['want']
  /** Digests of records that came with a held vote. */
  readonly #heldSection: Section
  /** Digests of records that peers have although hidden entries have them. */
  readonly #shownSection: Section
  /** The hidden entries with each record that peers do not have, by digest in hex. */
  readonly #hidden = new Map<string, readonly HiddenPosition[]>()
  /** The same of records that peers have otherwise. */
  readonly #shown = new Map<string, readonly HiddenPosition[]>()
  /** The records of both, by entry. */
  readonly #order = new HiddenOrder()
  /** Digests in `shown-records` that no hidden entry has: the next `unhide` removes them. */
  #unused: readonly string[] = []

  constructor({ store, want }: HiddenRecordsInit) {
    this.#want = want
    this.#heldSection = store.section('held-records')
    this.#shownSection = store.section('shown-records')
  }

  /** Reads what is on disk beside the entries: records of held votes, and those that peers have. */
  async stored(): Promise<{ held: readonly Uint8Array[]; shown: readonly Uint8Array[] }> {
    return { held: await keysOf(this.#heldSection), shown: await keysOf(this.#shownSection) }
  }

  /** Replaces what is in memory at once: nothing hidden may be shown in between. */
  restore(
    entries: readonly EntryRecords[],
    { held, shown }: { readonly held: readonly Uint8Array[]; readonly shown: readonly Uint8Array[] }
  ): void {
    this.#hidden.clear()
    this.#shown.clear()
    this.#order.clear()
    for (const digest of held) this.#add(this.#hidden, toHex(digest), HELD)
    for (const { author, seq, digests } of entries) {
      const position = { author: toHex(author), seq }
      const names = digests.map(toHex)
      this.#order.add(position.author, seq, names)
      for (const name of names) this.#add(this.#hidden, name, position)
    }
    for (const digest of shown) {
      const name = toHex(digest)
      this.#shown.set(name, this.#hidden.get(name) ?? [])
      this.#hidden.delete(name)
    }
    this.#unused = [...this.#shown].flatMap(([name, at]) => (at.length === 0 ? [name] : []))
  }

  /** Whether only hidden entries have the record, or it is stored for a held vote alone. */
  hides(digest: Uint8Array): boolean {
    return this.#hidden.has(toHex(digest))
  }

  /** Whether the record is stored for a held vote alone: its vote must bring it along. */
  isHeld(digest: Uint8Array): boolean {
    return this.#hidden.get(toHex(digest))?.includes(HELD) === true
  }

  /** Whether hidden entries have the record, and peers otherwise. */
  isShown(digest: Uint8Array): boolean {
    return this.#shown.size > 0 && this.#shown.has(toHex(digest))
  }

  /** Those that hidden entries have, and peers otherwise. */
  allShown(): Uint8Array[] {
    return [...this.#shown.keys()].flatMap((name) => fromHex(name, HASH_BYTES) ?? [])
  }

  /** Hides records that are stored for a held vote alone. For the commit that stores them. */
  hold(digests: readonly Uint8Array[]): Operation[] {
    for (const digest of digests) this.#add(this.#hidden, toHex(digest), HELD)
    return digests.map((digest) => this.#heldSection.put(digest, EMPTY))
  }

  /** Held ones that nothing is said of any longer. For the commit that removes them. */
  dropHeld(digests: readonly Uint8Array[]): Operation[] {
    return this.forget(digests.filter((digest) => this.isHeld(digest)))
  }

  /** Hides the records of an own entry, but for those that peers have. For its commit. */
  hide(
    { author, seq, digests }: EntryRecords,
    isPublic: (digest: Uint8Array) => boolean
  ): Operation[] {
    const position = { author: toHex(author), seq }
    const names = digests.map(toHex)
    this.#order.add(position.author, seq, names)
    return digests.flatMap((digest, i) => {
      const name = names[i] ?? toHex(digest)
      if (isPublic(digest)) return [this.#note(name, digest, position)]
      const isHeld = this.isHeld(digest)
      if (isHeld) this.#hidden.delete(name)
      this.#add(this.#hidden, name, position)
      return [
        ...(isHeld ? [this.#heldSection.del(digest)] : []),
        ...this.#forgetShown(name, digest)
      ]
    })
  }

  /**
   * Entries of the author from `base` to `seq` are public; returns the records that now are. Those of
   * entries before the base stay hidden: peers never see these, and the sweeper removes them. What others
   * speak of then stays without them, as for a held vote.
   */
  unhide(
    author: Uint8Array,
    { base, seq }: { readonly base: number; readonly seq: number }
  ): { digests: Uint8Array[]; operations: Operation[] } {
    const authorName = toHex(author)
    const isLeft = (at: HiddenPosition): boolean => at.author !== authorName || at.seq > seq
    const isPublic = (at: HiddenPosition): boolean => !isLeft(at) && at.seq >= base
    const digests: Uint8Array[] = []
    const operations: Operation[] = []
    for (const name of [...this.#order.take(authorName, seq), ...this.#unused]) {
      const digest = digestOf(name)
      const shown = this.#shown.get(name)
      if (shown?.some(isLeft) === true) this.#shown.set(name, shown.filter(isLeft))
      else operations.push(...this.#forgetShown(name, digest))
      const positions = this.#hidden.get(name)
      if (positions === undefined || positions.every(isLeft)) continue
      const left = positions.filter(isLeft)
      if (!positions.some(isPublic)) {
        operations.push(...this.#leave(name, digest, left))
        continue
      }
      digests.push(digest)
      this.#hidden.delete(name)
      for (const at of left) operations.push(this.#note(name, digest, at))
    }
    this.#unused = []
    return { digests, operations }
  }

  /**
   * Notes what an entry of a peer says of hidden records. With a body, the record is public. With a vote
   * alone, a replica without the record would ask peers for it, and so does this one, also after a
   * restart. For the commit of the entry.
   */
  observe(values: readonly Value[]): Operation[] {
    if (this.#hidden.size === 0) return []
    return values.flatMap(({ type, digest }) => {
      if (type === 'record') return this.show([digest])
      return type === 'register' && this.hides(digest) ? [this.#want(digest)] : []
    })
  }

  /** A peer has sent the bodies of these records: those that were hidden are public. */
  show(digests: readonly Uint8Array[]): Operation[] {
    return digests.flatMap((digest) => {
      const name = toHex(digest)
      const positions = this.#hidden.get(name)
      if (positions === undefined) return []
      this.#hidden.delete(name)
      return positions.map((at) =>
        at === HELD ? this.#heldSection.del(digest) : this.#note(name, digest, at)
      )
    })
  }

  /** Hides such records, which peers have no longer. For a commit. */
  hideAgain(digests: readonly Uint8Array[]): Operation[] {
    return digests.flatMap((digest) => {
      const name = toHex(digest)
      const positions = this.#shown.get(name)
      if (positions === undefined) return []
      for (const at of positions) this.#add(this.#hidden, name, at)
      return this.#forgetShown(name, digest)
    })
  }

  /** Records that were removed. For the commit that removes them. */
  forget(digests: readonly Uint8Array[]): Operation[] {
    return digests.flatMap((digest) => {
      const name = toHex(digest)
      const isHeld = this.isHeld(digest)
      this.#hidden.delete(name)
      return [
        ...(isHeld ? [this.#heldSection.del(digest)] : []),
        ...this.#forgetShown(name, digest)
      ]
    })
  }

  /** Entries of the author up to `seq`, which no peer has seen, are removed. Of these records others speak. */
  leave(
    { author, seq }: Pick<EntryRecords, 'author' | 'seq'>,
    digests: readonly Uint8Array[]
  ): Operation[] {
    const authorName = toHex(author)
    return digests.flatMap((digest) => {
      const name = toHex(digest)
      const positions = this.#hidden.get(name)
      const left = positions?.filter((at) => at.author !== authorName || at.seq > seq)
      return left === undefined || left.length === positions?.length
        ? []
        : this.#leave(name, digest, left)
    })
  }

  #leave(name: string, digest: Uint8Array, left: readonly HiddenPosition[]): Operation[] {
    this.#hidden.set(name, left)
    return left.length === 0 ? this.hold([digest]) : []
  }

  #add(to: Map<string, readonly HiddenPosition[]>, name: string, position: HiddenPosition): void {
    to.set(name, [...(to.get(name) ?? []), position])
  }

  /** Peers have the record otherwise. */
  #note(name: string, digest: Uint8Array, position: HiddenPosition): Operation {
    this.#add(this.#shown, name, position)
    return this.#shownSection.put(digest, EMPTY)
  }

  #forgetShown(name: string, digest: Uint8Array): Operation[] {
    return this.#shown.delete(name) ? [this.#shownSection.del(digest)] : []
  }
}

async function keysOf(section: Section): Promise<Uint8Array[]> {
  return Array.fromAsync(section.entries(), ([key]) => key.slice())
}

function digestOf(name: string): Uint8Array {
  return new Uint8Array(Buffer.from(name, 'hex'))
}
