/** Commands that search: without a running node they finish the index first. */
import { numberOption } from '../command.ts'
import { CommandError, EXIT } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { countOf, progressLine, warn } from '../output/terminal.ts'
import type { Call } from '../operations/index.ts'

const MAX_SECONDS = 600
const SECOND = 1_000

const MORE_TIME = 'Give it more time with --max-wait, or run "hive start".'

export interface IndexWait {
  /** Seconds, as `--max-wait` has them. */
  readonly seconds: string
  readonly signal: AbortSignal
}

export interface Searched<T> {
  readonly answer: T
  /** Why older matches may be missing, and what to do; undefined if the index was finished. */
  readonly behind: string | undefined
}

/** Asks a node. A directory without a node is indexed for as long as the caller allows. */
export async function withIndex<T>(
  dataDir: string,
  wait: IndexWait,
  use: (call: Call) => Promise<T>
): Promise<Searched<T>> {
  let left = 0
  const answer = await afterIndexing(dataDir, wait, use, (items) => void (left = items))
  return { answer, behind: left === 0 ? undefined : `${behindText(left)} ${MORE_TIME}` }
}

/** Items that a list has beside the index. */
const BESIDE = 512

/**
 * The same for a list, which needs the whole index: throws `CommandError` (INDEX_BEHIND) if the time is
 * over before. A running node answers from what it has, and a warning says so.
 */
export function withWholeIndex<T>(
  dataDir: string,
  wait: IndexWait,
  use: (call: Call) => Promise<T>
): Promise<T> {
  let isOpened = false
  const list = async (call: Call): Promise<T> => {
    const answer = await use(call)
    if (isOpened) return answer
    const { behind } = (await call('status', {})).index
    if (behind > BESIDE) warn(`${behindText(behind)} Repeat the command in a while.`)
    return answer
  }
  return afterIndexing(dataDir, wait, list, (left, isLate) => {
    isOpened = true
    // An index that cannot be written ends earlier: the list is then of what it has.
    if (left > 0 && isLate) {
      const problem = `A list needs the whole index, and it is behind by ${countOf(left, 'item')}.`
      throw new CommandError(`${problem} ${MORE_TIME}`, EXIT.failed, 'INDEX_BEHIND')
    }
  })
}

/** `onIndexed`: called with the items that are left, and whether the time is over. */
async function afterIndexing<T>(
  dataDir: string,
  { seconds, signal }: IndexWait,
  use: (call: Call) => Promise<T>,
  onIndexed: (left: number, isLate: boolean) => void
): Promise<T> {
  const maxWait = numberOption('max-wait', seconds, 0, MAX_SECONDS) * SECOND
  const line = progressLine()
  const show = (count: number): void => line.update(`${countOf(count, 'item')} left to index`)
  try {
    return await withNode(dataDir, use, {
      async onOpen(db) {
        const started = performance.now()
        const { janitor } = db.agent.cortex
        const left = await janitor.finishIndex({ maxWait, signal, onProgress: show })
        line.end()
        onIndexed(left, performance.now() - started >= maxWait)
      }
    })
  } finally {
    line.end()
  }
}

function behindText(left: number): string {
  return `The index is behind by ${countOf(left, 'item')}: older items may be missing.`
}
