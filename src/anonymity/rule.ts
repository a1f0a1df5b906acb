/** Rules: what one layer looks for. */

export type FindingKind =
  | 'secret'
  | 'email'
  | 'phone'
  | 'card'
  | 'iban'
  | 'id'
  | 'url'
  | 'path'
  | 'ip'
  | 'mac'
  | 'host'
  | 'user'
  | 'name'

export const FINDING_KINDS: readonly FindingKind[] = [
  'secret',
  'email',
  'phone',
  'card',
  'iban',
  'id',
  'url',
  'path',
  'ip',
  'mac',
  'host',
  'user',
  'name'
]

export interface Rule {
  readonly name: string
  readonly kind: FindingKind
  /** Global. Where it has a group `hit`, only that part is replaced. Linear in the text's length. */
  readonly pattern: RegExp
  /** Text without any of these cannot match: a search that is far cheaper than the pattern. */
  readonly needs?: readonly string[]
  /** Refuses matches that only look alike. */
  readonly accept?: (hit: string) => boolean
}

/** Calls `replace` for every match of `rule` and returns the text with the results in place. */
export function applyRule(text: string, rule: Rule, replace: (hit: string) => string): string {
  if (rule.needs !== undefined && !rule.needs.some((needle) => text.includes(needle))) return text
  return text.replace(rule.pattern, (whole: string, ...rest: unknown[]) => {
    const groups = rest.at(-1)
    const hit =
      typeof groups === 'object' && groups !== null && 'hit' in groups ? groups.hit : whole
    if (typeof hit !== 'string' || hit === '') return whole
    if (rule.accept !== undefined && !rule.accept(hit)) return whole
    const at = whole.lastIndexOf(hit)
    return whole.slice(0, at) + replace(hit) + whole.slice(at + hit.length)
  })
}
