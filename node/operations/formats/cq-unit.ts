/**
 * The knowledge unit of cq (github.com/mozilla-ai/cq, schema/knowledge_unit.json, Apache-2.0), as far
 * as the hive reads and writes it. docs/decisions/cq.md has the mapping.
 */
import { z } from 'zod'

const MAX_LIST = 16
const MAX_WORD = 64

export const UNIT_ID = /^ku_[0-9a-f]{32}$/
const EXTENSION_KEY = /^[a-z0-9][a-z0-9_-]*:\S+$/

/** cq: the confidence and the confirmations of a unit that states none. */
export const INITIAL_CONFIDENCE = 0.5
const INITIAL_CONFIRMATIONS = 1

export const UnitId = z.string().regex(UNIT_ID, 'must be ku_ and 32 hexadecimal digits')
/** A list of short words. */
const Words = z.array(z.string().min(1).max(MAX_WORD)).max(MAX_LIST)
const Text = z.iso.datetime({ offset: true, local: true })
export const FlagReason = z.enum(['stale', 'incorrect', 'duplicate'])

export const CqInsight = z.strictObject({
  summary: z.string().max(500),
  detail: z.string().max(8_000),
  action: z.string().max(2_000)
})

export const CqContext = z.strictObject({
  languages: Words.optional(),
  frameworks: Words.optional(),
  pattern: z.string().max(200).optional()
})

export const Domains = Words.min(1)

const CqFlag = z.strictObject({
  reason: FlagReason,
  timestamp: Text.optional(),
  detail: z.string().max(1_000).optional(),
  duplicate_of: UnitId.optional()
})

const CqEvidence = z.strictObject({
  confidence: z.number().min(0).max(1).default(INITIAL_CONFIDENCE),
  confirmations: z.int().min(0).default(INITIAL_CONFIRMATIONS),
  first_observed: Text.optional(),
  last_confirmed: Text.optional()
})

export const Extensions = z.record(
  z.string().regex(EXTENSION_KEY, 'must be namespace:key'),
  z.unknown()
)

export const CqUnit = z
  .strictObject({
    id: UnitId,
    version: z.int().min(1).optional(),
    domains: Domains,
    insight: CqInsight,
    context: CqContext.optional(),
    evidence: CqEvidence.prefault({}),
    tier: z.enum(['local', 'private', 'public']).optional(),
    created_by: z.string().max(256).optional(),
    superseded_by: UnitId.optional(),
    extensions: Extensions.optional(),
    flags: z.array(CqFlag).optional()
  })
  .meta({ id: 'CqUnit', description: 'A knowledge unit of cq' })
export type CqUnit = z.output<typeof CqUnit>

/** cq's Python client writes null for what is absent. Values of extensions stay as they are. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [name, name === 'extensions' ? field : withoutNulls(field)])
  )
}
