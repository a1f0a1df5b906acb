/**
 * The relevance of an item to a question: an estimate, from 0 to 1, of the probability that the item
 * is about what the question asks. Unlike scores it is comparable across questions and stores.
 *
 * A logistic model of a few figures: how much of the question's informative words the item has, how
 * rare they are, whether they stand together, whether the entity is named, and whether both name the
 * same error code. docs/decisions/relevance.md states the data, the method and what was measured.
 */
import { PRIOR_SHARES, RARE_SHARE, SHORT_SHARE, SHORT_WORD } from './common-words.ts'
import { compareCodes } from './error-codes.ts'
import { RAW_WEIGHTS, PLAIN_WEIGHTS } from './relevance-weights.ts'
import { plainTerms, queryWords } from './search-terms.ts'
import { TurnBudget } from '../turn-budget.ts'
import type { Question } from './error-text.ts'
import type { TermCounts } from './search-query.ts'
import type { QueryWord } from './search-terms.ts'

/** The text of an item that is compared with a question. */
export interface ComparedText {
  readonly entity: string
  readonly content: string
  readonly attribute?: string
  readonly value?: string
}

/** Characters of a content that are compared. */
const MAX_COMPARED = 8_192

/** Characters that are compared in one turn of the event loop: about 5 ms. */
const TURN_CHARACTERS = 65_536

/** Texts that the prior counts as: a store of as many items is trusted as much as the prior. */
const PRIOR_TEXTS = 200

/** Words in this share of the items or more count nothing; in the other one or less, in full. */
const COMMON_SHARE = 0.1
const TELLING_SHARE = 0.001

/** Letters of a word that must agree where only its ending differs. */
const MIN_STEM = 4

/** What a match of another form of a word counts. */
const FORM_MATCH = 0.8

/** The weight from which a word that the item has is counted. */
const FOUND = 0.2

/** Words between which two words of a question stand together. */
const NEAR = 2

const NO_COUNTS: TermCounts = { items: 0, bound: Infinity, counts: [] }

/**
 * The figures of one item, in the order of the weights after the constant. Each of them speaks for the
 * item, so that no weight is negative.
 */
export type Features = readonly number[]

interface AskedWord extends QueryWord {
  /** 0 to 1: how much it tells. */
  readonly weight: number
}

/** What is the same for all items of an answer. */
interface Comparison {
  readonly question: Question
  readonly words: readonly AskedWord[]
  readonly beginnings: ReadonlySet<string>
  readonly asked: ItemWords
}

interface Match {
  /** Sum of the weights of the words that the item has. */
  readonly mass: number
  readonly together: number
  readonly named: number
  /** Informative words that the item has. */
  readonly found: number
  /** Words of the item. */
  readonly size: number
  readonly codes: 'none' | 'other' | 'same'
}

/** The relevance of each item, which come best first. */
export async function relevancesOf(
  question: Question,
  texts: readonly ComparedText[],
  counts: TermCounts = NO_COUNTS
): Promise<number[]> {
  if (question.text.trim() === '') return texts.map(() => 1)
  const weights = question.isRaw ? RAW_WEIGHTS : PLAIN_WEIGHTS
  const figures = await featuresOf(question, texts, counts)
  return figures.map((features) =>
    features === undefined ? 0 : sigmoid(dot(weights, [1, ...features]))
  )
}

/** Undefined for an item that shares no informative word and no code with the question. */
export async function featuresOf(
  question: Question,
  texts: readonly ComparedText[],
  counts: TermCounts = NO_COUNTS
): Promise<(Features | undefined)[]> {
  const words = askedWords(question.text, counts)
  const total = words.reduce((sum, { weight }) => sum + weight, 0)
  const beginnings = beginningsOf(words)
  const asked = new ItemWords(question.text, beginnings)
  const matches: Match[] = []
  const turn = new TurnBudget(TURN_CHARACTERS)
  for (const text of texts) {
    matches.push(matchOf({ question, words, beginnings, asked }, text))
    await turn.spend(Math.min(text.content.length, MAX_COMPARED))
  }
  const masses = matches.map(({ mass }) => mass)
  return matches.map((match, i) => {
    const { mass, together, named, found, size, codes } = match
    if (total === 0 || (mass === 0 && codes !== 'same')) return undefined
    const others = Math.max(0, ...masses.filter((_, j) => j !== i))
    const lead = mass === others ? 0 : (mass - others) / Math.max(mass, others)
    const missing = total - mass
    return [
      1 - (missing / total) ** 2,
      (mass / total) * saturate(mass, 2),
      saturate(mass, 2),
      saturate(found, 2),
      together,
      named,
      saturate(4 * mass, Math.sqrt(size)),
      Math.max(0, lead),
      Math.min(0, lead),
      codes === 'same' ? 1 : 0,
      -saturate(missing, 4),
      codes === 'other' ? -1 : 0,
      -saturate(total, 12)
    ]
  })
}

