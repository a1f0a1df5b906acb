/** Facts of this node: the store of facts, and the quota. Other rooms read their format here too. */
export {
  contextWords,
  factOf,
  identifyFact,
  isProject,
  MAX_PROJECT_BYTES,
  readFact
} from '../fact-format/index.ts'
export { Annotations } from './annotations.ts'
export { factIds, factText } from './fact-ids.ts'
export { FactStore } from './fact-store.ts'
export { MAX_VARIANTS } from './merged-variants.ts'
export { prepareFact, prepareStored } from './prepared-fact.ts'
export { Quota } from './quota.ts'
export type {
  DistillOptions,
  Fact,
  FactContext,
  FactInput,
  IdentifiedFact,
  LessonFields,
  StoredFact
} from '../fact-format/index.ts'
export type { AnnotationValue } from './annotations.ts'
export type { AgentUse } from './agent-totals.ts'
export type { FactAuditReport } from './fact-audit.ts'
export type { MergedVariant } from './merged-variants.ts'
export type { PreparedFact } from './prepared-fact.ts'
