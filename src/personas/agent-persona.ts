/** The persona of one agent. */
import { z } from 'zod'
import { parse } from '../arguments/index.ts'
import { diffPersonas } from './changes.ts'
import { MAX_VERSIONS } from './constants.ts'
import { applyMutation, MutationSchema } from './mutation.ts'
import { PersonaEdit, PersonaInput, PersonaSchema } from './persona.ts'
import { composePrompt } from './persona-prompt.ts'
import { noPersona, unknownVersion } from './persona-store.ts'
import { AuthorSchema, Reason } from './versions.ts'
import type { PersonaPathChange } from './changes.ts'
import type { PersonaMutationInit } from './mutation.ts'
import type { Persona, PersonaChange, PersonaInit, PersonaModel } from './persona.ts'
import type { PersonaPrompt, PromptSkill } from './persona-prompt.ts'
import type { ChangeContext, PersonaStore } from './persona-store.ts'
import type { PersonaAuthor, PersonaInversion, PersonaVersion } from './versions.ts'

const DEFAULT_HISTORY = 50
const DEFAULT_BUDGET = 2_000
const MAX_BUDGET = 1_000_000

const ChangeOptionsSchema = z.strictObject({
  by: AuthorSchema.optional(),
  why: Reason.optional(),
  version: z.int().min(1).optional()
})

const HistoryOptionsSchema = z.strictObject({
  limit: z.int().min(1).max(MAX_VERSIONS).default(DEFAULT_HISTORY),
  before: z.int().min(1).optional()
})

const PromptOptionsSchema = z.strictObject({
  budget: z.int().min(1).max(MAX_BUDGET).default(DEFAULT_BUDGET)
})

const VersionNumber = z.int().min(1)

/** Options of calls that change a persona. */
export interface PersonaChangeOptions {
  /** Default: a person for `edit` and `rollback`, a mutation for `apply` and `invert`. */
  readonly by?: PersonaAuthor
  readonly why?: string
  /** The version that the change was made for; if another one is current, the call throws. */
  readonly version?: number
}

export interface AgentPersonaComponents {
  readonly agent: string
  readonly store: PersonaStore
  /** Undefined for a skill that this node does not have, or must not use. */
  readonly describe: (skill: string) => PromptSkill | undefined
}

/**
 * The persona of an agent, with all its versions. Reads and writes go to disk: nothing is kept in
 * memory, and a version is on disk when its call resolves.
 *
 * @example
 * ```ts
 * const auditor = await db.agents.create('auditor', {
 *   persona: {
 *     role: 'You audit pull requests.',
 *     goal: 'Find defects before they are merged.',
 *     traits: { terse: { kind: 'flag', value: false, on: 'Answer in one sentence.' } }
 *   }
 * })
 * const { number } = await auditor.persona.apply({ do: 'set-flag', trait: 'terse', value: true })
 * console.log((await auditor.persona.prompt({ budget: 500 })).text)
 * await auditor.persona.invert(number)
 * ```
 */
export class AgentPersona {
  readonly #components: AgentPersonaComponents

  constructor(components: AgentPersonaComponents) {
    this.#components = components
  }

  /** The current persona; undefined if the agent has none. Throws `HiveError` (VERSION_UNKNOWN). */
  async get(): Promise<Persona | undefined> {
    const { agent, store } = this.#components
    const head = await store.head(agent)
    return head === 0 ? undefined : this.at(head)
  }

  /** The number of the current version; 0 if the agent has no persona. */
  version(): Promise<number> {
    return this.#components.store.head(this.#components.agent)
  }

  /** The persona as it was in a version. Throws `HiveError` (ARGUMENT_INVALID, VERSION_UNKNOWN). */
  async at(version: number): Promise<Persona> {
    const { agent, store } = this.#components
    const number = parse(VersionNumber, version, 'The version')
    const persona = await store.persona(agent, number)
    if (persona === undefined) throw unknownVersion(agent, number)
    return persona
  }

  /**
   * Replaces the given parts. Of an agent without a persona it stores the first version. Throws
   * `HiveError` (ARGUMENT_INVALID, PERSONA_CHANGED).
   */
  async edit(parts: PersonaChange, options: PersonaChangeOptions = {}): Promise<PersonaVersion> {
    const { agent, store } = this.#components
    const given = parse(PersonaEdit, parts, 'The edit of a persona')
    const context = contextOf(options, 'person')
    if (!(await store.has(agent))) {
      return store.create(agent, wholePersona(agent, { role: '', goal: '', ...given }), context)
    }
    const edited = (current: Persona): Persona =>
      parse(PersonaSchema, { ...current, ...given }, 'The edited persona')
    return store.change(
      agent,
      (current) => ({ origin: { do: 'edit' }, persona: edited(current) }),
      context
    )
  }

