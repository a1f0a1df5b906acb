/**
 * Receipts: runs that anybody can repeat. A run that was given nothing but its input has the same output
 * on every node of the same engine, so that what its author claims can be checked. A run that ended at a
 * limit of memory, time or stack has none: where a limit lies may differ a little.
 */
import { z } from 'zod'
import { MAX_RECEIPT_BYTES } from '../constants.ts'
import type { Json } from '../../sandbox/index.ts'
import type { RunOptions } from './run-options.ts'
import type { Skill } from '../skill-identity.ts'

const THREW = 'SKILL_THREW'

export const ReceiptValue = z.strictObject({
  /** JSON text, as it was given: the order of keys is part of it. */
  input: z.string().max(MAX_RECEIPT_BYTES),
  /** SHA-256 of the output's canonical JSON, 64 hex digits, or that it threw. */
  gave: z.union([z.string().regex(/^[0-9a-f]{64}$/), z.literal(THREW)])
})

export type Receipt = Readonly<z.output<typeof ReceiptValue>>

/** As it is kept until it is published. */
export const StoredReceiptValue = ReceiptValue.extend({ engine: z.string() })
export type StoredReceipt = Readonly<z.output<typeof StoredReceiptValue>>

/** What a run gave that failed; undefined where another node may see it fail otherwise. */
export function failureOutcome(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && error.code === THREW ? THREW : undefined
}

/** Undefined for a run that others could not repeat, or whose input is too long to tell. */
export function receiptOf(
  { kind }: Pick<Skill, 'kind'>,
  input: Json,
  { grants, limits, seed }: Pick<RunOptions, 'grants' | 'limits' | 'seed'>,
  gave: string | undefined
): Receipt | undefined {
  const isPlain = grants === undefined && limits === undefined && seed === undefined
  if (kind !== 'code' || !isPlain || gave === undefined) return undefined
  const text = JSON.stringify(input)
  // Records are NFC: another text would be another input.
  const isKept = Buffer.byteLength(text) <= MAX_RECEIPT_BYTES && text === text.normalize('NFC')
  return isKept ? { input: text, gave } : undefined
}
