/** The state of one session. It has no text of the conversation. */
import { createHash } from 'node:crypto'
import { readQuestion } from '../../src/search/index.ts'
import { oneLine } from '../recalled-line.ts'

const MAX_FAILURES = 64
const MAX_SHOWN = 256

/** Characters of the key words of an error. */
const MAX_WORDS = 120

export interface Failure {
  /** Codes, names and words of the error, without paths and numbers. */
  readonly words: string
  readonly succeeded: boolean
  /** The row of the impact journal with what was shown for it. */
  readonly row?: number
}

export class Session {
  readonly project: string | undefined
  /** Ids of items that the agent has seen since the last compaction. */
  readonly #shown = new Set<string>()
  /** By the hash of the command. */
  readonly #failures = new Map<string, Failure>()
  lastEventAt = 0
  hasLearned = false
  wasReminded = false
  /** Whether the lines of a start are due again, since the client has compacted its context. */
  needsStart = false

  constructor(project: string | undefined) {
    this.project = project
  }

  isShown(id: string): boolean {
    return this.#shown.has(id)
  }

  show(ids: readonly string[]): void {
    for (const id of ids) this.#shown.add(id)
    dropOldest(this.#shown, MAX_SHOWN)
  }

  forgetShown(): void {
    this.#shown.clear()
  }

  /** Returns an earlier failure with the same error, of any command. */
  fail(command: string, error: string): { readonly hash: string; readonly earlier?: Failure } {
    const hash = hashOf(command)
    const words = wordsOf(error)
    const earlier = [...this.#failures.values()].findLast((failure) => failure.words === words)
    this.#failures.delete(hash)
    this.#failures.set(hash, { words, succeeded: false })
    dropOldest(this.#failures, MAX_FAILURES)
    return { hash, earlier }
  }

  /** Records what was shown for a failure. */
  explain(hash: string, row: number): void {
    const failure = this.#failures.get(hash)
    if (failure !== undefined) this.#failures.set(hash, { ...failure, row })
  }

  /** Returns the failure of the same command that this success ends. */
  succeed(command: string): Failure | undefined {
    const hash = hashOf(command)
    const failure = this.#failures.get(hash)
    if (failure === undefined || failure.succeeded) return undefined
    this.#failures.set(hash, { ...failure, succeeded: true })
    return failure
  }

  /** The key words of a failure that ended in success and for which nothing was known. */
  solved(): string | undefined {
    return [...this.#failures.values()].findLast(
      ({ succeeded, row, words }) => succeeded && row === undefined && words !== ''
    )?.words
  }
}

function hashOf(command: string): string {
  return createHash('sha256').update(oneLine(command)).digest('hex').slice(0, 32)
}

export function wordsOf(error: string): string {
  return oneLine(readQuestion(error).text).slice(0, MAX_WORDS)
}

function dropOldest(set: Map<string, unknown> | Set<string>, max: number): void {
  for (const key of set.keys()) {
    if (set.size <= max) return
    set.delete(key)
  }
}
