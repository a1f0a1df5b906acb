/**
 * What the commands ask of a node, whether it runs elsewhere (over its socket) or the command opens
 * its directory itself.
 */
import type {
  BroadcastReport,
  Claim,
  DistillReport,
  Forgotten,
  Hive,
  HiveStatus,
  Insight,
  InsightOptions,
  Recalled,
  RecallOptions
} from '../src/index.ts'
import { localGoalOperations } from './goal-operations.ts'
import { factsFromJsonLines } from './json-lines.ts'
import type { GoalOperations } from './goal-operations.ts'

export interface Progress {
  readonly [name: string]: number
}

export interface CallOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  /** Takes the items of an operation that gives many; resolves when it can take more. */
  readonly onItem?: (item: unknown) => Promise<void>
}

/** A result as JSON has it: dates are text. */
export type Plain<T> = T extends Date
  ? string
  : T extends object
    ? { readonly [K in keyof T]: Plain<T[K]> }
    : T

export interface Operations extends GoalOperations {
  /** `lines`: facts as JSON Lines. */
  distill(lines: AsyncIterable<Buffer | string>, options?: CallOptions): Promise<DistillReport>
  broadcast(options: { minConfidence?: number }, call?: CallOptions): Promise<BroadcastReport>
  insights(options: InsightOptions, call?: CallOptions): Promise<Insight[]>
  recall(
    options: RecallOptions & { query: string },
    call?: CallOptions
  ): Promise<readonly Plain<Recalled>[]>
  history(
    options: { entity: string; attribute?: string; asOf?: Date },
    call?: CallOptions
  ): Promise<readonly Plain<Claim>[]>
  /** Each fact goes to `onItem`. */
  exportFacts(call?: CallOptions): Promise<{ readonly facts: number }>
  forget(options: { id: string }, call?: CallOptions): Promise<Forgotten>
  status(call?: CallOptions): Promise<NodeStatus>
}

export interface NodeStatus extends HiveStatus {
  readonly digest: string
  /** Whether a node runs, or its directory was opened for this call. */
  readonly running: boolean
  readonly pid: number
}

export function localOperations(db: Hive, running: boolean): Operations {
  const { knowledge, hive } = db.agent.cortex
  return {
    ...localGoalOperations(db),
    distill: (lines, { signal, onProgress } = {}) =>
      knowledge.distillMany(factsFromJsonLines(lines), {
        signal,
        onProgress: (progress) => onProgress?.({ ...progress })
      }),
    broadcast: (options, { signal, onProgress } = {}) =>
      hive.broadcastKnowledge({
        ...options,
        signal,
        onProgress: (progress) => onProgress?.({ ...progress })
      }),
    insights: (options, { signal } = {}) => hive.getGlobalInsights({ ...options, signal }),
    recall: async ({ query, ...options }, { signal } = {}) =>
      plainOf(await knowledge.recall(query, { ...options, signal })),
    history: async ({ entity, attribute, asOf }) =>
      plainOf(await knowledge.history(entity, attribute, { asOf })),
    exportFacts: async ({ signal, onItem } = {}) => {
      let facts = 0
      for await (const fact of knowledge.export({ signal })) {
        await onItem?.(fact)
        facts += 1
      }
      return { facts }
    },
    forget: ({ id }) => knowledge.forget(id),
    status: async () => ({
      ...db.status,
      digest: await db.digest(),
      running,
      pid: process.pid
    })
  }
}

function plainOf<T>(value: readonly T[]): readonly Plain<T>[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON makes of it
  return JSON.parse(JSON.stringify(value)) as readonly Plain<T>[]
}
