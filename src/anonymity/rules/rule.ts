/** Rules and layers: how findings are searched and replaced. */

import type { Draft } from '../reading/draft.ts'

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

/**
 * The kinds of findings.
 *
 * @useDeclaredType
 */
export type FindingKind = (typeof FINDING_KINDS)[number]

/** Records `hit` and returns the character that marks it. */
export type Mark = (hit: string, kind: FindingKind, rule: string) => string

/** One layer: marks every finding in `draft`. */
export type Layer = (draft: Draft, mark: Mark) => void

/** Reports findings in a word, each by its start and end. */
export type LongWordSearch = (
  word: string,
  found: (from: number, to: number, kind: FindingKind, rule: string) => void
) => void

export interface Rule {
  readonly name: string
  readonly kind: FindingKind
  /** Global. With a group `hit`, only that part is replaced. Linear in the text's length. */
  readonly pattern: RegExp
  /** Required features (`text-features.ts`): all of them. */
  readonly needs?: number
  /** Required features: at least one of them. */
  readonly needsAny?: number
  /** Required shapes (`shapes.ts`): all of them, on some word. */
  readonly shapes?: number
  /** Required groups of words (`context-words.ts`): at least one of them. */
  readonly groups?: number
  /** Required shapes: some word must have all of one item. */
  readonly near?: readonly number[]
  /** Required texts: at least one of them. */
  readonly literals?: readonly string[]
  /** It starts at a word with all of one of these shapes; */
  readonly at?: readonly number[]
  /** or at a word of one of these groups. */
  readonly atGroups?: number
  /** Rejects false matches. */
  readonly accept?: (hit: string, whole: string) => boolean
}

export function layerOf(rules: readonly Rule[]): Layer {
  const tried = rules.map((rule) => new CompiledRule(rule))
  return (draft, mark) => {
    for (const rule of tried) {
      if (!rule.mayMatch(draft)) continue
      if (rule.sticky === undefined) markAll(rule.rule, draft, mark)
      else markAtWords(rule, rule.sticky, draft, mark)
    }
  }
}

/**
 * Marks the findings of `take` in each long word of a kind with at least `minLength` characters.
 */
export function inLongWords(kind: number, take: LongWordSearch, minLength = 0): Layer {
  return (draft, mark) => {
    const { text, long } = draft
    for (let i = 0; i + 2 < long.length; i += 3) {
      if (((long[i + 2] ?? 0) & kind) !== kind) continue
      const from = long[i] ?? 0
      const to = long[i + 1] ?? 0
      if (to - from < minLength) continue
      take(text.slice(from, to), (start, end, found, rule) => {
        const hit = text.slice(from + start, from + end)
        draft.replace(from + start, from + end, mark(hit, found, rule))
      })
    }
    draft.commit()
  }
}

/** A rule and its conditions in one form, since hundreds are tested for each text. */
class CompiledRule {
  readonly rule: Rule
  readonly sticky: RegExp | undefined
  readonly needs: number
  readonly needsAny: number
  readonly shapes: number
  readonly groups: number
  readonly at: readonly number[]
  /** The common shapes of all items of `at`. */
  readonly atAll: number
  readonly atGroups: number
  readonly near: readonly number[]
  readonly literals: readonly string[]

  constructor(rule: Rule) {
    const { pattern, at = [], atGroups = 0, near = [], literals = [] } = rule
    this.rule = rule
    this.sticky =
      at.length === 0 && atGroups === 0
        ? undefined
        : new RegExp(pattern.source, pattern.flags.replace('g', 'y'))
    this.needs = rule.needs ?? 0
    this.needsAny = rule.needsAny ?? 0
    this.shapes = rule.shapes ?? 0
    this.groups = rule.groups ?? 0
    this.at = at
    this.atAll = at.reduce((all, each) => all & each, -1)
    this.atGroups = atGroups
    this.near = near
    this.literals = literals
  }

  mayMatch(draft: Draft): boolean {
    const { features, shapes, groups } = draft
    if ((features & this.needs) !== this.needs) return false
    if ((shapes & this.shapes) !== this.shapes) return false
    if (this.needsAny !== 0 && (features & this.needsAny) === 0) return false
    if (this.groups !== 0 && (groups & this.groups) === 0) return false
    if (
      this.sticky !== undefined &&
      (groups & this.atGroups) === 0 &&
      !matchesAny(shapes, this.at)
    ) {
      return false
    }
    if (this.near.length > 0 && !hasWord(draft, this.near)) return false
    return this.literals.length === 0 || this.literals.some((each) => draft.text.includes(each))
  }
}

function markAll(rule: Rule, draft: Draft, mark: Mark): void {
  const { kind, name } = rule
  const { text } = draft
  findAll(rule, text, (from, to) => draft.replace(from, to, mark(text.slice(from, to), kind, name)))
  draft.commit()
}

/** Reports each finding of `rule` in `text`. */
export function findAll(
  { pattern, accept }: Rule,
  text: string,
  found: (from: number, to: number) => void
): void {
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [whole] = match
    const hit = match.groups?.['hit'] ?? whole
    if (hit !== '' && (accept === undefined || accept(hit, whole))) {
      const from = match.index + whole.lastIndexOf(hit)
      found(from, from + hit.length)
    }
    if (whole === '') pattern.lastIndex += 1
  }
}

function markAtWords(tried: CompiledRule, sticky: RegExp, draft: Draft, mark: Mark): void {
  const { at, atAll, atGroups } = tried
  const { accept, kind, name } = tried.rule
  const { text } = draft
  const { from: begins, shape: shapes, groups, count } = draft.words
  let next = 0
  for (let i = 0; i < count; i++) {
    if (((groups[i] ?? 0) & atGroups) === 0) {
      const shape = shapes[i] ?? 0
      if ((shape & atAll) !== atAll || !matchesAny(shape, at)) continue
    }
    const begin = begins[i] ?? 0
    if (begin < next) continue
    sticky.lastIndex = begin
    const match = sticky.exec(text)
    if (match === null) continue
    const [whole] = match
    next = begin + whole.length
    const hit = match.groups?.['hit'] ?? whole
    if (hit === '' || (accept !== undefined && !accept(hit, whole))) continue
    const from = begin + whole.lastIndexOf(hit)
    draft.replace(from, from + hit.length, mark(hit, kind, name))
  }
  draft.commit()
}

function hasWord({ shapes, words }: Draft, near: readonly number[]): boolean {
  if (!matchesAny(shapes, near)) return false
  for (let i = 0; i < words.count; i++) if (matchesAny(words.shape[i] ?? 0, near)) return true
  return false
}

function matchesAny(shape: number, shapes: readonly number[]): boolean {
  for (let i = 0; i < shapes.length; i++) {
    const each = shapes[i] ?? 0
    if ((shape & each) === each) return true
  }
  return false
}
