/** Imports knowledge units of cq as lessons. */
import { messageOf } from '../../exit-codes.ts'
import { JsonLines } from '../json-lines.ts'
import { lessonOf, restOf } from './cq-mapping.ts'
import { CqUnit, withoutNulls } from './cq-unit.ts'
import { keepRests } from './unit-rests.ts'
import type { DistillReport } from '../../../src/index.ts'
import type { CallOptions } from '../call-options.ts'
import type { NodeAccess } from '../operation.ts'
import type { UnitRest } from './cq-mapping.ts'

/** Units under way at once: they share a write. */
const BATCH = 200

/** Of units without a limit on extensions; four times that of a fact. */
const MAX_LINE_CHARS = 512 * 1024

interface ImportCall extends CallOptions {
  readonly isPrivate?: boolean
}

interface Totals {
  read: number
  new: number
  duplicate: number
  corroborated: number
}

/** Codes of errors that end an import; others refuse one unit. */
const REFUSALS: ReadonlySet<unknown> = new Set(['ARGUMENT_INVALID', 'RECORD_TOO_LARGE'])

export async function importUnits(
  { db }: NodeAccess,
  lines: AsyncIterable<Buffer | string> | string[],
  { signal, onProgress, isPrivate = false }: ImportCall
): Promise<DistillReport> {
  const started = performance.now()
  const { knowledge } = db.agent.cortex
  const totals: Totals = { read: 0, new: 0, duplicate: 0, corroborated: 0 }
  const rejected: { line: number; reason: string }[] = []
  const units = new JsonLines(
    lines,
    (parsed) => [CqUnit.parse(withoutNulls(parsed))],
    MAX_LINE_CHARS
  )
  const store = async (unit: CqUnit): Promise<string> => {
    const { entity, content, confidence, ...options } = lessonOf(unit)
    const { id, status } = await knowledge.distill(entity, content, confidence, {
      ...options,
      private: isPrivate,
      enableBloomHeuristic: true
    })
    totals[status === 'new' || status === 'corroborated' ? status : 'duplicate'] += 1
    return id
  }
  const storeAll = async (batch: readonly [line: number, unit: CqUnit][]): Promise<void> => {
    const stored = new Map<string, UnitRest>()
    const outcomes = await Promise.allSettled(
      batch.map(async ([, unit]) => stored.set(await store(unit), restOf(unit)))
    )
    // What is stored has its rest, whatever ends the import.
    await keepRests(knowledge, stored)
    outcomes.forEach((outcome, i) => {
      if (outcome.status === 'fulfilled') return
      const { reason: error }: { readonly reason: unknown } = outcome
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (!isRefusal(error, code)) throw error
      rejected.push({ line: batch[i]?.[0] ?? 0, reason: messageOf(error) })
    })
    onProgress?.({ ...totals })
  }
  let batch: [number, CqUnit][] = []
  for await (const unit of units) {
    signal?.throwIfAborted()
    totals.read += 1
    const line = units.lineOf(totals.read)
    if (unit instanceof Error) rejected.push({ line, reason: unit.message })
    else batch.push([line, unit])
    if (batch.length < BATCH) continue
    await storeAll(batch)
    batch = []
  }
  signal?.throwIfAborted()
  await storeAll(batch)
  return {
    ...totals,
    rejected: rejected.toSorted((a, b) => a.line - b.line),
    seconds: (performance.now() - started) / 1000
  }
}

/** An error of this unit alone. */
function isRefusal(error: unknown, code: unknown): boolean {
  return REFUSALS.has(code) || (error instanceof Error && error.name === 'LimitError')
}
