/**
 * JSON Schemas of the inputs and outputs of skills. A schema may come from a peer and runs in this
 * process, so schemas with regular expressions, which may run for ever, are refused, and values are
 * checked in a bounded number of steps (`schema-check.ts`).
 */
import { z } from 'zod'
import { HiveError, messageOf } from '../errors.ts'
import { problemIn } from './schema-check.ts'
import type { Json } from '../sandbox/index.ts'

export type JsonSchema = Readonly<Record<string, Json>> | boolean

/** The problem of a value; undefined if the value is valid. */
export type Check = (value: Json) => string | undefined

const compiled = new WeakMap<object, z.ZodType>()

/**
 * Throws `HiveError` (ARGUMENT_INVALID) if the schema is not valid, or contains a keyword that
 * cannot be checked.
 */
export function compileSchema(schema: JsonSchema, what: string): Check {
  typeOfSchema(schema, what)
  return (value) => problemIn(schema, value)
}

/** The schema as a zod type, compiled once. */
export function typeOfSchema(schema: JsonSchema, what: string): z.ZodType {
  const known = typeof schema === 'object' ? compiled.get(schema) : undefined
  if (known !== undefined) return known
  if (hasPattern(schema)) {
    throw new HiveError(
      'ARGUMENT_INVALID',
      `${what}: "pattern" and "patternProperties" are not supported. Check the text in the source of the skill.`
    )
  }
  const type = read(schema, what)
  if (typeof schema === 'object') compiled.set(schema, type)
  return type
}

function read(schema: JsonSchema, what: string): z.ZodType {
  try {
    return z.fromJSONSchema(schema)
  } catch (cause) {
    const reason = messageOf(cause)
    throw new HiveError('ARGUMENT_INVALID', `${what} is not a valid JSON Schema: ${reason}`, {
      cause
    })
  }
}

function hasPattern(value: Json | JsonSchema): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(
    ([key, item]) =>
      key === 'patternProperties' ||
      (key === 'pattern' && typeof item === 'string') ||
      hasPattern(item)
  )
}
