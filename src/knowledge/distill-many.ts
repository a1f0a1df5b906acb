/**
 * Stores many facts, a batch at a time: the next batch is read and hashed while others are written.
 */
import { z } from 'zod'
import { parse } from '../arguments/index.ts'
import { messageOf } from '../errors.ts'
import { TurnBudget } from '../turn-budget.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { FactInput } from '../facts/index.ts'
import type { AcceptedFact, Intake } from './intake.ts'

/** Options of `distillMany` and `import`. */
export interface DistillManyOptions extends AbortOptions {
  /** Called after each batch with the totals so far. */
  readonly onProgress?: (progress: DistillProgress) => void
}

/** Totals of `distillMany`: items read, and their outcomes. */
export interface DistillProgress {
  readonly read: number
  readonly new: number
  readonly duplicate: number
  readonly corroborated: number
}

/** The totals of `distillMany` at its end. `seconds` is wall time. */
export interface DistillReport extends DistillProgress {
  /** Refused items by position from 1 (the line, in JSON Lines), each with its reason. */
  readonly rejected: readonly { readonly line: number; readonly reason: string }[]
  readonly seconds: number
}

/** A text is iterable as well, and is no list of facts. */
const Items = z.custom<object>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value),
  'it takes facts in a list or another iterable'
)

/** Facts per durable write: large enough to make the fsync cheap, small enough for steady progress. */
const BATCH_FACTS = 1_000

/** Facts that are taken from an array at once. */
const TURN_FACTS = 50

/** Microseconds of reading and hashing in one turn of the event loop, and what a fact costs. */
const TURN_COST = 1_500
const FACT_COST = 15
const COST_OF_CHARACTER = 0.018

/** Batches being written while the next one is read and hashed. */
const BATCHES_UNDER_WAY = 2

export async function distillMany(
  intake: Intake,
  items: Iterable<FactInput | Error> | AsyncIterable<FactInput | Error>,
  { signal, onProgress }: DistillManyOptions
): Promise<DistillReport> {
  parse(Items, items, 'distillMany')
  const started = performance.now()
  const totals = { read: 0, new: 0, duplicate: 0, corroborated: 0 }
  const rejected: { line: number; reason: string }[] = []
  let batch: AcceptedFact[] = []
  const turn = new TurnBudget(TURN_COST)
  const writing: Promise<void>[] = []
  const write = async (accepted: readonly AcceptedFact[], read: number): Promise<void> => {
    const facts = await intake.withoutEchoes(accepted)
    totals.duplicate += accepted.length - facts.length
    for (const { status } of await intake.add(facts)) totals[status] += 1
    onProgress?.({ ...totals, read })
  }
  /** Submits a batch, and waits while more than `allowed` batches are on their way to disk. */
  const flush = async (allowed: number): Promise<void> => {
    const written = write(batch, totals.read)
    // Awaited in order; until then a rejection must not count as unhandled.
    written.catch(() => undefined)
    writing.push(written)
    batch = []
    while (writing.length > allowed) await writing.shift()
  }
  const take = (item: FactInput | Error): void => {
    const accepted = intake.accept(item)
    if (accepted === undefined) totals.duplicate += 1
    else batch.push(accepted)
  }
  const refuse = (error: unknown): void => {
    rejected.push({ line: totals.read, reason: messageOf(error) })
  }
  signal?.throwIfAborted()
  for await (const chunk of chunksOf(items)) {
    for (const item of chunk) {
      totals.read += 1
      // Repetitions fill no batch, but the event loop must get its turn.
      await turn.spend(costOf(item))
      try {
        take(item)
      } catch (error) {
        if (!intake.mayFitLater(error)) {
          refuse(error)
          continue
        }
        await flush(0)
        try {
          take(item)
        } catch (retryError) {
          refuse(retryError)
        }
      }
    }
    if (batch.length >= BATCH_FACTS) await flush(BATCHES_UNDER_WAY)
    if (signal?.aborted === true) break
  }
  await flush(0)
  signal?.throwIfAborted()
  return { ...totals, rejected, seconds: (performance.now() - started) / 1000 }
}

function costOf(item: FactInput | Error): number {
  const length = item instanceof Error || typeof item.content !== 'string' ? 0 : item.content.length
  return FACT_COST + length * COST_OF_CHARACTER
}

/** Items in arrays, so that items that are available at once share one turn of the event loop. */
async function* chunksOf<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T[]> {
  if (Symbol.asyncIterator in items) {
    for await (const item of items) yield [item]
    return
  }
  let chunk: T[] = []
  for (const item of items) {
    chunk.push(item)
    if (chunk.length < TURN_FACTS) continue
    yield chunk
    chunk = []
  }
  yield chunk
}
