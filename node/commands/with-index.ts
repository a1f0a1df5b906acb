/** Commands that search: without a running node they finish the index first. */
import { numberOption } from '../command.ts'
import { withNode } from '../control/running-node.ts'
import { countOf, progressLine } from '../output/terminal.ts'
import type { Call } from '../operations/index.ts'

const MAX_SECONDS = 600
const SECOND = 1_000

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
  { seconds, signal }: IndexWait,
  use: (call: Call) => Promise<T>
): Promise<Searched<T>> {
  const maxWait = numberOption('max-wait', seconds, 0, MAX_SECONDS) * SECOND
  const line = progressLine()
  const show = (count: number): void => line.update(`${countOf(count, 'item')} left to index`)
  let left = 0
  try {
    const answer = await withNode(dataDir, use, {
      async onOpen(db) {
        left = await db.agent.cortex.janitor.finishIndex({ maxWait, signal, onProgress: show })
        line.end()
      }
    })
    return { answer, behind: left === 0 ? undefined : behindText(left) }
  } finally {
    line.end()
  }
}

function behindText(left: number): string {
  const items = countOf(left, 'item')
  return `The index is behind by ${items}: older matches may be missing. Give it more time with --max-wait, or run "hive start".`
}
