/** Sessions of one agent: its episodic memory. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { Key, parse } from '../arguments/index.ts'
import { ActionInput, ANY_TASK, errorClassOf, OUTCOME_FIELDS } from '../journal/index.ts'
import { OUTCOMES, ROLES } from './session-store.ts'
import type { ActionOutcome, JournalRow } from '../journal/index.ts'
import type { Interaction, SessionEnd, SessionState, SessionStore } from './session-store.ts'

const SessionOptionsSchema = z.strictObject({
  id: Key.optional(),
  task: OUTCOME_FIELDS.task.default(ANY_TASK)
})
const EndOptions = z.strictObject({ outcome: z.enum(OUTCOMES), error: OUTCOME_FIELDS.error })
const InteractionInput = z.strictObject({ role: z.enum(ROLES), content: z.string() })

/** What a session begins with. */
export interface SessionOptions {
  /** By default a new random one. */
  readonly id?: string
  /** The class of task, as in the model preferences of a persona; `all` by default. */
  readonly task?: string
}

/** What an action cost, stated by the caller. */
export type ActionCost = Pick<ActionOutcome, 'costUsd' | 'run' | 'task' | 'tokens'>

/**
 * One run of an agent: what was said and done in it, when it started and ended, and its outcome. It
 * stays on this node. The first 20 interactions and the latest ones are stored, at most 200 and
 * 256 KiB; of each the first 8,192 characters.
 *
 * @example
 * ```ts
 * const session = await db.agent.session({ id: 'review-7', task: 'review' })
 * await session.recordInteraction({ role: 'user', content: 'Review the change.' })
 * const answer = await session.act('ask the model', async () => 'It is correct.')
 * await session.recordInteraction({ role: 'assistant', content: answer })
 * await session.end({ outcome: 'success' })
 * ```
 */
export class Session {
  readonly #store: SessionStore
  readonly #agent: string
  readonly id: string
  readonly startedAt: Date
  readonly task: string
  /** The version of the persona at the start; 0 without a persona. */
  readonly version: number

  constructor(store: SessionStore, agent: string, { id, startedAt, task, version }: SessionState) {
    this.#store = store
    this.#agent = agent
    this.id = id
    this.startedAt = startedAt
    this.task = task
    this.version = version
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
   * Stores the outcome of an action of this session in the journal of the agent; on disk when it
   * resolves. Of several with one run id only the first is stored. Throws `HiveError`
   * (ARGUMENT_INVALID, SESSION_ENDED, SESSION_UNKNOWN).
   */
  async record(action: ActionOutcome): Promise<JournalRow> {
    const valid = parse(ActionInput, action, 'record')
    return this.#store.recordAction(this.#agent, this.id, valid)
  }

  /**
   * Runs an action and stores its outcome, its time and the class of its error; returns what it
   * returns. What it throws is thrown again. `costOf` states what it cost.
   */
  async act<T>(
    name: string,
    action: () => Promise<T> | T,
    costOf?: (result: Awaited<T>) => ActionCost
  ): Promise<Awaited<T>> {
    const started = performance.now()
    const ms = (): number => performance.now() - started
    let result: Awaited<T>
    try {
      result = await action()
    } catch (error) {
      await this.record({ name, ok: false, error: errorClassOf(error), ms: ms() })
      throw error
    }
    await this.record({ name, ok: true, ms: ms(), ...costOf?.(result) })
    return result
  }

  /**
   * Ends the session; the outcome is final. A success or a failure counts for the persona; an
   * abandoned session does not. Throws `HiveError` (ARGUMENT_INVALID, SESSION_ENDED,
   * SESSION_UNKNOWN).
   */
  async end(options: SessionEnd): Promise<SessionState> {
    const valid = parse(EndOptions, options, 'end')
    return this.#store.end(this.#agent, this.id, valid)
  }
}

/** Starts a session of a persona in that version. */
export async function startSession(
  store: SessionStore,
  agent: string,
  options: SessionOptions,
  version: () => Promise<number>
): Promise<Session> {
  const { id = randomUUID(), task } = parse(SessionOptionsSchema, options, 'session')
  return new Session(store, agent, await store.start(agent, { id, task, version: await version() }))
}

/**
 * Runs a session to its end: a success if `run` returns, a failure if it throws. A `run` that ended
 * the session itself has decided its outcome.
 */
export async function runSession<T>(
  session: Session,
  run: (session: Session) => Promise<T> | T
): Promise<Awaited<T>> {
  let result: Awaited<T>
  try {
    result = await run(session)
  } catch (error) {
    await endOpen(session, { outcome: 'failure', error: errorClassOf(error) })
    throw error
  }
  await endOpen(session, { outcome: 'success' })
  return result
}

async function endOpen(session: Session, end: SessionEnd): Promise<void> {
  const { outcome } = await session.state()
  if (outcome === undefined) await session.end(end)
}

/** Opens a stored session. */
export async function resumeSession(
  store: SessionStore,
  agent: string,
  id: string
): Promise<Session> {
  const valid = parse(Key, id, 'The id of a session')
  return new Session(store, agent, await store.get(agent, await store.idOf(agent, valid)))
}
