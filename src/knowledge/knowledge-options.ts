/** What the calls of `cortex.knowledge` accept, and the pages of facts that they return. */
import { z } from 'zod'
import { FilterName, FilterTags, Signal } from '../arguments/index.ts'
import { isProject, MAX_PROJECT_BYTES } from '../facts/index.ts'
import type { Fact } from '../facts/index.ts'

/** A fact in a list. */
export interface ListedFact extends Fact {
  /** The id of the record that it was published as. */
  readonly record?: string
}

/** A page of facts. */
export interface FactPage {
  readonly facts: readonly ListedFact[]
  /** `before` of the next page; undefined on the last one. */
  readonly next?: number
}

/** Which page of facts to read. */
export interface FactPageOptions {
  /** 1 to 1,000; default 100. */
  readonly limit?: number
  /** `next` of the page before; by default the page of the newest facts. */
  readonly before?: number
}

/** From 0; Infinity waits for as long as it takes. */
const Milliseconds = z.custom<number>((value) => typeof value === 'number' && value >= 0, {
  message: 'must be a number of milliseconds from 0, or Infinity'
})

const Project = z.custom<string>(isProject, {
  message: `must be a name of 1 to ${MAX_PROJECT_BYTES} bytes`
})

const MAX_ANNOTATION_NAME = 64
export const AnnotationName = z.string().min(1).max(MAX_ANNOTATION_NAME)

export const RecallArguments = z.strictObject({
  limit: z.int().min(1).max(1000).optional(),
  entity: FilterName.optional(),
  tags: FilterTags.optional(),
  project: Project.optional(),
  onlyProject: z.boolean().optional(),
  allProjects: z.boolean().optional(),
  includeStale: z.boolean().optional(),
  asOf: z.date().optional(),
  scope: z.enum(['local', 'hive', 'all']).optional(),
  maxWait: Milliseconds.optional(),
  minRelevance: z.number().min(0).max(1).optional(),
  signal: Signal
})

export const Lesson = z.strictObject({
  summary: z.string(),
  detail: z.string().optional(),
  action: z.string().optional(),
  versions: z.string().optional(),
  verify: z.string().optional(),
  tags: z.array(z.string()).optional(),
  project: Project.optional(),
  private: z.boolean().optional(),
  confidence: z.number().min(0).max(1).optional(),
  source: z.string().optional(),
  force: z.boolean().optional(),
  signal: Signal
})

export const HistoryArguments = z.strictObject({
  asOf: z.date().optional(),
  limit: z.int().min(1).max(10_000).optional(),
  maxWait: Milliseconds.optional(),
  signal: Signal
})

export const PageArguments = z.strictObject({
  limit: z.int().min(1).max(1_000).default(100),
  before: z.int().min(0).optional()
})
