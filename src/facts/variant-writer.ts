/**
 * Makes variants of facts: what a fact adds goes to the fact that it repeats, its words are kept
 * beside that one, and a fact of its own is removed, in one commit. Everything is read within it, so
 * that nothing is merged that was forgotten or changed meanwhile.
 */
import { SEAL_BYTES, equalBytes } from '../../crdt/bytes/index.ts'
import { readFact, writeFact } from '../fact-format/index.ts'
import { MAX_VARIANTS } from './merged-variants.ts'
import { prepareStored } from './prepared-fact.ts'
import { mergeRepeated } from './repeated-fact.ts'
import type { DigestLog, Operation, Section, StoredFilter } from '../../crdt/index.ts'
import type { StoredFact } from '../fact-format/index.ts'
import type { FactMarks } from './fact-marks.ts'
import type { FactTotals } from './fact-totals.ts'
import type { MergedVariant, MergedVariants } from './merged-variants.ts'
import type { PreparedFact } from './prepared-fact.ts'

export interface VariantWriterComponents {
  readonly facts: Section
  readonly variants: MergedVariants
  readonly marks: FactMarks
  readonly totals: FactTotals
  readonly log: DigestLog
  readonly filter: Pick<StoredFilter, 'insert'>
  readonly commit: (operations: readonly Operation[]) => Promise<void>
}

/** Variants written in one commit. */
const BATCH = 500

export class VariantWriter {
  readonly #components: VariantWriterComponents

  constructor(components: VariantWriterComponents) {
    this.#components = components
  }

  /**
   * Keeps the fact `digest`, or a `repetition` of it that is not stored, as a variant. Returns false,
   * and changes nothing, if either is gone, if they differ in privacy, or if there are too many
   * variants. Run it while nothing is added or removed.
   */
  async absorb(
    canonical: Uint8Array,
    digest: Uint8Array,
    repetition?: PreparedFact
  ): Promise<boolean> {
    const { facts, variants, marks, totals, log, filter, commit } = this.#components
    if (equalBytes(canonical, digest)) return false
    const [existing, own] = await facts.getMany([canonical, digest])
    const given = own === undefined ? repetition : repeated(digest, own, repetition)
    if (existing === undefined || given === undefined) return false
    const known = await variants.get(digest)
    const words = known === undefined ? given : repeated(digest, storedOf(known), given)
    const target = readFact(canonical, existing)
    const [isMarked] = await marks.arePrivate([digest])
    const isPrivate = words.isPrivate || isMarked === true
    // Beside a fact that became private, its variants are private too.
    if (isPrivate ? !target.private : target.private && known === undefined) return false
    const moved = (await variants.getMany(await variants.of(digest))).filter(isFound)
    const isMember = known !== undefined && equalBytes(known.canonical, canonical)
    const count = (await variants.of(canonical)).length + moved.length + (isMember ? 0 : 1)
    if (count > MAX_VARIANTS && !isMember) return false
    const back = moved.find(({ variant }) => equalBytes(variant.digest, canonical))
    const changed = mergeAll(canonical, existing, [
      given,
      ...(back === undefined ? [] : [prepareStored(back.variant)])
    ])
    const variant = { ...readOf(words), private: target.private }
    const marked = { digest, isPrivate: target.private }
    const isKept = own !== undefined || target.private
    await marks.prepare(isKept ? [marked] : [])
    // From here to the commit nothing is awaited: totals and filter are never ahead of it.
    const operations = [
      ...variants.put(canonical, digest, {
        bytes: bytesOf(variant),
        before: known?.canonical
      }),
      ...moved.flatMap((each) =>
        each === back
          ? variants.del(digest, canonical)
          : variants.put(canonical, each.variant.digest, {
              bytes: bytesOf(each.variant),
              before: digest
            })
      ),
      ...(isKept ? marks.keep(marked) : []),
      ...filter.insert([digest])
    ]
    if (changed !== undefined) {
      const bytes = writeFact(changed)
      totals.add(0, bytes.length - SEAL_BYTES - existing.length)
      operations.push(facts.putSealable(canonical, bytes))
    }
    if (own !== undefined) {
      totals.add(-1, -(own.length + SEAL_BYTES))
      totals.agents.removed(readFact(digest, own).agent)
      operations.push(facts.del(digest))
    }
    operations.push(
      ...log.append([
        ...(changed === undefined ? [] : [canonical]),
        ...(own === undefined ? [] : [digest])
      ])
    )
    await commit(operations)
    if (isKept) await marks.kept([digest])
    return true
  }

