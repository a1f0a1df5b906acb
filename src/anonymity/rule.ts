/** Rules and layers: what is looked for, and how a finding is taken out of a text. */

import { LONG_WORD } from './features.ts'

export const FINDING_KINDS = [
  'secret',
  'email',
  'phone',
  'card',
  'iban',
  'id',
  'date',
  'address',
  'url',
  'path',
  'ip',
  'mac',
  'host',
  'user',
  'repository',
  'name',
  'identifier',
  'literal'
] as const

export type FindingKind = (typeof FINDING_KINDS)[number]

/** Takes `hit` out: returns the character that stands for it. */
export type Mark = (hit: string, kind: FindingKind, rule: string) => string

/** One layer: `text` with every finding marked. `features` are those of `text`. */
export type Layer = (text: string, features: number, mark: Mark) => string

export interface Rule {
  readonly name: string
  readonly kind: FindingKind
  /** Global. Where it has a group `hit`, only that part is replaced. Linear in the text's length. */
  readonly pattern: RegExp
  /** Features without all of which it cannot match. */
  readonly needs?: number
  /** Features of which it needs one at least. */
  readonly needsOne?: number
  /** A text without it cannot match. */
  readonly literal?: string
  /** Refuses matches that only look alike. */
  readonly accept?: (hit: string, whole: string) => boolean
}

export function layerOf(rules: readonly Rule[]): Layer {
  return (text, features, mark) => {
    let marked = text
    for (const rule of rules) {
      const { needs = 0, needsOne } = rule
      if ((features & needs) !== needs) continue
      if (needsOne !== undefined && (features & needsOne) === 0) continue
      if (rule.literal !== undefined && !marked.includes(rule.literal)) continue
      marked = applyRule(marked, rule, mark)
    }
    return marked
  }
}

/** Words of `LONG_WORD_LENGTH` characters or more. */
const LONG_WORDS = /\S{14,}/g

/** Applies `layer` to the long words of a text alone, where it has such as `needs` says. */
export function inLongWords(layer: Layer, needs = LONG_WORD): Layer {
  return (text, features, mark) =>
    (features & needs) === 0
      ? text
      : text.replaceAll(LONG_WORDS, (word) => layer(word, features, mark))
}

function applyRule(text: string, rule: Rule, mark: Mark): string {
  const { pattern, accept, kind, name } = rule
  pattern.lastIndex = 0
  let match = pattern.exec(text)
  if (match === null) return text
  let result = ''
  let end = 0
  while (match !== null) {
    const [whole] = match
    const hit = match.groups?.['hit'] ?? whole
    if (hit !== '' && (accept === undefined || accept(hit, whole))) {
      const from = match.index + whole.lastIndexOf(hit)
      result += text.slice(end, from) + mark(hit, kind, name)
      end = from + hit.length
    }
    if (whole === '') pattern.lastIndex += 1
    match = pattern.exec(text)
  }
  return result + text.slice(end)
}
