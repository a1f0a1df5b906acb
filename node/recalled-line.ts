/** A recalled item in one line, as agents see it: id, state, voices, age, what, what to do. */
/** Digits of an id in a line; enough to open it. */
const SHORT_ID_DIGITS = 10

const DAY = 86_400_000

export interface RecalledLine {
  readonly id: string
  readonly state: string
  readonly voices: number
  readonly age: string
  readonly what: string
  readonly do: string
}

/** A fact as the library returns it, or as JSON. */
export interface LineItem {
  readonly fact: {
    readonly id: string
    readonly kind?: string
    readonly entity: string
    readonly content: string
    readonly action?: string
    readonly attribute?: string
    readonly value?: string
    readonly stale?: number
    readonly state?: string
    readonly corroboration?: number
    readonly recordedAt?: Date | string
    readonly day?: string
  }
  readonly origin: 'hive' | 'local'
}

export function lineOf({ id, state, voices, age, what, do: action }: RecalledLine): string {
  const todo = action === '' ? '' : ` => ${action}`
  return `${id} ${state} ${voices}v ${age} ${what}${todo}`
}

export function describeRecalled({ fact, origin }: LineItem, now: number): RecalledLine {
  const { id, kind, entity, content, action, attribute, value, stale = 0 } = fact
  const claim = attribute === undefined ? '' : ` (${attribute}: ${value})`
  return {
    id: shortId(id),
    state: stale > 0 ? 'stale?' : (fact.state ?? (origin === 'local' ? 'own' : 'shared')),
    voices: fact.corroboration ?? 1,
    age: ageOf(fact.recordedAt ?? fact.day, now),
    what: oneLine(kind === 'lesson' ? entity : `${entity}: ${content}${claim}`),
    do: oneLine(action ?? (kind === 'lesson' ? content : ''))
  }
}

export function shortId(id: string): string {
  return id.slice(0, SHORT_ID_DIGITS)
}

/** A text in one line. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** Whole days since a time. */
export function ageOf(time: Date | string | undefined, now: number): string {
  if (time === undefined) return '?'
  const days = Math.floor((now - new Date(time).getTime()) / DAY)
  return days < 1 ? 'today' : `${days}d`
}
