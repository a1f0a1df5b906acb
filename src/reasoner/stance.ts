/**
 * Stances: what a policy, a trait or a goal wants of an attribute, in a scope. They are compared by
 * structure only: attributes are equal or not, and no text is searched.
 *
 * A scope is a path with `/`. Two scopes overlap if one is at or below the other: `review` and
 * `review/security` do, `review` and `reviews` do not. `all` overlaps every scope.
 */

export type Direction = 'decrease' | 'forbid' | 'increase' | 'require'

/** What is wanted of an attribute. A known value is `min` and `max` at once. */
export interface Stance {
  readonly attribute: string
  readonly direction?: Direction
  readonly min?: number
  readonly max?: number
  readonly scope: string
  /** The value of the attribute now, where a trait has it: a direction starts there. */
  readonly at?: number
}

/**
 * Why two stances contradict each other. `bounds`: no value is within both. `directions`: one
 * increases what the other decreases. `requirement`: one requires what the other forbids. `reached`:
 * a direction leads out of the other's bounds, from a value that is at the bound.
 */
export type ContradictionReason = 'bounds' | 'directions' | 'reached' | 'requirement'

/** Why two stances cannot both be kept. */
export interface Contradiction {
  readonly reason: ContradictionReason
  /** How far the bounds are apart; 0 for other reasons. */
  readonly gap: number
}

/** The contradictions of two stances; the same for both orders. None if their scopes do not overlap. */
export function contradictions(a: Stance, b: Stance): Contradiction[] {
  if (a.attribute !== b.attribute || !scopesOverlap(a.scope, b.scope)) return []
  const found: Contradiction[] = []
  const gap = Math.max(above(a.min, b.max), above(b.min, a.max))
  if (gap > 0) found.push({ reason: 'bounds', gap })
  if (areOpposite(a, b, 'increase', 'decrease')) found.push({ reason: 'directions', gap: 0 })
  if (areOpposite(a, b, 'require', 'forbid')) found.push({ reason: 'requirement', gap: 0 })
  if (gap <= 0 && (hasReached(a, b) || hasReached(b, a))) found.push({ reason: 'reached', gap: 0 })
  return found
}

/** Whether two scopes are equal, or one is part of the other. */
export function scopesOverlap(one: string, other: string): boolean {
  if (one === ALL || other === ALL) return true
  const [a, b] = [segmentsOf(one), segmentsOf(other)]
  const length = Math.min(a.length, b.length)
  return a.slice(0, length).every((segment, i) => segment === b[i])
}

/** Equal stances have equal keys. */
export function stanceKey({ attribute, direction, min, max, scope }: Stance): string {
  return JSON.stringify([attribute, direction, min, max, scope])
}

/** Such as `increase caution` or `cost 0 to 5 in review`. */
export function stanceText({ attribute, direction, min, max, scope }: Stance): string {
  const bounds =
    min === max && min !== undefined
      ? ` = ${min}`
      : `${min === undefined ? '' : ` >= ${min}`}${max === undefined ? '' : ` <= ${max}`}`
  const wanted = `${direction === undefined ? '' : `${direction} `}${attribute}${bounds}`
  return scope === ALL ? wanted : `${wanted} in ${scope}`
}

export const ALL = 'all'

function segmentsOf(scope: string): string[] {
  return scope
    .normalize('NFC')
    .split('/')
    .map((segment) => segment.trim())
    .filter(Boolean)
}

function above(min = -Infinity, max = Infinity): number {
  return min > max ? min - max : 0
}

function areOpposite(a: Stance, b: Stance, one: Direction, other: Direction): boolean {
  return (
    (a.direction === one && b.direction === other) || (a.direction === other && b.direction === one)
  )
}

/** A known value is no bound: a direction moves it. */
function hasReached({ direction, at, min, max }: Stance, bounds: Stance): boolean {
  if (bounds.min === bounds.max) return false
  switch (direction) {
    case 'increase':
      return (at ?? min ?? -Infinity) >= (bounds.max ?? Infinity)
    case 'decrease':
      return (at ?? max ?? Infinity) <= (bounds.min ?? -Infinity)
    case 'forbid':
    case 'require':
    case undefined:
      return false
  }
}
