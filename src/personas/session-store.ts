/**
 * Sessions of the agents of a node, on disk and nowhere else: the list of an agent's sessions
 * `a/<agent>`, the session `s/<agent>/<id>`, its interactions `i/<agent>/<id>/<number>`. They are
 * never published.
 *
 * Guarantees: what a call resolves for is on disk (fsync), an interaction in one commit with the
 * session that counts it, an outcome in one commit with its row of the journal. Nothing stays in
 * memory between calls.
 */
import { z } from 'zod'
import { HiveError } from '../errors.ts'
import { MAX_CONTENT_LENGTH, MAX_SESSIONS } from './constants.ts'
import { NO_INTERACTIONS, storedNumbers, withInteraction } from './session-bounds.ts'
import { digitsOf, KeyedSerial, putJson, readAll, readJson, remove } from '../stored/index.ts'
import { Key, wholeId } from '../arguments/index.ts'
import { ANY_TASK } from '../journal/index.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'
import type { ActionOutcome, JournalRow, JournalStore } from '../journal/index.ts'

export const OUTCOMES = ['success', 'failure', 'abandoned'] as const
export const ROLES = ['user', 'assistant', 'system', 'tool'] as const

/** How a session ended. */
export type SessionOutcome = 'success' | 'failure' | 'abandoned'

/** What is stored of an interaction. */
export interface Interaction {
  /** From 0 on, in the order of recording. */
  readonly number: number
  readonly at: Date
  readonly role: 'user' | 'assistant' | 'system' | 'tool'
  readonly content: string
  /** Characters of the content that were cut. */
  readonly cut: number
}

/** A session, and how much of it is stored. */
export interface SessionState {
  readonly id: string
  readonly startedAt: Date
  /** The class of task; `all` if none was given. */
  readonly task: string
  /** The version of the persona at the start; 0 without a persona. */
  readonly version: number
  readonly endedAt?: Date
  readonly outcome?: SessionOutcome
  /** Recorded interactions, and those that are still stored. */
  readonly interactions: number
  readonly stored: number
}

const Size = z.int().min(0)

const SessionValue = z.object({
  id: z.string(),
  started: z.number(),
  ended: z.number().optional(),
  outcome: z.enum(OUTCOMES).optional(),
  task: Key.default(ANY_TASK),
  version: Size.default(0),
  costUsd: z.number().default(0),
  tokens: z.number().default(0),
  sizes: z.object({ first: z.array(Size), latest: z.array(Size), next: Size })
})

const InteractionValue = z.object({
  at: z.number(),
  role: z.enum(ROLES),
  content: z.string(),
  cut: Size
})

const ListValue = z.array(z.string())

type StoredSession = z.output<typeof SessionValue>

export interface SessionStoreComponents {
  readonly store: Pick<Store, 'commit' | 'section'>
  readonly journal: Pick<JournalStore, 'append'>
  readonly now: () => number
}

/** What a session begins with. */
export interface SessionStart {
  readonly id: string
  readonly task: string
  readonly version: number
}

/** How a session ends, and the class of error of one that failed. */
export interface SessionEnd {
  readonly outcome: SessionOutcome
  readonly error?: string
}

export class SessionStore {
  readonly #components: SessionStoreComponents
  readonly #section: Section
  readonly #serial = new KeyedSerial()

  constructor(components: SessionStoreComponents) {
    this.#components = components
    this.#section = components.store.section('sessions')
  }

