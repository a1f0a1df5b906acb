/**
 * The operations of a node, for the commands: on a running node over its socket, or on a directory
 * that the command opens itself.
 */
import type {
  BackupReport,
  BroadcastReport,
  Claim,
  Context,
  DistillReport,
  Forgotten,
  HistoryOptions,
  IntegrityReport,
  HiveNode,
  HiveStatus,
  Insight,
  InsightOptions,
  Learned,
  LessonInput,
  ListedModel,
  MarkedStale,
  ModelUsage,
  Preview,
  Promoted,
  RecallOptions,
  RecallResult
} from '../../src/index.ts'
import { localGoalOperations } from './goal-operations.ts'
import { JsonLines } from './json-lines.ts'
import { jsonify } from './jsonify.ts'
import { localSkillOperations } from './skill-operations.ts'
import type { CallOptions } from './call-options.ts'
import type { GoalOperations } from './goal-operations.ts'
import type { Jsonified } from './jsonify.ts'
import type { SkillOperations } from './skill-operations.ts'

export interface Operations extends GoalOperations, SkillOperations {
  /** `lines`: facts as JSON Lines. */
  distill(lines: AsyncIterable<Buffer | string>, options?: CallOptions): Promise<DistillReport>
  learn(options: Omit<LessonInput, 'signal'>, call?: CallOptions): Promise<Learned>
  broadcast(options: { minConfidence?: number }, call?: CallOptions): Promise<BroadcastReport>
  insights(options: InsightOptions, call?: CallOptions): Promise<Insight[]>
  /** Null if the node has no fact of that id. */
  preview(options: { id: string }, call?: CallOptions): Promise<Preview | null>
  recall(
    options: RecallOptions & { query: string },
    call?: CallOptions
  ): Promise<Jsonified<RecallResult>>
  history(
    options: HistoryOptions & { entity: string; attribute?: string },
    call?: CallOptions
  ): Promise<readonly Jsonified<Claim>[]>
  /** Each fact goes to `onItem`. */
  exportFacts(call?: CallOptions): Promise<{ readonly facts: number }>
  forget(options: { id: string }, call?: CallOptions): Promise<Forgotten>
  promote(options: { id: string; tags?: string[] }, call?: CallOptions): Promise<Promoted>
  vote(options: VoteRequest, call?: CallOptions): Promise<{ readonly changed: boolean }>
  stale(options: { id: string }, call?: CallOptions): Promise<MarkedStale>
  context(
    options: {
      goal: string
      budget?: number
      tags?: string[]
      project?: string
      allProjects?: boolean
    },
    call?: CallOptions
  ): Promise<Jsonified<Context>>
  models(call?: CallOptions): Promise<readonly ListedModel[]>
  usage(call?: CallOptions): Promise<ModelUsage>
  status(call?: CallOptions): Promise<NodeStatus>
  verify(call?: CallOptions): Promise<IntegrityReport>
  /** `directory`: an absolute path. */
  backup(options: { directory: string }, call?: CallOptions): Promise<BackupReport>
}

export interface VoteRequest {
  readonly id: string
  readonly vote: 'vouch' | 'dispute' | 'retract'
  readonly confidence?: number
}

export interface NodeStatus extends HiveStatus {
  readonly digest: string
  /** True for a running node; false for a directory opened for this call. */
  readonly running: boolean
  readonly pid: number
}

export function localOperations(db: HiveNode, running: boolean): Operations {
  const { knowledge, hive, models } = db.agent.cortex
  return {
    ...localGoalOperations(db),
    ...localSkillOperations(db),
    distill: async (lines, { signal, onProgress } = {}) => {
      const facts = new JsonLines(lines)
      const report = await knowledge.distillMany(facts, {
        signal,
        onProgress: (progress) => onProgress?.({ ...progress })
      })
      const rejected = report.rejected.map(({ line, reason }) => ({
        line: facts.lineOf(line),
        reason
      }))
      return { ...report, rejected }
    },
    learn: (options, { signal } = {}) => knowledge.learn({ ...options, signal }),
    broadcast: (options, { signal, onProgress } = {}) =>
      hive.broadcastKnowledge({
        ...options,
        signal,
        onProgress: (progress) => onProgress?.({ ...progress })
      }),
    insights: (options, { signal } = {}) => hive.getGlobalInsights({ ...options, signal }),
    preview: async ({ id }) => (await hive.preview(id)) ?? null,
    recall: async ({ query, ...options }, { signal } = {}) =>
      jsonify(await knowledge.recall(query, { ...options, signal })),
    history: async ({ entity, attribute, ...options }, { signal } = {}) =>
      jsonify(await knowledge.history(entity, attribute, { ...options, signal })),
    exportFacts: async ({ signal, onItem } = {}) => {
      let facts = 0
      for await (const fact of knowledge.export({ signal })) {
        await onItem?.(fact)
        facts += 1
      }
      return { facts }
    },
    forget: ({ id }) => knowledge.forget(id),
    promote: ({ id, tags }, { signal } = {}) => hive.promoteToGlobalStore(id, { tags, signal }),
    vote: async ({ id, vote, confidence }) => ({
      changed: await (vote === 'retract' ? hive.retract(id) : hive[vote](id, { confidence }))
    }),
    stale: ({ id }) => hive.stale(id),
    context: async (options, { signal } = {}) =>
      jsonify(await db.agent.cortex.context({ ...options, signal })),
    models: () => Promise.resolve(models.list()),
    usage: () => Promise.resolve(models.usage()),
    verify: ({ signal } = {}) => db.agent.cortex.janitor.verify({ signal }),
    backup: ({ directory }, { signal, onProgress } = {}) =>
      db.backup(directory, { signal, onProgress: (progress) => onProgress?.({ ...progress }) }),
    status: async () => ({
      ...db.status,
      digest: await db.digest(),
      running,
      pid: process.pid
    })
  }
}
