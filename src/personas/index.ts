/**
 * Personas: what makes an agent act as it does, as versioned data, and the sessions of an agent.
 *
 * @example
 * ```ts
 * const { persona } = db.agent
 * await persona.edit({ role: 'You write release notes.', goal: 'Each change in one line.' })
 * const { text } = await persona.prompt({ budget: 1_000 })
 * console.log(text)
 * ```
 */
export { AgentPersona, wholePersona } from './agent-persona.ts'
export { applyMutation, invertMutation, MutationSchema } from './mutation.ts'
export { PersonaEdit, PersonaInput, PersonaSchema, SkillKey } from './persona.ts'
export { noPersona, PersonaStore } from './persona-store.ts'
export { resumeSession, runSession, startSession } from './session.ts'
export { SessionStore } from './session-store.ts'
export { AuthorSchema, OriginSchema } from './versions.ts'
export type { PersonaChangeOptions } from './agent-persona.ts'
export type { PersonaConflict, PersonaPathChange, Restored } from './changes.ts'
export type {
  CombinedMutationOf,
  MutationOf,
  PersonaInverse,
  PersonaMutation,
  PersonaMutationInit
} from './mutation.ts'
export type {
  Persona,
  PersonaChange,
  PersonaChoice,
  PersonaFlag,
  PersonaInit,
  PersonaModel,
  PersonaNumber,
  PersonaPolicy,
  PersonaPolicyInit,
  PersonaTrait
} from './persona.ts'
export type { PersonaPrompt, PromptSkill } from './persona-prompt.ts'
export type { StoredAgent } from './persona-store.ts'
export type { ActionCost, Session, SessionOptions } from './session.ts'
export type { Interaction, SessionEnd, SessionOutcome, SessionState } from './session-store.ts'
export type {
  PersonaAuthor,
  PersonaInversion,
  PersonaOrigin,
  PersonaVersion,
  VersionConflict
} from './versions.ts'
