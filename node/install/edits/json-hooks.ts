/** The hooks in a JSON configuration, beside the hooks of others. */
import { hookEventOf } from '../launch.ts'
import {
  appendValue,
  checkJson,
  elementsAt,
  removeValue,
  replaceElement,
  setValue,
  valueAt
} from './json-text.ts'
import { EMPTY_OBJECT } from './json-entry.ts'
import { isBlank } from './text-style.ts'
import type { ClientName, Edit } from '../client.ts'
import type { HookEvent } from '../launch.ts'
import type { JsonDialect } from './json-text.ts'

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

function setHook(text: string, host: ClientName, { on, event, value }: Hook): string {
  const path = ['hooks', on]
  const [first, ...others] = elementsAt(text, path).flatMap((element, index) =>
    eventOf(element, host) === event ? [index] : []
  )
  if (first === undefined) return appendValue(text, path, value)
  const single = others
    .toReversed()
    .reduce((result, index) => removeValue(result, path, index), text)
  return replaceElement(single, path, first, value)
}

function removeHooks(
  text: string,
  host: ClientName,
  isUnwanted: (on: string, event: HookEvent) => boolean
): string {
  const events = valueAt(text, ['hooks'])
  if (typeof events !== 'object' || events === null) return text
  let result = text
  for (const on of Object.keys(events)) {
    const elements = Array.isArray(valueAt(result, ['hooks', on]))
      ? elementsAt(result, ['hooks', on])
      : []
    for (const [index, element] of [...elements.entries()].toReversed()) {
      const event = eventOf(element, host)
      if (event !== undefined && isUnwanted(on, event)) {
        result = removeValue(result, ['hooks', on], index)
      }
    }
  }
  return result
}

/** The event of an element that has hooks of hive only; clients nest them, or do not. */
function eventOf(element: unknown, host: ClientName): HookEvent | undefined {
  if (typeof element !== 'object' || element === null) return undefined
  const { command, hooks }: { readonly command?: unknown; readonly hooks?: unknown } = element
  if (!Array.isArray(hooks)) return hookEventOf(command, host)
  const events = hooks.map((hook) => eventOf(hook, host))
  return events.includes(undefined) ? undefined : events[0]
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
