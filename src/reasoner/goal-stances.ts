/**
 * Stances of goals, as tags state them: `increase=latency`, `decrease=latency`, `require=tests`,
 * `forbid=network`, `min=coverage:0.8`, `max=cost:5`. A tag `scope=review/security` limits all
 * stances of its goal; of several scopes each counts. Other tags state nothing.
 */
import { ALL } from './stance.ts'
import type { BackedGoal } from '../goals/index.ts'
import type { Direction, Stance } from './stance.ts'

const DIRECTED = /^(?<direction>decrease|forbid|increase|require)=(?<attribute>[\w.-]+)$/u
const BOUNDED = /^(?<side>max|min)=(?<attribute>[\w.-]+):(?<bound>-?\d{1,15}(?:\.\d{1,15})?)$/u
const SCOPED = /^scope=(?<scope>.+)$/u

/** None for a goal that is achieved or abandoned. */
export function goalStances({ tags, isEnded }: Pick<BackedGoal, 'isEnded' | 'tags'>): Stance[] {
  if (isEnded) return []
  const named = tags.flatMap((tag) => SCOPED.exec(tag)?.groups?.['scope'] ?? [])
  const scopes = named.length === 0 ? [ALL] : named
  return tags.flatMap((tag) => {
    const wanted = wantedBy(tag)
    return wanted === undefined ? [] : scopes.map((scope) => ({ ...wanted, scope }))
  })
}

function wantedBy(tag: string): Omit<Stance, 'scope'> | undefined {
  const { direction, attribute = '' } = DIRECTED.exec(tag)?.groups ?? {}
  if (isDirection(direction)) return { attribute, direction }
  const { side, attribute: bounded = '', bound } = BOUNDED.exec(tag)?.groups ?? {}
  if (side === undefined) return undefined
  return { attribute: bounded, [side]: Number(bound) }
}

function isDirection(text: string | undefined): text is Direction {
  return text !== undefined
}
