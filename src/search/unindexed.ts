/**
 * Items that are not indexed yet, compared directly. Words are compared without the index's stems,
 * but for endings, so that an item is found a little less often than later.
 */
import { equalBytes } from '../../crdt/bytes/index.ts'
import { isExcluded, STALE_STATES } from './item-marks.ts'
import { decodeRecordRow } from './record-row.ts'
import { scoreOf } from './search-ranking.ts'
import { indexedTerms, queryWords, withoutStopWords } from './search-terms.ts'
import { factTextOf, isRecalled, recordTextOf } from './search-text.ts'
import type { QueryWord } from './search-terms.ts'
import type {
  ClaimHit,
  CurrentQuery,
  SearchAnswer,
  SearchHit,
  SearchOrigin,
  SearchQuery,
  SearchText
} from './search-query.ts'

export interface UnindexedItem {
  readonly origin: SearchOrigin
  readonly digest: Uint8Array
  /** The bytes that will be indexed. */
  readonly stored: Uint8Array
}

/** Letters of a word that must agree, so that endings may differ. */
const MIN_STEM = 4
const MAX_ENDING = 3

const ASCII = /^[\0-\u007f]*$/

/** The score of a hit with some of the terms, relative to one with all. */
const PARTIAL = 1 / 16

/** Claims on the attribute, or on any attribute of the entity. */
export function claimHitsOf(items: readonly UnindexedItem[], slot: Uint8Array): ClaimHit[] {
  return items.flatMap((item) => {
    const { claim, begins = [], until = 0 } = textOf(item) ?? {}
    if (claim === undefined || !equalBytes(claim.slot.subarray(0, slot.length), slot)) return []
    const { digest, origin } = item
    return begins.map((begin) => ({ digest, origin, ...claim, begin, until, earliest: begin }))
  })
}

/** Claims on the attribute that hold at the time. */
export function holdingOf(
  items: readonly UnindexedItem[],
  { slot, asOf }: CurrentQuery
): ClaimHit[] {
  return claimHitsOf(items, slot).filter(({ begin, until }) => begin <= asOf && until > asOf)
}

/** The best matches of the index and of items that it lacks. */
export function withUnindexed(
  answer: SearchAnswer,
  items: readonly UnindexedItem[],
  query: SearchQuery
): SearchAnswer {
  if (items.length === 0) return answer
  const hits = [...answer.hits, ...matchUnindexed(items, query)]
  return { ...answer, hits: hits.toSorted((a, b) => b.score - a.score).slice(0, query.limit) }
}

/** Items that match the query; items with all terms score as in the index. */
function matchUnindexed(items: readonly UnindexedItem[], query: SearchQuery): SearchHit[] {
  const all = queryWords(query.text)
  const words = query.all === true ? all : withoutStopWords(all)
  return items.flatMap((item) => {
    const text = query.origins.includes(item.origin) ? textOf(item) : undefined
    if (text === undefined || !passesFilter(text, query)) return []
    const searched = `${text.entity} ${text.content} ${text.context}`
    const isEnough = (found: number): boolean =>
      query.all === true ? found === words.length : found * 2 >= words.length
    // Splitting a text into terms costs ten times as much as this.
    if (!isEnough(countPossible(searched, words))) return []
    const terms = indexedTerms(searched)
    const known = `${terms.words} ${terms.parts}`.split(' ')
    const found = words.filter((word) => hasWord(known, word)).length
    if (!isEnough(found) || (found === 0 && words.length > 0)) return []
    const stale = STALE_STATES.indexOf(text.stale)
    const { entity, content, confidence } = text
    const row = { entity, length: content.length, confidence, stale }
    const score = scoreOf({ ...row, recorded_at: 0 }, 0, words)
    const share = words.length === 0 ? 1 : found / words.length
    const { digest, origin } = item
    return [{ digest, origin, score: share === 1 ? score : score * share * PARTIAL }]
  })
}

/** How many of the words the text may have; all of them if it is not ASCII, which folds differently. */
function countPossible(text: string, words: readonly QueryWord[]): number {
  if (!ASCII.test(text)) return words.length
  const letters = text.replaceAll('_', '').toLowerCase()
  const has = (term: string): boolean => letters.includes(term.slice(0, MIN_STEM))
  return words.filter(({ whole, parts }) => has(whole) || (parts.length > 0 && parts.every(has)))
    .length
}

function hasWord(known: readonly string[], { whole, parts, spellings }: QueryWord): boolean {
  const has = (term: string): boolean => known.some((each) => isAlike(each, term))
  return has(whole) || spellings.some(has) || (parts.length > 0 && parts.every(has))
}

/** Undefined for a record that is not recalled, or is held back. */
function textOf({ origin, digest, stored }: UnindexedItem): SearchText | undefined {
  if (origin === 'local') return factTextOf(digest, stored)
  const row = decodeRecordRow(stored)
  return !isRecalled(row.kind) || row.state !== 'released' ? undefined : recordTextOf(row)
}

function passesFilter(text: SearchText, query: SearchQuery): boolean {
  const { entity, content, tags } = text
  const { entity: wanted, tags: wantedTags = [], length } = query
  const isOfEntity = wanted === undefined || entity.toLowerCase() === wanted.toLowerCase()
  const [least, most] = length ?? [0, Number.POSITIVE_INFINITY]
  const isOfLength = content.length >= least && content.length <= most
  return (
    !isExcluded(text, query) &&
    isOfEntity &&
    isOfLength &&
    wantedTags.every((tag) => tags.includes(tag))
  )
}

/** Equal, or with the same beginning and short endings. */
function isAlike(a: string, b: string): boolean {
  if (a === b) return true
  const length = Math.min(a.length, b.length)
  if (length < MIN_STEM || Math.abs(a.length - b.length) > MAX_ENDING) return false
  const stem = Math.max(MIN_STEM, length - MAX_ENDING + 1)
  return a.slice(0, stem) === b.slice(0, stem)
}
