/** A row of the impact journal, as it is stored and listed. */
import { z } from 'zod'

/** Characters of a query that are stored: enough to see why something was shown. */
export const MAX_WHY = 200

/** Items and outcomes of one row; a recall shows at most 20 items. */
export const MAX_ITEMS = 20
export const MAX_OUTCOMES = 40

/** Bytes of the names of doors and projects. */
const MAX_NAME = 255

const IMPACT_OUTCOMES = [
  'worked',
  'failed',
  'stale',
  'duplicate',
  'unsafe',
  'recovered',
  'repeated'
] as const satisfies readonly ImpactOutcome[]

/**
 * What came of an item: a report of an agent, or what its session did. `recovered`: the command that
 * had failed later succeeded. `repeated`: the same error came again.
 */
export type ImpactOutcome =
  | 'worked'
  | 'failed'
  | 'stale'
  | 'duplicate'
  | 'unsafe'
  | 'recovered'
  | 'repeated'

const Item = z.strictObject({ id: z.string().max(128), relevance: z.number().min(0).max(1) })

export const Note = z.strictObject({
  door: z.string().min(1).max(MAX_NAME),
  project: z.string().max(MAX_NAME).optional(),
  why: z.string().transform((text) => text.slice(0, MAX_WHY)),
  items: z.array(Item).max(MAX_ITEMS)
})

const Outcome = z.object({
  id: z.string(),
  outcome: z.enum(IMPACT_OUTCOMES),
  at: z.number()
})

export const StoredRow = z.object({
  at: z.number(),
  door: z.string(),
  project: z.string().optional(),
  why: z.string(),
  items: z.array(Item),
  outcomes: z.array(Outcome)
})

export const StoredTotals = z.object({
  shown: z.number(),
  silent: z.number(),
  outcomes: z.partialRecord(z.enum(IMPACT_OUTCOMES), z.number())
})

/** One item that an agent was shown. */
export interface ShownItem {
  readonly id: string
  /** That of `recall`. */
  readonly relevance: number
}

/** What was shown at one time; without items, that nothing was. */
export interface ImpactNote {
  /** The way to the agent, such as `mcp recall` or `hook tool-failure claude-code`. */
  readonly door: string
  readonly project?: string
  /** The beginning of the query; at most 200 characters are stored. */
  readonly why: string
  readonly items: readonly ShownItem[]
}

/** A row of the journal. */
export interface ImpactRow extends ImpactNote {
  /** The number of the row; rows are numbered from 1. */
  readonly number: number
  readonly at: Date
  readonly outcomes: readonly {
    readonly id: string
    readonly outcome: ImpactOutcome
    readonly at: Date
  }[]
}

/** Counts since the first row; rows that were dropped count. */
export interface ImpactTotals {
  /** Answers that showed something, and answers that showed nothing. */
  readonly shown: number
  readonly silent: number
  readonly outcomes: Readonly<Partial<Record<ImpactOutcome, number>>>
}

/** Options of `list`. */
export interface ImpactFilter {
  /** Default 20. */
  readonly limit?: number
  readonly project?: string
}

/** What was shown, and counts. */
export interface ImpactReport {
  /** The newest first. */
  readonly rows: readonly ImpactRow[]
  readonly totals: ImpactTotals
}
