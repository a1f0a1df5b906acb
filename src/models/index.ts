/**
 * Models by task: tiers, fallbacks and budgets behind one interface. Without a key, answers follow
 * rules, offline.
 *
 * @example
 * ```ts
 * const { models } = db.agent.cortex
 * const { text, tier, cost } = await models.generate({
 *   task: 'summarise',
 *   messages: [{ role: 'user', content: 'Summarise: the build is slow.' }]
 * })
 * ```
 */
export { ModelError, ProviderFailure } from './errors.ts'
export { ModelService } from './model-service.ts'
export { ModelOptions } from './model-options.ts'
export { scriptedProvider } from './providers/scripted.ts'
export type { Attempt } from './calling/caller.ts'
export type { ModelState } from './catalogue.ts'
export type { FailureInit, FailureKind, ModelErrorCode, ModelErrorOptions } from './errors.ts'
export type { GenerateRequest, ListedModel, ModelEvents, Models } from './model-service.ts'
export type { ModelsInit, RequestInput, Verdict, Verifier } from './model-options.ts'
export type {
  Embeddings,
  Message,
  Provider,
  ProviderOptions,
  ProviderReply,
  ProviderRequest,
  ProviderStreamPart,
  RateState,
  Schema,
  StopReason,
  Tier,
  TokenUsage,
  Tool,
  ToolCall
} from './provider.ts'
export type { Script } from './providers/scripted.ts'
export type {
  CallPreview,
  CallReport,
  EmbedResult,
  Generation,
  ModelUsage,
  PlannedModel,
  StreamPart
} from './result.ts'
export type { ExportedScorer, ScorerState } from './routing/scorer.ts'
export type { Histogram } from './telemetry.ts'
