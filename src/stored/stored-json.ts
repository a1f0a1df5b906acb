/** Keys and JSON values of the sections of agents. A value that does not parse reads as absent. */
import type { Operation, Section } from '../../crdt/index.ts'
import type { z } from 'zod'

/** Digits of a number in a key, so that keys are in the order of the numbers. */
const WIDTH = 10

/** The character after "/": names of agents and ids of sessions have neither. */
const AFTER_SLASH = '0'

export async function readJson<S extends z.ZodType>(
  section: Section,
  key: string,
  schema: S
): Promise<z.output<S> | undefined> {
  const value = await section.get(Buffer.from(key))
  return value === undefined ? undefined : parseJson(schema, value)
}

/** Values of the keys below `prefix`, which ends with "/". */
export async function* readAll<S extends z.ZodType>(
  section: Section,
  prefix: string,
  schema: S,
  { after, before, reverse = false, limit }: ReadOptions = {}
): AsyncGenerator<readonly [key: string, value: z.output<S>]> {
  const end = before === undefined ? `${prefix.slice(0, -1)}${AFTER_SLASH}` : prefix + before
  const start =
    after === undefined ? { gte: Buffer.from(prefix) } : { gt: Buffer.from(prefix + after) }
  const range = { ...start, lt: Buffer.from(end), reverse }
  const entries = section.entries(limit === undefined ? range : { ...range, limit })
  for await (const [key, value] of entries) {
    const read = parseJson(schema, value)
    if (read !== undefined) yield [Buffer.from(key).toString().slice(prefix.length), read]
  }
}

export interface ReadOptions {
  /** Only keys behind this one, which follows the prefix. */
  readonly after?: string
  /** Only keys below this one, which follows the prefix. */
  readonly before?: string
  readonly reverse?: boolean
  readonly limit?: number
}

export function putJson(section: Section, key: string, value: object): Operation {
  return section.put(Buffer.from(key), Buffer.from(JSON.stringify(value)))
}

export function remove(section: Section, key: string): Operation {
  return section.del(Buffer.from(key))
}

/** A number as part of a key. */
export function digitsOf(number: number): string {
  return String(number).padStart(WIDTH, '0')
}

/** Undefined where the value does not parse. */
export function parseJson<S extends z.ZodType>(
  schema: S,
  value: Uint8Array
): z.output<S> | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(value).toString())).data
  } catch {
    return undefined
  }
}
