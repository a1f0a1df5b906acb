/**
 * What must not be lost with a fact. A fact that is or may have been private has a mark apart from
 * it, so that no damage to the fact alone makes its text public when it comes again. A forgotten fact
 * has one, so that a repair of the store does not bring it back.
 */
import { seqBytes, seqOf } from '../../crdt/bytes/index.ts'
import { GrowingFilter, Mirror } from '../../crdt/index.ts'
import type { MirrorInit, Operation, Section, Store } from '../../crdt/index.ts'
import type { StoredFact } from '../fact-format/index.ts'

const EMPTY = new Uint8Array()
const READY = Buffer.from('fact-marks')

export class FactMarks {
  readonly #private: Mirror
  readonly #forgotten: Mirror
  readonly #meta: Section
  /** Most facts were never forgotten: this tells without a read. */
  readonly #mayBeForgotten = new GrowingFilter()

  constructor(store: MirrorInit['store']) {
    this.#private = new Mirror({ store, name: 'private-facts' })
    this.#forgotten = new Mirror({ store, name: 'forgotten-facts' })
    this.#meta = store.section('meta')
  }

  /**
   * Position in the log of facts from which on there are marks: 0 in a new store; undefined in one of
   * an earlier version.
   */
  async load(commit: Store['commit']): Promise<number | undefined> {
    await this.#private.load(commit)
    await this.#forgotten.load(commit)
    for await (const digest of this.forgottenDigests()) this.#mayBeForgotten.add(digest)
    const stored = await this.#meta.get(READY)
    return stored === undefined ? undefined : seqOf(stored)
  }

  /** All private facts have marks; facts from `position` on have them when they are forgotten. */
  ready(position: number): Operation {
    return this.#meta.put(READY, seqBytes(position))
  }

  /**
   * Marks the private facts of a store of an earlier version, once; returns the position from which on
   * there are marks.
   */
  async markAll(
    all: AsyncIterable<readonly StoredFact[]>,
    commit: (operations: Operation[]) => Promise<void>,
    position: number
  ): Promise<number> {
    for await (const batch of all) {
      const hidden = batch.filter((fact) => fact.private)
      const marked = hidden.map(({ digest }) => ({ digest, isPrivate: true }))
      await this.prepare(marked)
      await commit(marked.flatMap((each) => this.stored(each)))
    }
    await commit([this.ready(position)])
    return position
  }

  /** Call it before the commit that stores the facts, and that has the operations of `stored`. */
  async prepare(
    facts: readonly { readonly digest: Uint8Array; readonly isPrivate: boolean }[]
  ): Promise<void> {
    const hidden = facts.filter(({ isPrivate }) => isPrivate).map(({ digest }) => digest)
    if (hidden.length > 0) await this.#private.prepare(hidden.map((digest) => [digest, EMPTY]))
    const again = facts.map(({ digest }) => digest).filter((each) => this.#mayBeForgotten.has(each))
    // Without the mark no audit takes the stored fact for a forgotten one.
    if (again.length > 0) await this.#forgotten.remove(again)
  }

  /** For the commit that stores a fact. */
  stored({
    digest,
    isPrivate
  }: {
    readonly digest: Uint8Array
    readonly isPrivate: boolean
  }): Operation[] {
    const operations = this.#mayBeForgotten.has(digest) ? [this.#forgotten.del(digest)] : []
    return isPrivate ? [...operations, this.#private.put(digest, EMPTY)] : operations
  }

  /** For the commit that removes a fact; call `removed` after it. */
  forget(digest: Uint8Array): Operation[] {
    this.#mayBeForgotten.add(digest)
    return [this.#private.del(digest), this.#forgotten.put(digest, EMPTY)]
  }

  async removed(digests: readonly Uint8Array[]): Promise<void> {
    await this.#forgotten.follow(digests.map((digest) => [digest, EMPTY]))
    await this.#private.finish(digests)
  }

  /**
   * For the commit that keeps facts as variants of others: their marks as private stay, and no repair
   * makes facts of them again. Call `prepare` before it, and `kept` after it.
   */
  keep({
    digest,
    isPrivate
  }: {
    readonly digest: Uint8Array
    readonly isPrivate: boolean
  }): Operation[] {
    this.#mayBeForgotten.add(digest)
    const gone = this.#forgotten.put(digest, EMPTY)
    return isPrivate ? [gone, this.#private.put(digest, EMPTY)] : [gone]
  }

  async kept(digests: readonly Uint8Array[]): Promise<void> {
    if (digests.length > 0) await this.#forgotten.follow(digests.map((each) => [each, EMPTY]))
  }

  /** Which of the facts have a mark as private. */
  async arePrivate(digests: readonly Uint8Array[]): Promise<boolean[]> {
    const marks = await this.#private.getMany([...digests])
    return marks.map((mark) => mark !== undefined)
  }

  async wereForgotten(digests: readonly Uint8Array[]): Promise<boolean[]> {
    const marks = await this.#forgotten.getMany([...digests])
    return marks.map((mark) => mark !== undefined)
  }

  /** Digests of all facts that are or may have been private. */
  async *privateDigests(): AsyncGenerator<Uint8Array> {
    for await (const [digest] of this.#private.entries()) yield digest
  }

  async *forgottenDigests(): AsyncGenerator<Uint8Array> {
    for await (const [digest] of this.#forgotten.entries()) yield digest
  }
}
