/**
 * Carries decisions out: the votes of this node, and marks of its facts.
 *
 * Guarantees: the decision is on disk before its first vote, with each vote and mark as it was before
 * and as it will be. A vote and the cursor behind it are one commit; a mark is set before its cursor,
 * and setting it again changes nothing. So what a stop or a crash interrupts goes on at the next
 * start, or at the next call on the case, and does nothing twice; what fails, as on a full disk, also
 * goes on by itself. Reversing does the same backwards.
 */
import { Retry } from '../../crdt/index.ts'
import { KeyedSerial } from '../stored/index.ts'
import { digestOfId } from '../arguments/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { dayOf } from '../judgement/index.ts'
import { DECISION_CONFIDENCE, MAX_CASES } from './constants.ts'
import type { Votes } from '../judgement/index.ts'
import type { FactStore } from '../facts/index.ts'
import type { Candidates } from '../knowledge/index.ts'
import type { CaseChange, CaseSide, CaseState, StoredCase } from './case.ts'
import type { CaseRows } from './case-rows.ts'
import type { RecordEvidence } from './evidence-row.ts'

export interface DecisionsComponents {
  readonly rows: CaseRows
  readonly votes: Pick<Votes, 'set' | 'state'>
  readonly facts: Pick<FactStore, 'setStale'>
  readonly candidates: Pick<Candidates, 'promotedAs'>
  readonly now: () => number
  /** A decision could not be finished; it is tried again. */
  readonly onError: (error: unknown) => void
}

const UNFINISHED: readonly CaseState[] = ['deciding', 'reversing']

export class Decisions {
  readonly #components: DecisionsComponents
  readonly #serial = new KeyedSerial()
  readonly #stopped = new AbortController()
  readonly #resuming: Retry

  constructor(components: DecisionsComponents) {
    this.#components = components
    this.#resuming = new Retry({
      closing: this.#stopped.signal,
      task: () => this.#resume(),
      onFailure: (error) => components.onError(error)
    })
  }

  /** Runs with the case to itself, after what was interrupted. */
  run<T>(id: string, task: (row: StoredCase | undefined) => Promise<T>): Promise<T> {
    return this.#serial.run(id, async () => {
      const row = await this.#components.rows.find(id)
      return task(row === undefined ? undefined : await this.finish(row))
    })
  }

  /** Finishes, in the background, what a stop or a crash has interrupted. */
  resume(): void {
    this.#resuming.now()
  }

  /** Resolves when nothing is finished in the background any more. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#resuming.idle()
  }

  /** Votes and marks that the choice of a side changes, the vote for it first. */
  async changesFor(sides: readonly CaseSide[], choose: string): Promise<CaseChange[]> {
    const chosen = sides.filter(({ id }) => id === choose)
    const others = sides.filter(({ id }) => id !== choose)
    const votes = new Map<string, 'dispute' | 'none' | 'vouch'>()
    const marks = new Map<string, boolean>()
    const ownFacts: string[] = []
    for (const { evidence } of chosen) {
      const records = evidence.filter((row) => row.origin === 'hive')
      for (const [record, vote] of votesFor(records)) votes.set(record, vote)
      for (const row of evidence) if (row.origin === 'local') marks.set(row.fact, false)
    }
    for (const row of others.flatMap(({ evidence }) => evidence)) {
      if (row.origin === 'hive') votes.set(row.record, 'dispute')
      if (row.origin !== 'local') continue
      marks.set(row.fact, true)
      ownFacts.push(row.fact)
    }
    // A fact may be published in other words: then its record is not among the claims.
    for (const record of await this.#components.candidates.promotedAs(ownFacts.map(digestOfId))) {
      const isVouched = (await this.#components.votes.state(record))?.vote === 'vouch'
      if (isVouched && !votes.has(toHex(record))) votes.set(toHex(record), 'dispute')
    }
    const rows = sides.flatMap(({ evidence }) => evidence)
    const facts = rows.filter((row) => row.origin === 'local')
    const isStale = new Map(facts.map(({ fact, stale }) => [fact, stale]))
    const changes: CaseChange[] = []
    for (const [id, vote] of votes) changes.push(...(await this.#voteChange(id, vote)))
    for (const [id, after] of marks) {
      const before = isStale.get(id) === true
      if (before !== after) changes.push({ of: 'fact', id, before, after })
    }
    return changes
  }

  /** Does, or undoes, the changes that are left. Returns the row that is stored then. */
  async finish(row: StoredCase): Promise<StoredCase> {
    let current = row
    try {
      while (UNFINISHED.includes(current.state)) current = await this.#step(current)
    } catch (error) {
      this.#resuming.later()
      throw error
    }
    return current
  }

  async #resume(): Promise<void> {
    const unfinished = await this.#components.rows.list(UNFINISHED, MAX_CASES)
    const failures: unknown[] = []
    for (const { id } of unfinished) {
      // One that fails does not hold up the others.
      await this.run(id, () => Promise.resolve()).catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw failures[0]
  }

  /** Changes one vote or mark; the last one ends the decision, or its reversal. */
  async #step(row: StoredCase): Promise<StoredCase> {
    const { rows, votes, facts } = this.#components
    const { state, changes, cursor } = row
    const isReversal = state === 'reversing'
    const order = isReversal ? changes.toReversed() : changes
    const change = order[cursor]
    const isLast = cursor >= changes.length - 1
    const ended: StoredCase = isReversal
      ? { ...row, state: 'open', changes: [], cursor: 0 }
      : { ...row, state: 'decided', cursor: 0 }
    const next = isLast ? ended : { ...row, cursor: cursor + 1 }
    if (change?.of === 'record') {
      const vote = isReversal ? change.before : change.after
      await votes.set(digestOfId(change.id), vote ?? undefined, [rows.put(next)])
      return next
    }
    if (change?.of === 'fact') {
      await facts.setStale(digestOfId(change.id), isReversal ? change.before : change.after)
    }
    await rows.save(next)
    return next
  }

  async #voteChange(id: string, vote: 'dispute' | 'none' | 'vouch'): Promise<CaseChange[]> {
    const before = (await this.#components.votes.state(digestOfId(id))) ?? null
    if ((before?.vote ?? 'none') === vote) return []
    const stored = before === null ? null : { ...before, tags: [...before.tags] }
    if (vote === 'none') return [{ of: 'record', id, before: stored, after: null }]
    const day = dayOf(this.#components.now())
    const { tags = [], validFrom, validTo } = vote === 'vouch' && stored !== null ? stored : {}
    const after = { vote, confidence: DECISION_CONFIDENCE, day, tags, validFrom, validTo }
    return [{ of: 'record', id, before: stored, after }]
  }
}

/**
 * A vouch for the best record of the chosen side, unless this node vouches for one of them; no vote
 * against the others.
 */
function votesFor(records: readonly RecordEvidence[]): [string, 'none' | 'vouch'][] {
  const isVouched = records.some(({ own }) => own === 'vouch')
  const [best] = records.toSorted((a, b) => b.vouches - a.vouches)
  return records.flatMap(({ record, own }): [string, 'none' | 'vouch'][] => {
    if (!isVouched && record === best?.record) return [[record, 'vouch']]
    return own === undefined || own === 'vouch' ? [] : [[record, 'none']]
  })
}
