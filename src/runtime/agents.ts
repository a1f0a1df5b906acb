/** Agents: many on one node, with common knowledge, swarm and author key. */
import { z } from 'zod'
import { HiveError } from '../errors.ts'
import { Key, parse } from '../arguments/index.ts'
import { ActionJournal } from '../journal/index.ts'
import {
  AgentPersona,
  resumeSession,
  runSession,
  startSession,
  wholePersona
} from '../personas/index.ts'
import type { JournalStore } from '../journal/index.ts'
import type {
  PersonaInit,
  PersonaStore,
  PromptSkill,
  Session,
  SessionOptions,
  SessionState,
  SessionStore,
  StoredAgent
} from '../personas/index.ts'
import type { Cortex } from './cortex.ts'

const CreateOptions = z.strictObject({ persona: z.unknown() })

export interface AgentsComponents {
  readonly cortexFor: (name: string) => Cortex
  readonly personas: PersonaStore
  readonly sessions: SessionStore
  readonly journal: JournalStore
  /** A skill as a prompt names it. */
  readonly describe: (skill: string) => PromptSkill | undefined
}

/**
 * An agent of a node: a name, stored as the provenance of its facts, with its cortex, its persona
 * and its sessions. An idle agent is a name: all else is made or read when it is used.
 */
export class Agent {
  readonly #components: AgentsComponents
  readonly name: string
  /** What the agent is, in versions; see `AgentPersona`. */
  readonly persona: AgentPersona
  /** What its sessions and actions came to. */
  readonly journal: ActionJournal
  #cortex: Cortex | undefined

  constructor(components: AgentsComponents, name: string) {
    const { personas, journal, describe } = components
    this.#components = components
    this.name = name
    this.persona = new AgentPersona({ agent: name, store: personas, describe })
    this.journal = new ActionJournal(journal, name)
  }

  /** Its interfaces to the node. */
  get cortex(): Cortex {
    return (this.#cortex ??= this.#components.cortexFor(this.name))
  }

  /**
   * Starts a session, with a new id or the given one. With `run` it is ended, too: a success if `run`
   * returns, a failure if it throws. Beyond 64 sessions the one that ended first is dropped. Throws
   * `HiveError` (ARGUMENT_INVALID, SESSION_EXISTS).
   *
   * @example
   * ```ts
   * const answer = await db.agent.session({ task: 'review' }, async (session) => {
   *   return session.act('ask the model', async () => 'It is correct.')
   * })
   * console.log(answer, await db.agent.journal.summary())
   * ```
   */
  session(options?: SessionOptions): Promise<Session>
  session<T>(
    options: SessionOptions,
    run: (session: Session) => Promise<T> | T
  ): Promise<Awaited<T>>
  async session<T>(
    options: SessionOptions = {},
    run?: (session: Session) => Promise<T> | T
  ): Promise<Awaited<T> | Session> {
    const { sessions } = this.#components
    const version = (): Promise<number> => this.persona.version()
    const session = await startSession(sessions, this.name, options, version)
    return run === undefined ? session : runSession(session, run)
  }

  /**
   * Opens a stored session, also after a restart. One that has ended can be read only. Throws
   * `HiveError` (ARGUMENT_INVALID, SESSION_UNKNOWN).
   */
  resumeSession(id: string): Promise<Session> {
    return resumeSession(this.#components.sessions, this.name, id)
  }

  /** Stored sessions, the latest started first. */
  sessions(): Promise<SessionState[]> {
    return this.#components.sessions.list(this.name)
  }
}

/** The agents of a node. All of them have its knowledge, its swarm and its author key. */
export class Agents {
  readonly #components: AgentsComponents
  readonly #agents = new Map<string, Agent>()

  constructor(components: AgentsComponents) {
    this.#components = components
  }

  /**
   * Makes an agent of that name. With a persona it also stores the persona, and resolves when the
   * persona is on disk. Throws `HiveError` (AGENT_EXISTS, ARGUMENT_INVALID).
   *
   * @example
   * ```ts
   * const scout = db.agents.create('scout')
   * const auditor = await db.agents.create('auditor', {
   *   persona: { role: 'You audit pull requests.', goal: 'Find defects before they are merged.' }
   * })
   * console.log(scout.name, await auditor.persona.get())
   * ```
   */
  create(name: string): Agent
  create(name: string, options: { readonly persona: PersonaInit }): Promise<Agent>
  create(name: string, options?: { readonly persona: PersonaInit }): Agent | Promise<Agent> {
    return options === undefined ? this.#add(name) : this.#store(name, options)
  }

  /**
   * The agent of that name, of this run or with a stored persona. It reads nothing of the persona.
   * Throws `HiveError` (AGENT_UNKNOWN, ARGUMENT_INVALID).
   */
  async open(name: string): Promise<Agent> {
    const valid = parse(Key, name, 'The name of an agent')
    const known = this.#agents.get(valid)
    if (known !== undefined) return known
    if (await this.#components.personas.has(valid))
      return this.#agents.get(valid) ?? this.#add(valid)
    throw new HiveError(
      'AGENT_UNKNOWN',
      `This node has no agent named "${valid}". Create it with a persona first.`
    )
  }

  /** The agent of that name in this run; undefined if there is none. */
  get(name: string): Agent | undefined {
    return this.#agents.get(name)
  }

  /** All agents of this run, in the order of their creation. */
  list(): Agent[] {
    return [...this.#agents.values()]
  }

  /** All agents with a stored persona, of this run or not, in order of name. */
  stored(): Promise<StoredAgent[]> {
    return Array.fromAsync(this.#components.personas.agents())
  }

  #add(name: string): Agent {
    const valid = parse(Key, name, 'The name of an agent')
    if (this.#agents.has(valid)) throw nameTaken(valid)
    const agent = new Agent(this.#components, valid)
    this.#agents.set(valid, agent)
    return agent
  }

  async #store(name: string, options: { readonly persona: PersonaInit }): Promise<Agent> {
    const valid = parse(Key, name, 'The name of an agent')
    parse(CreateOptions, options, 'The options of an agent')
    const persona = wholePersona(valid, options.persona)
    if (this.#agents.has(valid)) throw nameTaken(valid)
    await this.#components.personas.create(valid, persona, { by: { kind: 'person' } })
    return this.#agents.get(valid) ?? this.#add(valid)
  }
}

function nameTaken(name: string): HiveError {
  return new HiveError(
    'AGENT_EXISTS',
    `An agent named "${name}" already exists on this node. Choose another name.`
  )
}
