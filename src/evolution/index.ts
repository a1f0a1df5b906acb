/** The evolution of personas: mutations on trial, kept or taken back exactly. */
export { MAX_RULES, RULE_TAG } from './constants.ts'
export { Evolution } from './evolution.ts'
export { EvolutionStore } from './evolution-store.ts'
export type { EvolutionComponents, Examined, HiveRule } from './evolution-components.ts'
export type { EvolutionState, EvolutionStep, MutationPreview, StableRollback } from './evolution.ts'
export type { MutationProposal } from './mutation-proposal.ts'
export type { EvolutionSettings } from './progress.ts'
export type { TestedRule } from './evolution-store.ts'
export type { PersonaRule } from './rules.ts'
export type {
  MutationSource,
  MutationTrial,
  Settlement,
  TrialReason,
  TrialStatus
} from './trial.ts'
export type { Counts as OutcomeCounts } from './window-test.ts'
