/**
 * The sessions of agents. A hook reports an event of its client, and gets the lines that the agent
 * should see: none unless something is strong.
 *
 * The state lives in memory, for the time of a session: what was shown, and of failed commands a hash
 * and the key words of the error. It is lost when the node stops.
 */
import { STRONG_RELEVANCE } from '../../src/index.ts'
import { Session, wordsOf } from './session.ts'
import { shownLines } from './shown-lines.ts'
import type { HiveNode, Recalled, RecallOptions } from '../../src/index.ts'
import type { HookEvent } from './hook-event.ts'

const MAX_SESSIONS = 256

/** Milliseconds after its last event that a session is remembered. */
const LIFETIME = 12 * 60 * 60 * 1_000

/** Items compared for a question, and facts searched for lessons of the project. */
const MAX_FOUND = 10
const MAX_RECENT = 50

export interface SessionsInit {
  readonly db: Pick<HiveNode, 'agent' | 'impact'>
  readonly now: () => number
}

/** Why and for what items are shown. */
interface Reason {
  readonly event: HookEvent
  readonly why: string
  readonly signal?: AbortSignal
}

export class Sessions {
  readonly #db: SessionsInit['db']
  readonly #now: () => number
  /** The one whose last event is oldest comes first. */
  readonly #sessions = new Map<string, Session>()

  constructor({ db, now }: SessionsInit) {
    this.#db = db
    this.#now = now
  }

  get count(): number {
    return this.#sessions.size
  }

  /** Lines for the agent. */
  async handle(event: HookEvent, signal?: AbortSignal): Promise<readonly string[]> {
    const session = this.#sessionOf(event)
    switch (event.event) {
      case 'session-start':
        return this.#start(session, event, signal)
      case 'compact':
        session.forgetShown()
        session.needsStart = event.isUnread === true
        return session.needsStart ? [] : this.#start(session, event, signal)
      case 'prompt':
        return this.#prompt(session, event, signal)
      case 'tool-failure':
        return event.outcome === 'succeeded'
          ? this.#succeed(session, event)
          : this.#fail(session, event, signal)
      case 'stop':
        return stopLines(session, event)
    }
  }

  /** An agent has stored a lesson: its sessions need no reminder. */
  learned(project: string | undefined): void {
    for (const session of this.#sessions.values()) {
      if (project === undefined || session.project === project) session.hasLearned = true
    }
  }

  /** Recent lessons of the project. */
  async #start(
    session: Session,
    event: HookEvent,
    signal: AbortSignal | undefined
  ): Promise<readonly string[]> {
    const { project } = event
    if (project === undefined) return []
    const options = {
      project,
      onlyProject: true,
      scope: 'local',
      limit: MAX_RECENT,
      signal
    } as const
    const items = await this.#recall('', options)
    const own = items
      .filter(({ fact }) => fact.kind === 'lesson')
      .toSorted((a, b) => recordedAt(b) - recordedAt(a))
    return (await this.#show(session, own, { event, why: event.event })).lines
  }

  async #prompt(
    session: Session,
    event: HookEvent,
    signal: AbortSignal | undefined
  ): Promise<readonly string[]> {
    const { text = '' } = event
    const { lines } = await this.#recallStrong(session, text, { event, why: text, signal })
    if (lines.length > 0 || !session.needsStart) return lines
    session.needsStart = false
    return this.#start(session, event, signal)
  }

  async #fail(
    session: Session,
    event: HookEvent,
    signal: AbortSignal | undefined
  ): Promise<readonly string[]> {
    const { command = '', text = '' } = event
    const { hash, earlier } = session.fail(command, text)
    if (earlier?.row !== undefined) await this.#db.impact.conclude(earlier.row, 'repeated')
    const reason = { event, why: wordsOf(text), signal }
    const { lines, row } = await this.#recallStrong(session, text, reason)
    const explanation = row ?? earlier?.row
    if (explanation !== undefined) session.explain(hash, explanation)
    return lines
  }

  async #succeed(session: Session, { command = '' }: HookEvent): Promise<readonly string[]> {
    const failure = session.succeed(command)
    if (failure?.row !== undefined) await this.#db.impact.conclude(failure.row, 'recovered')
    return []
  }

  async #recallStrong(
    session: Session,
    text: string,
    reason: Reason
  ): Promise<{ readonly lines: readonly string[]; readonly row?: number }> {
    if (text.trim() === '') return { lines: [] }
    const items = await this.#recall(text, {
      project: reason.event.project,
      minRelevance: STRONG_RELEVANCE,
      limit: MAX_FOUND,
      signal: reason.signal
    })
    return this.#show(session, items, reason)
  }

  async #recall(text: string, options: RecallOptions): Promise<readonly Recalled[]> {
    // A hook has no time to wait for an index that is behind.
    const { items } = await this.#db.agent.cortex.knowledge.recall(text, { ...options, maxWait: 0 })
    return items
  }

  /** Items that the agent has not seen, and that reports do not call wrong. */
  async #show(
    session: Session,
    found: readonly Recalled[],
    { event, why }: Reason
  ): Promise<{ readonly lines: readonly string[]; readonly row?: number }> {
    const { impact } = this.#db
    const doubtful = await Promise.all(found.map(({ fact }) => impact.isDoubtful(fact.id)))
    const fresh = found.filter(({ fact }, i) => doubtful[i] !== true && !session.isShown(fact.id))
    const { lines, items } = shownLines(fresh, this.#now())
    session.show(items.map(({ fact }) => fact.id))
    const row = await impact.note({
      door: `hook ${event.event} ${event.host}`,
      project: event.project,
      why,
      items: items.map(({ fact, relevance }) => ({ id: fact.id, relevance }))
    })
    return { lines, row }
  }

  #sessionOf({ session: id, host, project }: HookEvent): Session {
    const now = this.#now()
    const key = id ?? JSON.stringify([host, project])
    const known = this.#sessions.get(key)
    const isKnown = known !== undefined && now - known.lastEventAt <= LIFETIME
    const session = isKnown ? known : new Session(project)
    session.lastEventAt = now
    this.#sessions.delete(key)
    this.#sessions.set(key, session)
    for (const [oldest, { lastEventAt }] of this.#sessions) {
      if (this.#sessions.size <= MAX_SESSIONS && now - lastEventAt <= LIFETIME) break
      this.#sessions.delete(oldest)
    }
    return session
  }
}

function recordedAt({ fact }: Recalled): number {
  return fact.recordedAt?.getTime() ?? 0
}

/** At most one line in a session. */
function stopLines(session: Session, { isContinued = false }: HookEvent): readonly string[] {
  const words = session.solved()
  if (words === undefined || isContinued || session.hasLearned || session.wasReminded) return []
  session.wasReminded = true
  return [
    `A failed command now succeeds (error: ${JSON.stringify(words)}). If others can reuse the cause and the fix, store them with the hive tool "learn"; else ignore this.`
  ]
}
