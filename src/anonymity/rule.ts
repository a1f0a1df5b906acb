/** Rules and layers: what is looked for, and how a finding is taken out of a text. */

import type { Draft } from './draft.ts'

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

/** One layer: marks every finding in `draft`. */
export type Layer = (draft: Draft, mark: Mark) => void

export interface Rule {
  readonly name: string
  readonly kind: FindingKind
  /** Global. Where it has a group `hit`, only that part is replaced. Linear in the text's length. */
  readonly pattern: RegExp
  /** Features (`features.ts`) without all of which it cannot match. */
  readonly needs?: number
  /** Features of which it needs one at least. */
  readonly needsOne?: number
  /** Shapes (`shapes.ts`) without all of which, on some word, it cannot match. */
  readonly shapes?: number
  /** Groups of words (`announcing.ts`) of which it needs one at least. */
  readonly groups?: number
  /** Shapes of which some word must have all of one. */
  readonly near?: readonly number[]
  /** Texts of which it needs one at least. */
  readonly literals?: readonly string[]
  /** It begins where a word does that has all of one of these shapes; */
  readonly at?: readonly number[]
  /** or where a word of one of these groups does. */
  readonly atGroups?: number
  /** Refuses matches that only look alike. */
  readonly accept?: (hit: string, whole: string) => boolean
}

export function layerOf(rules: readonly Rule[]): Layer {
  const tried = rules.map(triedOf)
  return (draft, mark) => {
    for (const rule of tried) {
      if (!mayMatch(rule, draft)) continue
      const { sticky } = rule
      const text = sticky === undefined ? applied(draft, rule, mark) : appliedAt(draft, rule, mark)
      if (text !== undefined) draft.read(text)
    }
  }
}

/** Marks what `layer` finds in each long word by itself, or in the opaque ones among them. */
export function inLongWords(take: (word: string, mark: Mark) => string, isOpaque: boolean): Layer {
  return (draft, mark) => {
    const { text, long } = draft
    let result = ''
    let end = 0
    for (let i = 0; i + 2 < long.length; i += 3) {
      const [from = 0, to = 0, opaque] = [long[i], long[i + 1], long[i + 2]]
      if (isOpaque && opaque === 0) continue
      const word = text.slice(from, to)
      const taken = take(word, mark)
      if (taken === word) continue
      result += text.slice(end, from) + taken
      end = to
    }
    if (end > 0) draft.read(result + text.slice(end))
  }
}

interface TriedRule extends Rule {
  readonly sticky: RegExp | undefined
  readonly at: readonly number[]
  readonly atGroups: number
}

function triedOf(rule: Rule): TriedRule {
  const { pattern, at = [], atGroups = 0 } = rule
  const isAtWords = at.length > 0 || atGroups !== 0
  const sticky = isAtWords ? new RegExp(pattern.source, pattern.flags.replace('g', 'y')) : undefined
  return { ...rule, at, atGroups, sticky }
}

function mayMatch(rule: TriedRule, draft: Draft): boolean {
  const { needs = 0, needsOne = 0, shapes = 0, groups = 0, near, literals } = rule
  if ((draft.features & needs) !== needs) return false
  if (needsOne !== 0 && (draft.features & needsOne) === 0) return false
  if ((draft.shapes & shapes) !== shapes) return false
  if (groups !== 0 && (draft.groups & groups) === 0) return false
  if (near !== undefined && !hasWord(draft, near)) return false
  return literals === undefined || literals.some((literal) => draft.text.includes(literal))
}

/** The text with what `rule` finds marked; undefined when it finds nothing. */
export function applied(
  { text }: { readonly text: string },
  rule: Rule,
  mark: Mark
): string | undefined {
  const { pattern, accept, kind, name } = rule
  let result = ''
  let end = 0
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [whole] = match
    const hit = match.groups?.['hit'] ?? whole
    if (hit !== '' && (accept === undefined || accept(hit, whole))) {
      const from = match.index + whole.lastIndexOf(hit)
      result += text.slice(end, from) + mark(hit, kind, name)
      end = from + hit.length
    }
    if (whole === '') pattern.lastIndex += 1
  }
  return end === 0 ? undefined : result + text.slice(end)
}

/** The same, tried at words alone. */
function appliedAt(draft: Draft, rule: TriedRule, mark: Mark): string | undefined {
  const { accept, kind, name, at, atGroups, sticky } = rule
  const { text, words, wordCount } = draft
  if (sticky === undefined) return undefined
  if ((draft.groups & atGroups) === 0 && !fitsOne(draft.shapes, at)) return undefined
  let result = ''
  let end = 0
  let next = 0
  for (let i = 0; i < wordCount; i++) {
    const begin = words.from[i] ?? 0
    if (begin < next) continue
    if (((words.groups[i] ?? 0) & atGroups) === 0 && !fitsOne(words.shape[i] ?? 0, at)) continue
    sticky.lastIndex = begin
    const match = sticky.exec(text)
    if (match === null) continue
    const [whole] = match
    next = begin + whole.length
    const hit = match.groups?.['hit'] ?? whole
    if (hit === '' || (accept !== undefined && !accept(hit, whole))) continue
    const from = begin + whole.lastIndexOf(hit)
    result += text.slice(end, from) + mark(hit, kind, name)
    end = from + hit.length
  }
  return end === 0 ? undefined : result + text.slice(end)
}

function hasWord({ shapes, words, wordCount }: Draft, near: readonly number[]): boolean {
  if (!fitsOne(shapes, near)) return false
  for (let i = 0; i < wordCount; i++) if (fitsOne(words.shape[i] ?? 0, near)) return true
  return false
}

function fitsOne(shape: number, shapes: readonly number[]): boolean {
  for (const each of shapes) if ((shape & each) === each) return true
  return false
}
