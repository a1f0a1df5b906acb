/**
 * Ranks rows by bm25, by the entity that the question names, and turns of a conversation by the
 * turns beside them: the answer to a question often stands next to the turn that has its words.
 * `npm run bench -- languages` measures it.
 */
import { numberOf } from './projection-file.ts'
import { queryWords } from './search-terms.ts'
import type { Row } from './search-ranking.ts'
import type { QueryWord } from './search-terms.ts'

/** Weights of the turns one away and two away, before and after. */
const TURN_WEIGHTS = [0.3, 0.2]

/** Weight of the best turn of the conversation. Any other fact is a conversation of one turn. */
const CONVERSATION_WEIGHT = 0.5

/** What a row whose entity the question names gets, as a share of the best row. */
const NAMED_WEIGHT = 0.4

/** The best rows whose neighbours are read. */
const MAX_EXPANDED = 64

const ASCII = /^[\0-\u007f]*$/
const ASCII_WORD = /[a-z0-9_]+/g

/** Turns of a conversation; rows have `item`, `conversation` and `turn`. */
export type ReadTurns = (conversation: number, first: number, last: number) => readonly Row[]

export interface RankedRow {
  readonly row: Row
  /** Larger is better. */
  readonly relevance: number
}

/** The rows, which come best first, and the turns beside them. */
export function rankTurns(
  rows: readonly Row[],
  words: readonly QueryWord[],
  readTurns: ReadTurns
): RankedRow[] {
  const scores = new TurnScores(rows)
  const best = rows.reduce((most, row) => Math.max(most, bm25Of(row)), 0)
  const isNamed = namedBy(words)
  return [...rows, ...neighboursOf(rows, readTurns)].map((row) => ({
    row,
    relevance: scores.of(row) + (isNamed(String(row['entity'])) ? NAMED_WEIGHT * best : 0)
  }))
}

class TurnScores {
  readonly #conversations = new Map<number, Map<number, number>>()
  readonly #best = new Map<number, number>()

  constructor(rows: readonly Row[]) {
    for (const row of rows) {
      if (row['conversation'] === null) continue
      const { conversation, turn } = placeOf(row)
      const score = bm25Of(row)
      const turns = this.#conversations.get(conversation) ?? new Map<number, number>()
      this.#conversations.set(conversation, turns)
      // Several facts may come from one turn.
      turns.set(turn, Math.max(turns.get(turn) ?? 0, score))
      this.#best.set(conversation, Math.max(this.#best.get(conversation) ?? 0, score))
    }
  }

  of(row: Row): number {
    const own = bm25Of(row)
    if (row['conversation'] === null) return own * (1 + CONVERSATION_WEIGHT)
    const { conversation, turn } = placeOf(row)
    const turns = this.#conversations.get(conversation)
    let score = own + CONVERSATION_WEIGHT * (this.#best.get(conversation) ?? 0)
    for (const [i, weight] of TURN_WEIGHTS.entries()) {
      score += weight * ((turns?.get(turn - i - 1) ?? 0) + (turns?.get(turn + i + 1) ?? 0))
    }
    return score
  }
}

/** Turns near the best rows that are not among the rows. */
function neighboursOf(rows: readonly Row[], readTurns: ReadTurns): Row[] {
  const known = new Set(rows.map((row) => row['item']))
  const neighbours: Row[] = []
  for (const row of rows.slice(0, MAX_EXPANDED)) {
    if (row['conversation'] === null) continue
    const { conversation, turn } = placeOf(row)
    const reach = TURN_WEIGHTS.length
    for (const read of readTurns(conversation, turn - reach, turn + reach)) {
      if (known.has(read['item'])) continue
      known.add(read['item'])
      neighbours.push(read)
    }
  }
  return neighbours
}

/** Whether all words of an entity, which is in lower case, are in the question. */
function namedBy(words: readonly QueryWord[]): (entity: string) => boolean {
  const asked = new Set(words.map(({ whole }) => whole))
  return (entity) => {
    // Folding costs ten times as much as this.
    if (!ASCII.test(entity)) return isAsked(queryWords(entity), asked)
    ASCII_WORD.lastIndex = 0
    let count = 0
    for (let found = ASCII_WORD.exec(entity); found !== null; found = ASCII_WORD.exec(entity)) {
      if (!asked.has(found[0].replaceAll('_', ''))) return false
      count += 1
    }
    return count > 0
  }
}

function isAsked(names: readonly QueryWord[], asked: ReadonlySet<string>): boolean {
  return names.length > 0 && names.every(({ whole }) => asked.has(whole))
}

function placeOf(row: Row): { readonly conversation: number; readonly turn: number } {
  return { conversation: numberOf(row['conversation']), turn: numberOf(row['turn']) }
}

/** FTS5's bm25 is negative. */
function bm25Of(row: Row): number {
  return -numberOf(row['bm25'])
}
