/** JSON with sorted keys and no white space: equal values have equal texts. */
import type { z } from 'zod'

/** A JSON value: null, a boolean, a number, a string, an array or an object of these. */
export type Json = z.core.util.JSONType

export function canonicalJson(value: Json): string {
  return JSON.stringify(sorted(value))
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => sorted(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)])
  )
}
