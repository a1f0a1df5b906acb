/**
 * Checks JSON by a JSON Schema, in a bounded number of steps. Schema and value may be of a peer: a
 * few references that name each other twice would else take hours.
 *
 * The keywords are those that `z.fromJSONSchema` takes. Each counts wherever it stands, also without
 * `type`, as in the standard.
 */
import { z } from 'zod'
import { canonicalJson } from '../sandbox/index.ts'
import type { Json } from '../sandbox/index.ts'

type JsonObject = Readonly<Record<string, Json>>
type Path = readonly (number | string)[]

/** About a second; a value of a megabyte has half as many parts. */
const MAX_STEPS = 1_000_000

/** Nested schemas, also by references. */
const MAX_NESTING = 1_000

/** Characters of a text that are read in one step. */
const STEP_CHARACTERS = 64

const UNSUPPORTED = [
  'if',
  'then',
  'else',
  'dependentSchemas',
  'dependentRequired',
  'unevaluatedItems',
  'unevaluatedProperties'
] as const

/** What ends a check, whatever alternatives are left. */
class Unchecked extends Error {}

/** The problem of a value; undefined if it is valid. */
export function problemIn(schema: Json, value: Json): string | undefined {
  try {
    return new SchemaCheck(schema).problem(schema, value, [], 0)
  } catch (error) {
    if (error instanceof Unchecked) return error.message
    throw error
  }
}

class SchemaCheck {
  readonly #root: Json
  #steps = 0

  constructor(root: Json) {
    this.#root = root
  }

  problem(schema: Json, value: Json, path: Path, depth: number): string | undefined {
    this.#spend(1)
    if (depth > MAX_NESTING) throw new Unchecked('the schema or the value is nested too deeply')
    if (schema === true) return undefined
    if (schema === false) return at(path, 'no value is allowed')
    if (!isObject(schema)) throw new Unchecked('the schema has a part that is no schema')
    const keyword = UNSUPPORTED.find((each) => Object.hasOwn(schema, each))
    if (keyword !== undefined)
      throw new Unchecked(`the schema has "${keyword}", which is not checked`)
    if (value === null && schema['nullable'] === true) return undefined
    return (
      problemOfType(schema, value, path) ??
      this.#problemOfAll(schema, value, path, depth) ??
      this.#problemOfParts(schema, value, path, depth)
    )
  }

  /** By keywords for all types. */
  #problemOfAll(schema: JsonObject, value: Json, path: Path, depth: number): string | undefined {
    const fits = (each: Json): boolean => this.problem(each, value, path, depth + 1) === undefined
    const { $ref: reference, const: constant, enum: options, anyOf, oneOf, allOf, not } = schema
    if (constant !== undefined && !this.#isEqual(constant, value))
      return at(path, 'is not the constant')
    if (isList(options) && !options.some((each) => this.#isEqual(each, value))) {
      return at(path, 'is none of the values of "enum"')
    }
    if (typeof reference === 'string') {
      const problem = this.problem(this.#referenced(reference), value, path, depth + 1)
      if (problem !== undefined) return problem
    }
    for (const each of isList(allOf) ? allOf : []) {
      const problem = this.problem(each, value, path, depth + 1)
      if (problem !== undefined) return problem
    }
    if (isList(anyOf) && !anyOf.some(fits)) return at(path, 'fits none of "anyOf"')
    if (isList(oneOf) && oneOf.filter(fits).length !== 1)
      return at(path, 'does not fit one of "oneOf"')
    return not !== undefined && fits(not) ? at(path, 'is excluded by "not"') : undefined
  }

  #problemOfParts(schema: JsonObject, value: Json, path: Path, depth: number): string | undefined {
    if (typeof value === 'string') return this.#problemOfText(schema, value, path)
    if (typeof value === 'number') return problemOfNumber(schema, value, path)
    if (isList(value)) return this.#problemOfList(schema, value, path, depth)
    return isObject(value) ? this.#problemOfObject(schema, value, path, depth) : undefined
  }

  #problemOfText(schema: JsonObject, value: string, path: Path): string | undefined {
    const { minLength: min, maxLength: max, format } = schema
    if (min === undefined && max === undefined && format === undefined) return undefined
    this.#spend(value.length / STEP_CHARACTERS)
    const { length } = Array.from(value)
    if (typeof min === 'number' && length < min) return at(path, `has fewer than ${min} characters`)
    if (typeof max === 'number' && length > max) return at(path, `has more than ${max} characters`)
    return typeof format === 'string' && !hasFormat(format, value)
      ? at(path, `has not the format "${format}"`)
      : undefined
  }

