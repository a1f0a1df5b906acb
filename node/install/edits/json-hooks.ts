/** The hooks in a JSON configuration, beside the hooks of others. */
import { hookEventOf } from '../launch.ts'
import { appendValue, checkJson, removeValue, setValue, valueAt } from './json-text.ts'
import { EMPTY_OBJECT } from './json-entry.ts'
import { isBlank } from './text-style.ts'
import type { ClientName, Edit } from '../client.ts'
import type { HookEvent } from '../launch.ts'
import type { JsonDialect, Path } from './json-text.ts'

/** One hook, as an element of the array of an event of the client. */
export interface Hook {
  /** The client's own name of its event. */
  readonly on: string
  readonly event: HookEvent
  readonly value: Readonly<Record<string, unknown>>
}

export interface JsonHooks {
  readonly dialect: JsonDialect
  readonly host: ClientName
  readonly hooks: readonly Hook[]
  /** Properties that the file must have beside `hooks`. */
  readonly required?: Readonly<Record<string, unknown>>
}

export function jsonHooks({ dialect, host, hooks, required = {} }: JsonHooks): Edit {
  return {
    install(text, _options) {
      let result = isBlank(text) ? EMPTY_OBJECT : text
      checkJson(result, dialect)
      for (const [name, value] of Object.entries(required)) {
        if (valueAt(result, [name]) === undefined) result = setValue(result, [name], value)
      }
      const wanted = new Set(hooks.map((hook) => slotOf(hook.on, hook.event)))
      result = removeHooks(result, host, (on, event) => !wanted.has(slotOf(on, event)))
      return hooks.reduce((current, hook) => setHook(current, host, hook), result)
    },
    remove(text) {
      if (isBlank(text)) return text
      checkJson(text, dialect)
      const result = removeHooks(text, host, () => true)
      return result !== text && hasOnly(result, required) ? undefined : result
    }
  }
}

/** A hook of hive in a text: an element with nothing else, or one hook of an element of others. */
interface Found {
  readonly path: Path
  readonly event: HookEvent
  readonly isWhole: boolean
}

function setHook(text: string, host: ClientName, { on, event, value }: Hook): string {
  const found = findHooks(text, host, on).filter((each) => each.event === event)
  const first = found.find(({ isWhole }) => isWhole)
  const single = found
    .toReversed()
    .reduce((result, each) => (each === first ? result : removeValue(result, each.path)), text)
  return first === undefined
    ? appendValue(single, ['hooks', on], value)
    : setValue(single, first.path, value)
}

function removeHooks(
  text: string,
  host: ClientName,
  isUnwanted: (on: string, event: HookEvent) => boolean
): string {
  const events = valueAt(text, ['hooks'])
  if (typeof events !== 'object' || events === null) return text
  return Object.keys(events).reduce((result, on) => {
    const found = findHooks(result, host, on).filter(({ event }) => isUnwanted(on, event))
    return found.toReversed().reduce((rest, { path }) => removeValue(rest, path), result)
  }, text)
}

function findHooks(text: string, host: ClientName, on: string): Found[] {
  const elements = valueAt(text, ['hooks', on])
  if (!Array.isArray(elements)) return []
  return elements.flatMap((element: unknown, index): Found[] => {
    const path = ['hooks', on, index]
    const own = eventOf(element, host)
    if (own !== undefined) return [{ path, event: own, isWhole: true }]
    const nested = nestedIn(element)
    const events = nested.map((hook) => eventOf(hook, host))
    const [first] = events
    if (first !== undefined && !events.includes(undefined)) {
      return [{ path, event: first, isWhole: true }]
    }
    return events.flatMap((event, at) =>
      event === undefined ? [] : [{ path: [...path, 'hooks', at], event, isWhole: false }]
    )
  })
}

function eventOf(hook: unknown, host: ClientName): HookEvent | undefined {
  if (typeof hook !== 'object' || hook === null || !('command' in hook)) return undefined
  return hookEventOf(hook.command, host)
}

/** Some clients have a list of hooks in each element. */
function nestedIn(element: unknown): readonly unknown[] {
  if (typeof element !== 'object' || element === null || !('hooks' in element)) return []
  return Array.isArray(element.hooks) ? element.hooks : []
}

function slotOf(on: string, event: HookEvent): string {
  return `${on} ${event}`
}

function hasOnly(text: string, required: Readonly<Record<string, unknown>>): boolean {
  const left = valueAt(text, [])
  return (
    typeof left === 'object' &&
    left !== null &&
    Object.keys(required).length > 0 &&
    JSON.stringify(left) === JSON.stringify(required) &&
    !/\/[/*]/.test(text)
  )
}
