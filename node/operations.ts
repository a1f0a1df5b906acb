/**
 * What the commands ask of a node, whether it runs elsewhere (over its socket) or the command opens
 * its directory itself.
 */
import type {
  BroadcastReport,
  DistillReport,
  Forgotten,
  Hive,
  HiveStatus,
  Insight,
  InsightOptions
} from '../src/index.ts'
import { factsFromJsonLines } from './json-lines.ts'

export interface Progress {
  readonly [name: string]: number
}

export interface CallOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

export interface Operations {
  /** `lines`: facts as JSON Lines. */
  distill(lines: AsyncIterable<Buffer | string>, options?: CallOptions): Promise<DistillReport>
  broadcast(options: { minConfidence?: number }, call?: CallOptions): Promise<BroadcastReport>
  insights(options: InsightOptions, call?: CallOptions): Promise<Insight[]>
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
    forget: ({ id }) => knowledge.forget(id),
    status: async () => ({
      ...db.status,
      digest: await db.digest(),
      running,
      pid: process.pid
    })
  }
}
