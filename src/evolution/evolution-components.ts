/** What the evolution of a persona is made of. */
import type { ActionJournal } from '../journal/index.ts'
import type { Models } from '../models/index.ts'
import type { AgentPersona, PersonaMutation } from '../personas/index.ts'
import type { EvolutionStore } from './evolution-store.ts'
import type { PersonaRule } from './rules.ts'

/** What a mutation contradicts. */
export interface Examined {
  readonly verdict: 'clear' | 'contradiction' | 'unknown'
  /** One line each. */
  readonly findings: readonly string[]
}

/** A rule of the hive that this node would release. */
export interface HiveRule extends Pick<PersonaRule, 'attribute' | 'entity' | 'value'> {
  readonly id: string
}

export interface EvolutionComponents {
  readonly agent: string
  readonly store: EvolutionStore
  readonly persona: AgentPersona
  readonly journal: ActionJournal
  readonly models: Pick<Models, 'generate' | 'plan'>
  /** Skills of this node that may be used. */
  readonly skills: () => readonly string[]
  /** Released rules of the hive, those with most voices first. */
  readonly rules: () => Promise<readonly HiveRule[]>
  /** Stores a rule as a fact of this node, which `broadcastKnowledge` promotes. */
  readonly learn: (rule: PersonaRule, confidence: number, tags: readonly string[]) => Promise<void>
  /** States that a rule of the hive does not hold here. */
  readonly contradict: (id: string) => Promise<void>
  readonly examine: (
    mutation: PersonaMutation,
    options: { readonly model: boolean; readonly signal?: AbortSignal }
  ) => Promise<Examined>
  /** Throws `HiveError` if the agent must not change now. */
  readonly requireActive: () => void
  readonly now: () => number
}
