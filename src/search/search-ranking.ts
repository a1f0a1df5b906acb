/** The order of hits. */
import { numberOf } from './projection-file.ts'
import { foldTerm } from './search-terms.ts'
import type { SQLOutputValue } from 'node:sqlite'
import type { QueryWord } from './search-terms.ts'

/** Weight of a match in the entity, relative to one in the content. */
const ENTITY_WEIGHT = 2

/** Weights of the columns in bm25: entity, content, tags, context, parts, marks. */
export const COLUMN_WEIGHTS = `${ENTITY_WEIGHT}, 1, 0.5, 0.4, 0.3, 0`

/** Characters of content at which brevity has half of its weight. */
const TYPICAL_LENGTH = 200

/** The most that confidence and recency may add: they are tie-breakers. */
const CONFIDENCE_WEIGHT = 0.05
const RECENCY_WEIGHT = 0.05
/** What some authors call stale comes after others of like score, however confident and recent. */
const STALE_WEIGHT = CONFIDENCE_WEIGHT + RECENCY_WEIGHT
const RECENCY_HALF_LIFE = 90 * 24 * 60 * 60 * 1000

export type Row = Record<string, SQLOutputValue>

/** For rows with the same terms: by matches in the entity, then brevity, then the tie-breakers. */
export function scoreOf(row: Row, latest: number, words: readonly QueryWord[]): number {
  const entity = foldTerm(String(row['entity']).replaceAll('_', ''))
  const named =
    words.length === 0
      ? 0
      : words.filter(({ whole }) => entity.includes(foldTerm(whole))).length / words.length
  const brevity = 1 / (1 + numberOf(row['length']) / TYPICAL_LENGTH)
  return ENTITY_WEIGHT * named + brevity + tieOf(row, latest)
}

/** For ranked rows: their share of the best relevance, with small tie-breakers. */
export function rankedScoreOf(row: Row, latest: number, relevance: number): number {
  return (ENTITY_WEIGHT + 1) * relevance + tieOf(row, latest)
}

function tieOf(row: Row, latest: number): number {
  const recency = 0.5 ** ((latest - numberOf(row['recorded_at'])) / RECENCY_HALF_LIFE)
  const staleness = numberOf(row['stale']) === 0 ? 0 : STALE_WEIGHT
  return CONFIDENCE_WEIGHT * numberOf(row['confidence']) + RECENCY_WEIGHT * recency - staleness
}
