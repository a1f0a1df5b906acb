/**
 * Receipts: runs that any node can repeat. A run that was given nothing but its input has the same
 * output on every node with the same engine, so that other nodes can verify its author's receipt. A
 * run that ended at a limit of memory, time or stack has no receipt, since limits may take effect
 * at slightly different points.
 */
import { z } from 'zod'
import { MAX_RECEIPT_BYTES } from '../constants.ts'
import type { Json } from '../../sandbox/index.ts'
import type { RunOptions } from './run-options.ts'
import type { Skill } from '../skill-identity.ts'

const THREW = 'SKILL_THREW'

export const ReceiptValue = z.strictObject({
  /** The JSON text as given: the order of keys is part of it. */
  input: z.string().max(MAX_RECEIPT_BYTES),
  /** SHA-256 of the output's canonical JSON, 64 hex digits, or a mark that the run threw. */
  gave: z.union([z.string().regex(/^[0-9a-f]{64}$/), z.literal(THREW)])
})

export type Receipt = Readonly<z.output<typeof ReceiptValue>>

/** As stored until its publication. */
export const StoredReceiptValue = ReceiptValue.extend({ engine: z.string() })
export type StoredReceipt = Readonly<z.output<typeof StoredReceiptValue>>

/** The outcome of a failed run; undefined if another node may see another failure. */
export function failureOutcome(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && error.code === THREW ? THREW : undefined
}

/** Returns undefined for a run that others could not repeat, or whose input is too long. */
export function receiptOf(
  { kind }: Pick<Skill, 'kind'>,
  input: Json,
  { grants, limits, seed }: Pick<RunOptions, 'grants' | 'limits' | 'seed'>,
  gave: string | undefined
): Receipt | undefined {
  const isPlain = grants === undefined && limits === undefined && seed === undefined
  if (kind !== 'code' || !isPlain || gave === undefined) return undefined
  const text = JSON.stringify(input)
  // Records are in NFC: text in another form would be another input.
  const isKept = Buffer.byteLength(text) <= MAX_RECEIPT_BYTES && text === text.normalize('NFC')
  return isKept ? { input: text, gave } : undefined
}
