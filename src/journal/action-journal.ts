/** The journal of one agent, for its callers. */
import { z } from 'zod'
import { Key, parse } from '../arguments/index.ts'
import { ANY_TASK, DEFAULT_LISTED, MAX_LISTED } from './constants.ts'
import { ActionInput } from './journal-row.ts'
import type { ActionOutcome, JournalRow } from './journal-row.ts'
import type { JournalFilter, JournalStore } from './journal-store.ts'
import type { JournalSummary } from './summary.ts'

export const ListOptions = z.strictObject({
  limit: z.int().min(1).max(MAX_LISTED).default(DEFAULT_LISTED),
  before: z.int().min(0).optional(),
  kind: z.enum(['action', 'session']).optional(),
  task: Key.optional(),
  session: z.string().optional(),
  ok: z.boolean().optional(),
  since: z.date().optional()
})

const SummaryOptions = z.strictObject({ since: z.date().optional() })

/**
 * What the actions and sessions of an agent came to. It stays on this node: nothing of it is ever
 * published. The latest 5,000 rows are stored.
 *
 * @example
 * ```ts
 * const { journal } = db.agent
 * await journal.record({ name: 'run tests', ok: false, error: 'ETIMEDOUT', ms: 30_000 })
 * const [latest] = await journal.list({ ok: false })
 * const { actions, errors } = await journal.summary()
 * console.log(latest?.name, actions.successes, errors[0]?.error)
 * ```
 */
export class ActionJournal {
  readonly #store: JournalStore
  readonly #agent: string

  constructor(store: JournalStore, agent: string) {
    this.#store = store
    this.#agent = agent
  }

  /**
   * Stores the outcome of an action outside of a session; on disk when it resolves. Of several
   * outcomes with one run id only the first is stored. Throws `HiveError` (ARGUMENT_INVALID).
   */
  async record(action: ActionOutcome): Promise<JournalRow> {
    const { task = ANY_TASK, ...rest } = parse(ActionInput, action, 'record')
    const { row } = await this.#store.append(this.#agent, { kind: 'action', task, ...rest })
    return row
  }

  /** Stored rows, the latest first. Throws `HiveError` (ARGUMENT_INVALID). */
  async list(filter: JournalFilter = {}): Promise<JournalRow[]> {
    return this.#store.list(this.#agent, parse(ListOptions, filter, 'journal.list'))
  }

  /** Sums of the stored rows. Throws `HiveError` (ARGUMENT_INVALID). */
  async summary(options: { readonly since?: Date } = {}): Promise<JournalSummary> {
    const { since } = parse(SummaryOptions, options, 'journal.summary')
    return this.#store.summary(this.#agent, since)
  }
}