  /**
   * Starts a session. Beyond 64 of an agent the one that ended first is dropped; if none has ended,
   * the one that started first. Throws `HiveError` (SESSION_EXISTS).
   */
  start(agent: string, { id, task, version }: SessionStart): Promise<SessionState> {
    return this.#serial.run(agent, async () => {
      if ((await this.#read(agent, id)) !== undefined) {
        throw new HiveError(
          'SESSION_EXISTS',
          `The agent "${agent}" has a session "${id}" already. Resume it, or choose another id.`
        )
      }
      const others = (await readJson(this.#section, `a/${agent}`, ListValue)) ?? []
      const ids = others.filter((other) => other !== id)
      const operations: Operation[] = []
      while (ids.length >= MAX_SESSIONS) {
        const dropped = await this.#leastNeeded(agent, ids)
        ids.splice(ids.indexOf(dropped), 1)
        operations.push(...(await this.#removals(agent, dropped)))
      }
      const session = {
        id,
        started: this.#components.now(),
        task,
        version,
        costUsd: 0,
        tokens: 0,
        sizes: { first: [], latest: [], next: 0 }
      }
      await this.#components.store.commit([
        ...operations,
        this.#list(agent, [...ids, id]),
        putJson(this.#section, `s/${agent}/${id}`, session)
      ])
      return stateOf(session)
    })
  }

  /** The latest started first. */
  async list(agent: string): Promise<SessionState[]> {
    const ids = (await readJson(this.#section, `a/${agent}`, ListValue)) ?? []
    const sessions = await Promise.all(ids.map((id) => this.#read(agent, id)))
    return sessions
      .flatMap((session) => (session === undefined ? [] : [stateOf(session)]))
      .toReversed()
  }

  /** The id that a caller gave, if it is shortened the whole one. Throws `HiveError` (ID_AMBIGUOUS). */
  async idOf(agent: string, given: string): Promise<string> {
    if ((await this.#read(agent, given)) !== undefined) return given
    const known = (await this.list(agent)).map(({ id, task }) => ({ id, text: task }))
    return wholeId(given, known, 'sessions')
  }

  /** Throws `HiveError` (SESSION_UNKNOWN). */
  async get(agent: string, id: string): Promise<SessionState> {
    return stateOf(await this.#sessionOf(agent, id))
  }

  /** In order; those of the beginning, and the latest ones. */
  async interactions(agent: string, id: string): Promise<Interaction[]> {
    await this.#sessionOf(agent, id)
    const interactions: Interaction[] = []
    const stored = readAll(this.#section, `i/${agent}/${id}/`, InteractionValue)
    for await (const [key, { at, ...rest }] of stored) {
      interactions.push({ number: Number(key), at: new Date(at), ...rest })
    }
    return interactions
  }

  /** Adds an interaction. Throws `HiveError` (SESSION_UNKNOWN, SESSION_ENDED). */
  record(
    agent: string,
    id: string,
    { role, content }: Pick<Interaction, 'content' | 'role'>
  ): Promise<Interaction> {
    return this.#serial.run(agent, async () => {
      const session = await this.#openSession(agent, id)
      const number = session.sizes.next
      const kept = content.slice(0, MAX_CONTENT_LENGTH).toWellFormed()
      const at = this.#components.now()
      const value = { at, role, content: kept, cut: content.length - kept.length }
      const { sizes, dropped } = withInteraction(
        session.sizes,
        Buffer.byteLength(JSON.stringify(value))
      )
      await this.#components.store.commit([
        putJson(this.#section, keyOf(agent, id, number), value),
        putJson(this.#section, `s/${agent}/${id}`, { ...session, sizes }),
        ...dropped.map((old) => remove(this.#section, keyOf(agent, id, old)))
      ])
      return { number, ...value, at: new Date(at) }
    })
  }

  /**
   * Adds the outcome of an action to the journal, and its cost to the session. Throws `HiveError`
   * (SESSION_UNKNOWN, SESSION_ENDED).
   */
  recordAction(agent: string, id: string, action: ActionOutcome): Promise<JournalRow> {
    return this.#serial.run(agent, async () => {
      const session = await this.#openSession(agent, id)
      const { costUsd = 0, tokens = 0 } = action
      const { task, version } = session
      const { row } = await this.#components.journal.append(
        agent,
        { kind: 'action', task, session: id, version, ...action },
        [
          putJson(this.#section, `s/${agent}/${id}`, {
            ...session,
            costUsd: session.costUsd + costUsd,
            tokens: session.tokens + tokens
          })
        ]
      )
      return row
    })
  }

  /**
   * Ends a session; its outcome is final. A success or a failure is a row of the journal. Throws
   * `HiveError` (SESSION_UNKNOWN, SESSION_ENDED).
   */
  end(agent: string, id: string, { outcome, error }: SessionEnd): Promise<SessionState> {
    return this.#serial.run(agent, async () => {
      const session = await this.#sessionOf(agent, id)
      if (session.outcome === outcome) return stateOf(session)
      if (session.ended !== undefined) throw hasEnded(agent, session)
      const ended = { ...session, ended: this.#components.now(), outcome }
      const operation = putJson(this.#section, `s/${agent}/${id}`, ended)
      if (outcome === 'abandoned') await this.#components.store.commit([operation])
      else {
        const { task, version, costUsd, tokens, started } = session
        const row = {
          kind: 'session',
          name: 'session',
          ok: outcome === 'success',
          ...(outcome === 'success' || error === undefined ? {} : { error }),
          task,
          session: id,
          version,
          ms: ended.ended - started,
          costUsd,
          tokens
        } as const
        await this.#components.journal.append(agent, row, [operation])
      }
      return stateOf(ended)
    })
  }

  async #openSession(agent: string, id: string): Promise<StoredSession> {
    const session = await this.#sessionOf(agent, id)
    if (session.ended !== undefined) throw hasEnded(agent, session)
    return session
  }

  async #sessionOf(agent: string, id: string): Promise<StoredSession> {
    const session = await this.#read(agent, id)
    if (session !== undefined) return session
    throw new HiveError(
      'SESSION_UNKNOWN',
      `The agent "${agent}" has no session "${id}". The latest ${MAX_SESSIONS} sessions are stored.`
    )
  }

  #read(agent: string, id: string): Promise<StoredSession | undefined> {
    return readJson(this.#section, `s/${agent}/${id}`, SessionValue)
  }

  #list(agent: string, ids: readonly string[]): Operation {
    return putJson(this.#section, `a/${agent}`, ids)
  }

  /** Of sessions in the order of their start: the first that ended, or the first. */
  async #leastNeeded(agent: string, ids: readonly string[]): Promise<string> {
    let ended: StoredSession | undefined
    for (const id of ids) {
      const session = await this.#read(agent, id)
      if (session === undefined) return id
      if (session.ended === undefined) continue
      if (ended?.ended === undefined || session.ended < ended.ended) ended = session
    }
    return ended?.id ?? ids[0] ?? ''
  }

  async #removals(agent: string, id: string): Promise<Operation[]> {
    const { sizes = NO_INTERACTIONS } = (await this.#read(agent, id)) ?? {}
    return [
      remove(this.#section, `s/${agent}/${id}`),
      ...storedNumbers(sizes).map((number) => remove(this.#section, keyOf(agent, id, number)))
    ]
  }
}

function keyOf(agent: string, id: string, number: number): string {
  return `i/${agent}/${id}/${digitsOf(number)}`
}

function stateOf({
  id,
  started,
  ended,
  outcome,
  task,
  version,
  sizes
}: StoredSession): SessionState {
  return {
    id,
    startedAt: new Date(started),
    task,
    version,
    ...(ended === undefined ? {} : { endedAt: new Date(ended), outcome }),
    interactions: sizes.next,
    stored: sizes.first.length + sizes.latest.length
  }
}

function hasEnded(agent: string, { id, outcome }: StoredSession): HiveError {
  return new HiveError(
    'SESSION_ENDED',
    `The session "${id}" of "${agent}" has ended with ${outcome}. Start another one.`
  )
}