/** What each word of a question tells: by its share of the items, and before by how common it is. */
function askedWords(text: string, { items, bound, counts }: TermCounts): AskedWord[] {
  return queryWords(text).map((word, i) => {
    const prior = priorOf(word)
    const count = counts[i] ?? 0
    if (prior === 1 || count > bound) return { ...word, weight: 0 }
    return { ...word, weight: weightOf((count + prior * PRIOR_TEXTS) / (items + PRIOR_TEXTS)) }
  })
}

function priorOf({ whole }: QueryWord): number {
  const isShort = whole.length <= SHORT_WORD && !/\d/.test(whole)
  return PRIOR_SHARES.get(whole) ?? (isShort ? SHORT_SHARE : RARE_SHARE)
}

/** By inverse document frequency, on a logarithmic scale between the two shares. */
function weightOf(share: number): number {
  const scale = Math.log(COMMON_SHARE / TELLING_SHARE)
  return Math.min(1, Math.max(0, Math.log(COMMON_SHARE / share) / scale))
}

function matchOf(
  { question, words, beginnings, asked }: Comparison,
  { entity, content, attribute = '', value = '' }: ComparedText
): Match {
  const text = `${entity}\n${content.slice(0, MAX_COMPARED)}\n${attribute} ${value}`
  const known = new ItemWords(text, beginnings)
  const matches = words.map((word) => (word.weight === 0 ? 0 : known.match(word)))
  const weights = words.map(({ weight }, i) => weight * (matches[i] ?? 0))
  const mass = weights.reduce((sum, weight) => sum + weight, 0)
  return {
    mass,
    together: togetherOf(words, weights, known),
    named: shareOf(queryWords(entity), asked),
    found: weights.filter((weight) => weight >= FOUND).length,
    size: known.size,
    codes: compareCodes(question.codes, text)
  }
}

/** The share of the weight of matched words that stand beside the word that follows in the question. */
function togetherOf(
  words: readonly AskedWord[],
  weights: readonly number[],
  known: ItemWords
): number {
  const telling = words
    .map((word, i) => ({ word, weight: weights[i] ?? 0 }))
    .filter(({ word }) => word.weight > 0)
  let [near, all] = [0, 0]
  for (const [i, { word, weight }] of telling.entries()) {
    const next = telling[i + 1]
    if (next === undefined) break
    all += word.weight + next.word.weight
    if (weight > 0 && next.weight > 0 && known.areNear(word, next.word)) {
      near += weight + next.weight
    }
  }
  return all === 0 ? 0 : near / all
}

/** The share of informative words of a name that the question has, by how rare they are. */
function shareOf(name: readonly QueryWord[], asked: ItemWords): number {
  let [found, all] = [0, 0]
  for (const word of name) {
    const prior = priorOf(word)
    if (prior === 1) continue
    const weight = weightOf(prior)
    all += weight
    found += weight * asked.match(word)
  }
  return all === 0 ? 0 : found / all
}

/** The words of a text, by their forms. */
class ItemWords {
  readonly #positions = new Map<string, number>()
  readonly #forms: ReadonlySet<string>
  readonly size: number

  /** Endings are removed only of words that begin like one of the others. */
  constructor(text: string, beginnings: ReadonlySet<string>) {
    const { words, parts } = plainTerms(text)
    for (const [i, word] of words.entries()) {
      // Its stem is known then too: a text may repeat a few words a thousand times.
      if (this.#positions.has(word)) continue
      this.#positions.set(word, i)
      if (!beginnings.has(word.slice(0, MIN_STEM))) continue
      const stem = withoutEnding(word)
      if (!this.#positions.has(stem)) this.#positions.set(stem, i)
    }
    this.#forms = new Set(parts)
    this.size = Math.max(1, words.length)
  }

  /** 0 to 1. */
  match({ whole, parts, spellings, stem }: QueryWord): number {
    if (this.#positions.has(whole) || this.#positions.has(withoutEnding(whole))) return 1
    const has = (term: string): boolean => this.#positions.has(term) || this.#forms.has(term)
    const isForm =
      has(whole) ||
      spellings.some(has) ||
      (stem !== '' && this.#forms.has(stem)) ||
      (parts.length > 0 && parts.every(has))
    return isForm ? FORM_MATCH : 0
  }

  areNear(a: QueryWord, b: QueryWord): boolean {
    const [first, second] = [this.#positionOf(a), this.#positionOf(b)]
    return first !== undefined && second !== undefined && Math.abs(second - first) <= NEAR
  }

  #positionOf({ whole }: QueryWord): number | undefined {
    return this.#positions.get(whole) ?? this.#positions.get(withoutEnding(whole))
  }
}

function beginningsOf(words: readonly QueryWord[]): ReadonlySet<string> {
  return new Set(words.map(({ whole }) => whole.slice(0, MIN_STEM)))
}

/** A word without its usual English endings, marked so that it equals no word. */
function withoutEnding(word: string): string {
  const stem = word.replace(/(?:ation|ing|ied|ies|ion|ed|es|s|e|y)$/, '')
  return `${stem.length < MIN_STEM ? word : stem}*`
}

/** From 0 to 1; 63 % at the scale. */
function saturate(amount: number, scale: number): number {
  return 1 - Math.exp(-amount / scale)
}

function dot(weights: readonly number[], values: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * (values[i] ?? 0), 0)
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}
