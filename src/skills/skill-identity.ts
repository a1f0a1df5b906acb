/**
 * Skills by content. The id is the digest of the whole skill, so that a change of the source makes
 * another skill, without evidence; `parents` name its origin.
 */
import { z } from 'zod'
import { digestOf } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { HiveError, messageOf } from '../errors.ts'
import { parse } from '../arguments/index.ts'
import { canonicalJson } from '../sandbox/index.ts'
import {
  MAX_DESCRIPTION_LENGTH,
  MAX_LICENCE_LENGTH,
  MAX_NAME_LENGTH,
  MAX_PARENTS,
  MAX_TESTS
} from './constants.ts'
import { compileSchema } from './json-schema.ts'
import type { HiveRecord } from '../../crdt/index.ts'

const Schema = z.union([z.boolean(), z.record(z.string(), z.json())])

export const SkillTest = z.union([
  z.strictObject({ input: z.json(), output: z.json() }),
  /** `throws`: a part of the error's message; may be empty. */
  z.strictObject({ input: z.json(), throws: z.string() })
])

export const SkillInput = z.strictObject({
  name: z
    .string()
    .max(MAX_NAME_LENGTH)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use only lower case letters, digits and single hyphens'),
  description: z.string().trim().min(1).max(MAX_DESCRIPTION_LENGTH),
  /** `code`: JavaScript, run in the sandbox; `prompt`: instructions, answered by a model. */
  kind: z.enum(['code', 'prompt']),
  source: z.string().min(1),
  inputSchema: Schema.default(true),
  outputSchema: Schema.default(true),
  tests: z.array(SkillTest).max(MAX_TESTS).default([]),
  parents: z
    .array(z.string().regex(/^[0-9a-f]{64}$/, 'not the id of a skill'))
    .max(MAX_PARENTS)
    .default([]),
  licence: z.string().min(1).max(MAX_LICENCE_LENGTH).optional()
})

/**
 * A skill to register. It holds at most 32 KiB with its schemas and tests.
 *
 * @interface
 */
export type SkillInit = z.input<typeof SkillInput>
/**
 * A skill as the node stores it, with defaults.
 *
 * @interface
 */
export type Skill = Readonly<z.output<typeof SkillInput>>

/** Whether it has nothing to run: a prompt that declares no tests, as most SKILL.md files are. */
export function isProse({ kind, tests }: Pick<Skill, 'kind' | 'tests'>): boolean {
  return kind === 'prompt' && tests.length === 0
}

export interface IdentifiedSkill {
  /** 64 hex digits. */
  readonly id: string
  readonly skill: Skill
  /** The record that the hive stores and shares. */
  readonly record: HiveRecord
}

/**
 * Throws `HiveError` (ARGUMENT_INVALID) if it is not a skill, LIMIT_EXCEEDED if it is too large.
 */
export function identifySkill(init: SkillInit): IdentifiedSkill {
  const given = parse(SkillInput, init, 'skill')
  const tidy = { ...given, parents: [...new Set(given.parents)].toSorted() }
  // Records are in NFC, so the stored skill is in NFC too.
  return identified(canonicalJson(tidy).normalize('NFC'))
}

/** The skill of a record; throws as `identifySkill` does. */
export function skillOfRecord({ kind, content }: HiveRecord): IdentifiedSkill {
  if (kind !== 'skill')
    throw new HiveError('ARGUMENT_INVALID', `The record is of kind "${kind}", not a skill.`)
  return identified(content)
}

/**
 * A skill that was stored here after `identifySkill` had checked it; undefined if it does not
 * parse.
 */
export function readSkill(content: string): Skill | undefined {
  try {
    return SkillInput.safeParse(JSON.parse(content)).data
  } catch {
    return undefined
  }
}

function identified(content: string): IdentifiedSkill {
  const skill = parse(SkillInput, parsed(content), 'skill')
  compileSchema(skill.inputSchema, 'inputSchema')
  compileSchema(skill.outputSchema, 'outputSchema')
  const record = { kind: 'skill', entity: skill.name, content } as const
  return { id: toHex(digest(record)), skill, record }
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch (cause) {
    throw new HiveError('ARGUMENT_INVALID', 'The content of this record is not a skill.', { cause })
  }
}

function digest(record: HiveRecord): Uint8Array {
  try {
    return digestOf(record)
  } catch (cause) {
    const reason = messageOf(cause)
    throw new HiveError(
      'LIMIT_EXCEEDED',
      `The skill is too large: source, schemas and tests together may have 32 KiB. ${reason}`,
      { cause }
    )
  }
}
