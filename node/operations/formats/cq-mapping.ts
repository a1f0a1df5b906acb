/** The mapping between lessons of the hive and units of cq. docs/decisions/cq.md explains it. */
import { INITIAL_CONFIDENCE } from './cq-unit.ts'
import type { FactInput } from '../../../src/index.ts'
import type { CqUnit } from './cq-unit.ts'

/** Bytes of a summary, and the number and bytes of tags that a lesson can have. */
const MAX_SUMMARY_BYTES = 512
const MAX_TAGS = 16
const MAX_TAG_BYTES = 64

/** cq: at most this many domains, and characters of each text. */
const MAX_WORDS = 16
const MAX_WORD = 64
const MAX_SUMMARY = 500
const MAX_DETAIL = 8_000
const MAX_ACTION = 2_000

/** A unit needs a domain. */
const NO_DOMAIN = 'general'

/** Our own keys among the extensions of a unit. */
export const OWN_KEY = 'noormme-hive:'

/** What a lesson has no field for. */
export type UnitRest = Omit<CqUnit, 'insight'>

export interface CqTags {
  readonly domains: readonly string[]
  readonly languages: readonly string[]
  readonly frameworks: readonly string[]
  readonly pattern: string
}

interface LessonText {
  readonly entity: string
  readonly content: string
  readonly action?: string
}

/** The id under which cq's clients see a fact or an insight. */
export function unitIdOf(id: string): string {
  return `ku_${id.slice(0, 32)}`
}

/** The beginning of the id that a unit of this node stands for. */
export function idOfUnit(unitId: string): string {
  return unitId.slice('ku_'.length)
}

/** The lesson of a unit. All its confirmations are one author, of a confidence of at most 0.5. */
export function lessonOf(unit: CqUnit): FactInput {
  const { id, insight, evidence, created_by: author = '' } = unit
  const { summary, detail, action } = insight
  const entity = shortened(summary)
  const content = entity === summary.trim() ? detail : `${summary.trim()}\n\n${detail}`
  return {
    kind: 'lesson',
    entity,
    content: content.trim(),
    ...(action.trim() === '' ? {} : { action }),
    confidence: Math.min(evidence.confidence, INITIAL_CONFIDENCE),
    tags: fittingTags(unit),
    ...(isRefuted(unit) ? { stale: true } : {}),
    source: shortened(`cq ${id}${author === '' ? '' : ` by ${author}`}`, 255)
  }
}

/** Whether at least as many flags call the unit stale or incorrect as there are confirmations. */
function isRefuted({ flags = [], evidence }: CqUnit): boolean {
  const against = flags.filter(({ reason }) => reason !== 'duplicate').length
  return against > 0 && against >= evidence.confirmations
}

/** Kinds of tags. */
const KINDS = /^(?:domain|language|framework|pattern):/

/** Without its kind, unless it reads like another: `domain:` before a word announces a host. */
function domainTag(word: string): string {
  return KINDS.test(word) ? `domain:${word}` : word
}

/** The tags with which a lesson may state a domain. */
export function tagsOfDomain(word: string): string[] {
  return [word, `domain:${word}`].filter((tag) => Buffer.byteLength(tag) <= MAX_TAG_BYTES)
}

/** The tags of a unit: domains, and languages, frameworks and the pattern with their kinds. */
export function tagsOf({ domains, context }: Pick<CqUnit, 'domains' | 'context'>): string[] {
  const { languages = [], frameworks = [], pattern = '' } = context ?? {}
  return [
    ...domains.map(domainTag),
    ...languages.map((word) => `language:${word}`),
    ...frameworks.map((word) => `framework:${word}`),
    ...(pattern === '' ? [] : [`pattern:${pattern}`])
  ]
}

/** Those that a lesson can have; the rest of the unit has all. */
export function fittingTags(unit: Pick<CqUnit, 'domains' | 'context'>): string[] {
  return tagsOf(unit)
    .filter((tag) => Buffer.byteLength(tag) <= MAX_TAG_BYTES)
    .slice(0, MAX_TAGS)
}

/** What tags state to cq. A tag without a kind is a domain. */
export function wordsOf(tags: readonly string[]): CqTags {
  const of = (kind: string): string[] =>
    tags.filter((tag) => tag.startsWith(kind)).map((tag) => tag.slice(kind.length))
  const plain = tags.filter((tag) => !KINDS.test(tag))
  const domains = [...new Set([...of('domain:'), ...plain])]
  return {
    domains: listed(domains.length === 0 ? [NO_DOMAIN] : domains),
    languages: listed(of('language:')),
    frameworks: listed(of('framework:')),
    pattern: of('pattern:')[0] ?? ''
  }
}

function listed(words: readonly string[]): string[] {
  return words.map((word) => word.slice(0, MAX_WORD)).slice(0, MAX_WORDS)
}

/** The insight of a lesson; undefined if a text is too long for cq. */
export function insightOf({
  entity,
  content,
  action = ''
}: LessonText): CqUnit['insight'] | undefined {
  const fits = lengthOf(entity) <= MAX_SUMMARY && lengthOf(content) <= MAX_DETAIL
  return fits && lengthOf(action) <= MAX_ACTION
    ? { summary: entity, detail: content, action }
    : undefined
}

/** Code points, as cq counts them. */
function lengthOf(text: string): number {
  return Array.from(text).length
}

/** The beginning of a text, in at most `limit` bytes of one line. */
function shortened(text: string, limit = MAX_SUMMARY_BYTES): string {
  const line = text.trim()
  if (Buffer.byteLength(line) <= limit) return line
  let bytes = Buffer.byteLength('…')
  let end = 0
  for (const character of line) {
    bytes += Buffer.byteLength(character)
    if (bytes > limit) break
    end += character.length
  }
  return `${line.slice(0, end).trimEnd()}…`
}

/** What is left of a unit beside its lesson, without what an earlier export of ours added. */
export function restOf({ insight: _insight, extensions = {}, ...rest }: CqUnit): UnitRest {
  const foreign = Object.entries(extensions).filter(([key]) => !key.startsWith(OWN_KEY))
  return foreign.length === 0 ? rest : { ...rest, extensions: Object.fromEntries(foreign) }
}
