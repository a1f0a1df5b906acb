/**
 * Does what was gathered in rounds, of which each may fail: a failed write ends what was to follow it,
 * so the rest is done again, and one that no entry can take is found by halves.
 */
import { LimitError, OwnEntryError, errorOf } from '../errors.ts'

/** Items that a round looks at: more than are done together, and few of a million. */
const MAX_OPEN = 4_096

export interface RoundsInit<Item, Result> {
  /** How the items begin, as far as they may be done together; at least one. */
  readonly choose: (open: readonly Item[]) => readonly Item[]
  /**
   * Settles some of the items. What it leaves is done in a later round; if it throws, what it leaves
   * was not written.
   */
  readonly run: (some: readonly Item[], settle: Settle<Item, Result>) => Promise<void>
  /** Leaves the rest where one has failed. */
  readonly stopsAtError?: boolean
}

export type Settle<Item, Result> = (item: Item, outcome: Result | Error) => void

/** What became of each item. */
export async function inRounds<Item, Result>(
  items: readonly Item[],
  { choose, run, stopsAtError = false }: RoundsInit<Item, Result>
): Promise<Map<Item, Result | Error>> {
  const outcomes = new Map<Item, Result | Error>()
  const settle: Settle<Item, Result> = (item, outcome) => void outcomes.set(item, outcome)
  let most = Infinity
  let open: readonly Item[] = []
  for (let next = 0; open.length > 0 || next < items.length;) {
    const added = items.slice(next, next + MAX_OPEN - open.length)
    next += added.length
    open = [...open, ...added]
    const some = choose(open).slice(0, most)
    most = Infinity
    const failed = await run(some, settle).then(() => undefined, errorOf)
    const left = some.filter((item) => !outcomes.has(item))
    const isRefused = failed !== undefined && isOfContent(failed)
    if (isRefused && left.length > 1) {
      most = Math.ceil(left.length / 2)
    } else if (failed !== undefined || left.length === some.length) {
      const error = failed ?? new Error('A gathered publication has no result.')
      for (const item of left) settle(item, error)
      // Behind one that is refused there may be many like it: two are tried, not all of them.
      if (isRefused) most = 2
    }
    if (stopsAtError && some.some((item) => outcomes.get(item) instanceof Error)) break
    open = open.filter((item) => !outcomes.has(item))
  }
  return outcomes
}

/** Whether one of the values may be the cause. */
function isOfContent(error: Error): boolean {
  return error instanceof OwnEntryError || error instanceof LimitError
}