  #problemOfList(
    schema: JsonObject,
    value: readonly Json[],
    path: Path,
    depth: number
  ): string | undefined {
    const { items, prefixItems, additionalItems, contains, uniqueItems } = schema
    const size = problemOfSize(
      value.length,
      [schema['minItems'], schema['maxItems']],
      path,
      'items'
    )
    if (size !== undefined) return size
    // Earlier drafts have the list in `items`.
    const first = isList(prefixItems) ? prefixItems : isList(items) ? items : []
    const rest = isList(items) ? additionalItems : items
    for (const [i, item] of value.entries()) {
      const of = i < first.length ? first[i] : rest
      const problem = of === undefined ? undefined : this.problem(of, item, [...path, i], depth + 1)
      if (problem !== undefined) return problem
    }
    if (uniqueItems === true && !this.#areUnique(value)) return at(path, 'has equal items')
    if (contains === undefined) return undefined
    const fitting = value.filter(
      (each) => this.problem(contains, each, path, depth + 1) === undefined
    )
    const { minContains = 1, maxContains } = schema
    return problemOfSize(fitting.length, [minContains, maxContains], path, 'items of "contains"')
  }

  #problemOfObject(
    schema: JsonObject,
    value: JsonObject,
    path: Path,
    depth: number
  ): string | undefined {
    const { required, additionalProperties: others, propertyNames: names } = schema
    const properties = isObject(schema['properties']) ? schema['properties'] : {}
    const keys = Object.keys(value)
    for (const key of isList(required) ? required : []) {
      this.#spend(1)
      if (typeof key === 'string' && !Object.hasOwn(value, key)) return at(path, `has no "${key}"`)
    }
    const limits = [schema['minProperties'], schema['maxProperties']] as const
    const size = problemOfSize(keys.length, limits, path, 'properties')
    if (size !== undefined) return size
    for (const key of keys) {
      const of = Object.hasOwn(properties, key) ? properties[key] : others
      if (of === false) return at(path, `has the unknown property "${key}"`)
      const problem =
        (of === undefined
          ? undefined
          : this.problem(of, value[key] ?? null, [...path, key], depth + 1)) ??
        (names === undefined ? undefined : this.problem(names, key, [...path, key], depth + 1))
      if (problem !== undefined) return problem
    }
    return undefined
  }

  #areUnique(list: readonly Json[]): boolean {
    const texts = list.map((each) => {
      const text = canonicalJson(each)
      this.#spend(text.length / STEP_CHARACTERS)
      return text
    })
    return new Set(texts).size === list.length
  }

  #isEqual(one: Json, other: Json): boolean {
    this.#spend(1)
    if (isList(one)) {
      return (
        isList(other) &&
        one.length === other.length &&
        one.every((each, i) => this.#isEqual(each, other[i] ?? null))
      )
    }
    if (!isObject(one)) return one === other
    if (!isObject(other) || isList(other)) return false
    const keys = Object.keys(one)
    return (
      keys.length === Object.keys(other).length &&
      keys.every(
        (key) => Object.hasOwn(other, key) && this.#isEqual(one[key] ?? null, other[key] ?? null)
      )
    )
  }

  /** RFC 6901, within the schema. */
  #referenced(reference: string): Json {
    let found: Json | undefined = this.#root
    for (const part of reference.replace(/^#\/?/, '').split('/')) {
      if (part === '') continue
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
      found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined
    }
    if (found === undefined) throw new Unchecked(`the schema has no "${reference}"`)
    return found
  }

  #spend(steps: number): void {
    this.#steps += steps
    if (this.#steps > MAX_STEPS) {
      throw new Unchecked(
        'the check takes too many steps; simplify the schema, or shorten the value'
      )
    }
  }
}

function problemOfType({ type }: JsonObject, value: Json, path: Path): string | undefined {
  const types = (isList(type) ? type : [type]).filter((each) => typeof each === 'string')
  if (types.length === 0) return undefined
  const actual = value === null ? 'null' : isList(value) ? 'array' : typeof value
  const fits = types.some(
    (each) => each === actual || (each === 'integer' && Number.isInteger(value))
  )
  return fits ? undefined : at(path, `expected ${types.join(' or ')}, received ${actual}`)
}

function problemOfNumber(schema: JsonObject, value: number, path: Path): string | undefined {
  const { minimum: min, maximum: max, multipleOf } = schema
  const { exclusiveMinimum: above, exclusiveMaximum: below } = schema
  if (typeof min === 'number' && (value < min || (above === true && value === min))) {
    return at(path, `is less than ${min}`)
  }
  if (typeof max === 'number' && (value > max || (below === true && value === max))) {
    return at(path, `is more than ${max}`)
  }
  if (typeof above === 'number' && value <= above) return at(path, `is not more than ${above}`)
  if (typeof below === 'number' && value >= below) return at(path, `is not less than ${below}`)
  if (
    typeof multipleOf !== 'number' ||
    z.number().multipleOf(multipleOf).safeParse(value).success
  ) {
    return undefined
  }
  return at(path, `is no multiple of ${multipleOf}`)
}

function problemOfSize(
  size: number,
  [min, max]: readonly [Json | undefined, Json | undefined],
  path: Path,
  what: string
): string | undefined {
  if (typeof min === 'number' && size < min) return at(path, `has fewer than ${min} ${what}`)
  return typeof max === 'number' && size > max
    ? at(path, `has more than ${max} ${what}`)
    : undefined
}

function hasFormat(format: string, value: string): boolean {
  return z.fromJSONSchema({ type: 'string', format }).safeParse(value).success
}

function at(path: Path, problem: string): string {
  return path.length === 0 ? problem : `${path.join('.')}: ${problem}`
}

function isList(value: Json | undefined): value is readonly Json[] & Json[] {
  return Array.isArray(value)
}

function isObject(value: Json | undefined): value is JsonObject & { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
