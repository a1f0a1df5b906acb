/**
 * The goals of the replica as a tree, kept up to date by the log of changed records: a question
 * costs what changed since the one before it, not all goals.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { toHex } from '../../crdt/bytes/index.ts'
import { variantKey } from '../knowledge/index.ts'
import { goalTree } from './goal-tree.ts'
import type { AttestedRecord, Replica } from '../../crdt/index.ts'
import type { MergedGoal } from './goal-tree.ts'

/** Goals that are kept in memory; of more, all are read again for each question. */
const MAX_KEPT = 20_000

/** Goals that are read in one turn of the event loop. */
const TURN = 128

export type GoalTree = ReadonlyMap<string, MergedGoal>

export class GoalIndex {
  readonly #replica: Pick<Replica, 'getMany' | 'goals' | 'recordLog' | 'recordLogEnd'>
  #goals = new Map<string, AttestedRecord>()
  /** Position in the log up to which `#goals` is complete; undefined when it must be read again. */
  #position: number | undefined
  #tree: GoalTree = new Map()
  #last: Promise<unknown> = Promise.resolve()

  constructor(replica: Pick<Replica, 'getMany' | 'goals' | 'recordLog' | 'recordLogEnd'>) {
    this.#replica = replica
  }

  /** The tree with all that was on disk before the call. */
  async tree(signal?: AbortSignal): Promise<GoalTree> {
    signal?.throwIfAborted()
    const updated = this.#last.then(() => this.#update())
    this.#last = updated.catch(() => undefined)
    const tree = await updated
    signal?.throwIfAborted()
    return tree
  }

  async #update(): Promise<GoalTree> {
    const { recordLogEnd } = this.#replica
    const position = this.#position
    if (position === recordLogEnd) return this.#tree
    // A log that is shorter than before belongs to a store that went back to what is on disk.
    const isKept = position !== undefined && position < recordLogEnd
    const hasChanged = isKept ? await this.#follow(position) : await this.#load(recordLogEnd)
    if (hasChanged) this.#tree = goalTree([...this.#goals.values()])
    if (this.#goals.size > MAX_KEPT) {
      this.#goals = new Map()
      this.#position = undefined
    }
    return this.#tree
  }

  async #load(end: number): Promise<boolean> {
    this.#goals = new Map()
    for await (const attested of this.#replica.goals()) {
      this.#goals.set(toHex(attested.digest), attested)
      if (this.#goals.size % TURN === 0) await nextTurn()
    }
    this.#position = end
    return true
  }

  /** Reads what changed since `from`; returns whether a goal did. */
  async #follow(from: number): Promise<boolean> {
    let hasChanged = false
    for await (const { digests, next } of this.#replica.recordLog(from)) {
      const gone = new Set(digests.map(toHex))
      for (const attested of await this.#replica.getMany(digests)) {
        if (attested.record.kind !== 'goal') continue
        const id = toHex(attested.digest)
        gone.delete(id)
        this.#goals.set(id, attested)
        hasChanged = true
      }
      for (const id of gone) hasChanged = this.#goals.delete(id) || hasChanged
      this.#position = next
      await nextTurn()
    }
    return hasChanged
  }
}

/** Goals by the variant key of their title, made for a tree at the first question. */
const titled = new WeakMap<GoalTree, Map<string, MergedGoal[]>>()

/** The goals whose title is a variant of `title`, without variants of goals; the least id first. */
export function goalsTitled(tree: GoalTree, title: string): readonly MergedGoal[] {
  const known = titled.get(tree)
  const byTitle =
    known ??
    Map.groupBy(
      [...tree.values()].filter(({ variantOf }) => variantOf === undefined),
      (goal) => variantKey(goal.title)
    )
  if (known === undefined) titled.set(tree, byTitle)
  return byTitle.get(variantKey(title)) ?? []
}