  /**
   * Mends what an earlier version or a repair left: a variant of a variant names the fact, those of a
   * forgotten fact go, and private ones are marked.
   */
  async mend(): Promise<void> {
    let batch: MergedVariant[] = []
    for await (const each of this.#components.variants.all()) {
      batch.push(each)
      if (batch.length < BATCH) continue
      await this.#mendBatch(batch)
      batch = []
    }
    await this.#mendBatch(batch)
  }

  async #mendBatch(batch: readonly MergedVariant[]): Promise<void> {
    const { facts, variants, marks, filter, commit } = this.#components
    const operations: Operation[] = []
    const kept: { readonly digest: Uint8Array; readonly isPrivate: boolean }[] = []
    const gone: Uint8Array[] = []
    for (const { canonical, variant } of batch) {
      const { digest } = variant
      const target = await this.#factOf(canonical)
      const stored = await facts.get(target)
      const [wasForgotten] = await marks.wereForgotten([target])
      const isOrphan = stored === undefined && wasForgotten === true
      const isFact = await facts.has(digest)
      if (isOrphan || equalBytes(target, digest)) {
        operations.push(...variants.del(canonical, digest))
        if (!isFact) gone.push(digest)
        continue
      }
      const before = equalBytes(target, canonical) ? undefined : canonical
      if (before !== undefined || !(await variants.isLinked(target, digest))) {
        operations.push(...variants.put(target, digest, { bytes: bytesOf(variant), before }))
      }
      const isPrivate =
        variant.private || (stored !== undefined && readFact(target, stored).private)
      const [isMarked] = await marks.arePrivate([digest])
      if (isPrivate && !isFact && isMarked !== true) kept.push({ digest, isPrivate })
    }
    await marks.prepare(kept)
    await commit([
      ...operations,
      ...kept.flatMap((each) => marks.keep(each)),
      ...gone.flatMap((digest) => marks.forget(digest)),
      ...filter.insert(batch.map(({ variant }) => variant.digest))
    ])
    await marks.kept(kept.map(({ digest }) => digest))
    if (gone.length > 0) await marks.removed(gone)
  }

  /** Follows variants of variants to a fact, or to the last one that is known. */
  async #factOf(canonical: Uint8Array): Promise<Uint8Array> {
    const { facts, variants } = this.#components
    const passed = new Set<string>()
    let target = canonical
    while (!(await facts.has(target))) {
      passed.add(Buffer.from(target).toString('latin1'))
      const next = (await variants.get(target))?.canonical
      if (next === undefined || passed.has(Buffer.from(next).toString('latin1'))) return target
      target = next
    }
    return target
  }
}

/** A stored fact, and a repetition of it, as one repetition. */
function repeated(
  digest: Uint8Array,
  stored: Uint8Array,
  repetition: PreparedFact | undefined
): PreparedFact {
  const merged = repetition && mergeRepeated(digest, stored, repetition)
  return prepareStored(merged?.fact ?? readFact(digest, stored))
}

/** Undefined if none of the repetitions adds anything. */
function mergeAll(
  digest: Uint8Array,
  stored: Uint8Array,
  repetitions: readonly PreparedFact[]
): StoredFact | undefined {
  let fact: StoredFact | undefined
  for (const repetition of repetitions) {
    const bytes: Uint8Array = fact === undefined ? stored : bytesOf(fact)
    fact = mergeRepeated(digest, bytes, repetition)?.fact ?? fact
  }
  return fact
}

function isFound<T>(value: T | undefined): value is T {
  return value !== undefined
}

function readOf({ digest, bytes }: PreparedFact): StoredFact {
  return readFact(digest, bytes.subarray(SEAL_BYTES))
}

function storedOf({ variant }: MergedVariant): Uint8Array {
  return bytesOf(variant)
}

/** Bytes without those of a seal. */
function bytesOf(fact: StoredFact): Uint8Array {
  return writeFact(fact).subarray(SEAL_BYTES)
}
