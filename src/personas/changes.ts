/**
 * Changes of a persona by path. A change has the value before and after, so that it can be taken
 * back exactly, or not at all.
 */
import { canonicalJson } from '../sandbox/index.ts'
import { jsonOf, PersonaSchema } from './persona.ts'
import type { Json } from '../sandbox/index.ts'
import type { Persona } from './persona.ts'

/** One changed part of a persona. A missing value is one that the persona does not have. */
export interface PersonaPathChange {
  /** Such as `['traits', 'caution', 'value']`. */
  readonly path: readonly string[]
  readonly before?: Json
  readonly after?: Json
}

/** Why a change cannot be taken back. */
export interface PersonaConflict {
  readonly path: readonly string[]
  /** `edited`: the part has another value now; `invalid`: the old value no longer fits the rest. */
  readonly reason: 'edited' | 'invalid'
  /** The value after the change, and the value now. */
  readonly expected?: Json
  readonly found?: Json
  readonly problem?: string
}

/** The persona with the old values, or the conflicts; then nothing is changed. */
export type Restored =
  | { readonly persona: Persona; readonly conflicts?: undefined }
  | { readonly persona?: undefined; readonly conflicts: readonly PersonaConflict[] }

interface JsonObject {
  [key: string]: Json
}

/** The changes from one persona to another. */
export function diffPersonas(before: Persona | undefined, after: Persona): PersonaPathChange[] {
  return diff(before && jsonOf(before), jsonOf(after))
}

/** The changes from one value to another, at the deepest paths that differ, in order of path. */
function diff(
  before: Json | undefined,
  after: Json | undefined,
  path: readonly string[] = []
): PersonaPathChange[] {
  if (isSame(before, after)) return []
  if (!isObject(before) || !isObject(after)) return [{ path, before, after }]
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  return keys.flatMap((key) => diff(ownOf(before, key), ownOf(after, key), [...path, key]))
}

/** Takes changes back: all of them, or none if a part was edited since or no longer fits. */
export function restore(persona: Persona, changes: readonly PersonaPathChange[]): Restored {
  const current = jsonOf(persona)
  const conflicts = changes.flatMap(({ path, after }): PersonaConflict[] => {
    const found = valueAt(current, path)
    const hasParent = path.length === 0 || isObject(valueAt(current, path.slice(0, -1)))
    if (hasParent && isSame(found, after)) return []
    return [{ path, reason: 'edited', expected: after, found }]
  })
  if (conflicts.length > 0) return { conflicts }
  let restored = current
  for (const { path, before } of changes) restored = withValue(restored, path, before)
  const parsed = PersonaSchema.safeParse(restored)
  if (parsed.success) return { persona: parsed.data }
  return {
    conflicts: parsed.error.issues.map(({ path, message }) => ({
      path: path.map(String),
      reason: 'invalid',
      problem: message
    }))
  }
}

/** Whether one path is at or below the other. */
export function overlaps(one: readonly string[], other: readonly string[]): boolean {
  const length = Math.min(one.length, other.length)
  return one.slice(0, length).every((key, i) => key === other[i])
}

function withValue(target: Json, path: readonly string[], value: Json | undefined): Json {
  const [key, ...rest] = path
  if (key === undefined) return value ?? null
  const copy: JsonObject = isObject(target) ? { ...target } : {}
  if (rest.length > 0) copy[key] = withValue(copy[key] ?? {}, rest, value)
  else if (value === undefined) delete copy[key]
  else copy[key] = value
  return copy
}

function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  let found = value
  for (const key of path) found = isObject(found) ? ownOf(found, key) : undefined
  return found
}

function ownOf(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return canonicalJson(one) === canonicalJson(other)
}