  /**
   * Applies a mutation. Its exact inverse is in the version. Throws `HiveError` (AGENT_FROZEN,
   * ARGUMENT_INVALID, MUTATION_INVALID, PERSONA_CHANGED, PERSONA_UNKNOWN).
   */
  async apply(
    mutation: PersonaMutationInit,
    options: PersonaChangeOptions = {}
  ): Promise<PersonaVersion> {
    const { agent, store } = this.#components
    const valid = parse(MutationSchema, mutation, 'The mutation')
    return store.change(
      agent,
      (current) => ({
        origin: { do: 'apply', mutation: valid },
        persona: applyMutation(current, valid).persona
      }),
      contextOf(options, 'mutation')
    )
  }

  /**
   * Takes one version back and keeps all others, as a new version. What was edited since is a
   * conflict: then nothing changes. Throws `HiveError` (ARGUMENT_INVALID, PERSONA_CHANGED,
   * PERSONA_UNKNOWN, VERSION_UNKNOWN).
   */
  async invert(version: number, options: PersonaChangeOptions = {}): Promise<PersonaInversion> {
    const { agent, store } = this.#components
    const number = parse(VersionNumber, version, 'The version')
    return store.invert(agent, number, contextOf(options, 'mutation'))
  }

  /**
   * Makes the persona of an earlier version current again, as a new version. Throws `HiveError`
   * (ARGUMENT_INVALID, PERSONA_CHANGED, PERSONA_UNKNOWN, VERSION_UNKNOWN).
   */
  async rollback(version: number, options: PersonaChangeOptions = {}): Promise<PersonaVersion> {
    const { agent, store } = this.#components
    const number = parse(VersionNumber, version, 'The version')
    return store.rollback(agent, number, contextOf(options, 'person'))
  }

  /**
   * Versions, the latest first; at most `limit` (default 50), older than `before`. The first version
   * and the latest 999 are stored. Throws `HiveError` (ARGUMENT_INVALID).
   */
  async history(
    options: { readonly limit?: number; readonly before?: number } = {}
  ): Promise<PersonaVersion[]> {
    const { agent, store } = this.#components
    return store.history(agent, parse(HistoryOptionsSchema, options, 'history'))
  }

  /**
   * Changes from one version to another (default: the current one), by path. Throws `HiveError`
   * (ARGUMENT_INVALID, PERSONA_UNKNOWN, VERSION_UNKNOWN).
   */
  async diff(from: number, to?: number): Promise<PersonaPathChange[]> {
    const before = await this.at(from)
    return diffPersonas(before, to === undefined ? await this.#current() : await this.at(to))
  }

  /**
   * The system text of the persona, for any model. Role, goal and policies are whole; then come
   * texts of traits, then skills, as far as the budget goes (default 2,000 tokens). Throws
   * `HiveError` (ARGUMENT_INVALID, LIMIT_EXCEEDED, PERSONA_UNKNOWN).
   */
  async prompt(options: { readonly budget?: number } = {}): Promise<PersonaPrompt> {
    const { budget } = parse(PromptOptionsSchema, options, 'prompt')
    return composePrompt(await this.#current(), budget, this.#components.describe)
  }

  /**
   * The tier or model that the persona prefers for a class of task; empty if it prefers none. The
   * models of the agent go by it. Spread into a request of `cortex.models` it is no preference: no
   * other tier or model answers then.
   */
  async modelFor(task: string): Promise<PersonaModel | Record<string, never>> {
    const { agent, store } = this.#components
    return (await store.preferredModel(agent, task)) ?? {}
  }

  async #current(): Promise<Persona> {
    const persona = await this.get()
    if (persona === undefined) throw noPersona(this.#components.agent)
    return persona
  }
}

/** The persona of a new agent. Throws `HiveError` (ARGUMENT_INVALID). */
export function wholePersona(agent: string, init: PersonaInit): Persona {
  const input = parse(PersonaInput, init, 'The persona')
  return parse(PersonaSchema, { ...input, name: input.name ?? agent }, 'The persona')
}

function contextOf(options: PersonaChangeOptions, kind: PersonaAuthor['kind']): ChangeContext {
  const { by = { kind }, ...rest } = parse(ChangeOptionsSchema, options, 'The options of a change')
  return { ...rest, by }
}
