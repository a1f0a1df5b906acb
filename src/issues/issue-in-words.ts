/**
 * The words for what is wrong with a value of an input: what it takes, and what came instead. They
 * follow the path of the value, and take the place of those of zod. Messages of a schema itself stay.
 */
import type { z } from 'zod'

type Issue = z.core.$ZodRawIssue
type Of<Code extends Issue['code']> = Extract<Issue, { code: Code }>

interface Discriminated {
  readonly discriminator?: string
  readonly options?: readonly unknown[]
  readonly input?: unknown
}

/** Fields that a message names at most. */
const MAX_FIELDS = 24

/** Characters of a value that a message repeats at most. */
const MAX_SHOWN = 40

/** What a type is called; of others zod has words. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  bigint: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  set: 'a set',
  map: 'a map',
  object: 'an object',
  record: 'an object',
  null: 'null',
  date: 'a date',
  function: 'a function'
}

const FORMATS: Readonly<Record<string, string>> = {
  url: 'a URL such as https://example.org',
  datetime: 'a time such as 2026-11-28T12:00:00Z',
  date: 'a day such as 2026-11-28'
}

const UNITS: Readonly<Record<string, string>> = {
  string: 'character',
  array: 'item',
  set: 'item',
  map: 'entry'
}

/** For the option `error` of a parse, or of all with `z.config`; undefined leaves the words of zod. */
export function issueInWords(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const kind = KINDS[issue.expected]
      return kind === undefined ? undefined : takes(kind, issue.input)
    }
    case 'invalid_value':
      return takes(oneOf(issue.values.map(shown)), issue.input)
    case 'too_small':
      return bound(issue.origin, `at least ${issue.minimum}`, issue.minimum, issue.inclusive)
    case 'too_big':
      return bound(issue.origin, `at most ${issue.maximum}`, issue.maximum, issue.inclusive)
    case 'not_multiple_of':
      return `it takes a multiple of ${issue.divisor}`
    case 'invalid_format': {
      const kind = FORMATS[issue.format]
      if (kind !== undefined) return takes(kind, issue.input)
      return issue.format === 'regex' ? `it has to match ${issue.pattern}` : undefined
    }
    case 'unrecognized_keys':
      return unknownFields(issue)
    case 'invalid_union':
      return noForm(issue)
    case 'invalid_key':
      return `a name in it is not valid: ${issue.issues[0]?.message}`
    default:
      return undefined
  }
}

function takes(kind: string, input: unknown): string {
  if (input === undefined) return `it is missing; give ${kind}`
  return `it takes ${kind}, not ${shown(input)}`
}

/** A value as a message repeats it. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') {
    return value.length > MAX_SHOWN ? 'such a long text' : JSON.stringify(value)
  }
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

function oneOf(values: readonly string[]): string {
  const last = values.at(-1) ?? ''
  return values.length < 2 ? last : `${values.slice(0, -1).join(', ')} or ${last}`
}

function bound(
  origin: string,
  text: string,
  limit: number | bigint,
  inclusive: boolean | undefined
): string {
  const unit = UNITS[origin]
  if (origin === 'string' && text === 'at least 1') return 'it must not be empty'
  if (unit !== undefined) return `it must have ${text} ${unit}${Number(limit) === 1 ? '' : 's'}`
  const isOpen = inclusive === false
  const beside = text.startsWith('at least') ? `more than ${limit}` : `less than ${limit}`
  return `it must be ${isOpen ? beside : text}`
}

function unknownFields({ keys, inst }: Of<'unrecognized_keys'>): string {
  const unknown = `there is no field ${oneOf(keys.slice(0, MAX_FIELDS).map(shown))}`
  const fields = fieldsOf(inst)
  if (fields.length === 0 || fields.length > MAX_FIELDS) return unknown
  return `${unknown}, only ${fields.join(', ')}`
}

/** The fields of an object's schema. */
function fieldsOf(schema: Of<'unrecognized_keys'>['inst']): string[] {
  const shape: unknown = schema !== undefined && 'shape' in schema ? schema.shape : undefined
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : []
}

/** Of several forms: the values of the field that tells them apart, their types, or the nearest form. */
function noForm(issue: Of<'invalid_union'>): string | undefined {
  const { discriminator, options, input }: Discriminated = issue
  if (discriminator !== undefined && options !== undefined) {
    return takes(oneOf(options.map(shown)), valueOf(input, discriminator))
  }
  if (issue.errors.length === 0) return undefined
  const kinds = issue.errors.map(([first]) =>
    first?.path.length === 0 ? kindOf(first) : undefined
  )
  const known = kinds.filter((kind) => kind !== undefined)
  if (known.length === kinds.length) return takes(oneOf([...new Set(known)]), issue.input)
  const nearest = issue.errors
    .filter((_, i) => kinds[i] === undefined)
    .toSorted((a, b) => a.length - b.length)[0]
  return nearest
    ?.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ')
}

/** What one form takes, if the value has another type. */
function kindOf(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'invalid_type') return KINDS[issue.expected]
  return issue.code === 'invalid_value' ? oneOf(issue.values.map(shown)) : undefined
}

function valueOf(input: unknown, name: string): unknown {
  return typeof input === 'object' && input !== null ? Reflect.get(input, name) : undefined
}
