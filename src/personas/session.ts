/** Sessions of one agent: its episodic memory. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { parse } from '../arguments/index.ts'
import { Key } from './persona.ts'
import { OUTCOMES, ROLES } from './session-store.ts'
import type { Interaction, SessionOutcome, SessionState, SessionStore } from './session-store.ts'

const SessionOptions = z.strictObject({ id: Key.optional() })
const EndOptions = z.strictObject({ outcome: z.enum(OUTCOMES) })
const InteractionInput = z.strictObject({ role: z.enum(ROLES), content: z.string() })

/**
 * One run of an agent: what was said and done in it, when it started and ended, and its outcome. It
 * stays on this node. The first 20 interactions and the latest ones are stored, at most 200 and
 * 256 KiB; of each the first 8,192 characters.
 *
 * @example
 * ```ts
 * const session = await db.agent.session({ id: 'review-7' })
 * await session.recordInteraction({ role: 'user', content: 'Review the change.' })
 * await session.recordInteraction({ role: 'assistant', content: 'It is correct.' })
 * await session.end({ outcome: 'success' })
 * ```
 */
export class Session {
  readonly #store: SessionStore
  readonly #agent: string
  readonly id: string
  readonly startedAt: Date

  constructor(store: SessionStore, agent: string, { id, startedAt }: SessionState) {
    this.#store = store
    this.#agent = agent
    this.id = id
    this.startedAt = startedAt
  }

  /**
   * Stores an interaction; on disk when it resolves. Throws `HiveError` (ARGUMENT_INVALID,
   * SESSION_ENDED, SESSION_UNKNOWN).
   */
  async recordInteraction(
    interaction: Pick<Interaction, 'content' | 'role'>
  ): Promise<Interaction> {
    const valid = parse(InteractionInput, interaction, 'recordInteraction')
    return this.#store.record(this.#agent, this.id, valid)
  }

  /** The stored interactions, in order. Throws `HiveError` (SESSION_UNKNOWN). */
  interactions(): Promise<Interaction[]> {
    return this.#store.interactions(this.#agent, this.id)
  }

  /** Throws `HiveError` (SESSION_UNKNOWN). */
  state(): Promise<SessionState> {
    return this.#store.get(this.#agent, this.id)
  }

  /**
   * Ends the session; the outcome is final. Throws `HiveError` (ARGUMENT_INVALID, SESSION_ENDED,
   * SESSION_UNKNOWN).
   */
  async end(options: { readonly outcome: SessionOutcome }): Promise<SessionState> {
    const { outcome } = parse(EndOptions, options, 'end')
    return this.#store.end(this.#agent, this.id, outcome)
  }
}

/** Starts a session with a new id, or the given one. */
export async function startSession(
  store: SessionStore,
  agent: string,
  options: { readonly id?: string }
): Promise<Session> {
  const { id = randomUUID() } = parse(SessionOptions, options, 'session')
  return new Session(store, agent, await store.start(agent, id))
}

/** Opens a stored session. */
export async function resumeSession(
  store: SessionStore,
  agent: string,
  id: string
): Promise<Session> {
  const valid = parse(Key, id, 'The id of a session')
  return new Session(store, agent, await store.get(agent, valid))
}
