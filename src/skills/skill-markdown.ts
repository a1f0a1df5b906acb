/**
 * Reads a SKILL.md as such files are found: with a byte order mark, CRLF or empty lines first, names
 * in title case, front matter that is not quite YAML, or none at all. Fields of other tools are
 * ignored: the convention is open.
 */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { HiveError } from '../errors.ts'
import { parse } from '../arguments/index.ts'
import { MAX_DESCRIPTION_LENGTH, MAX_LICENCE_LENGTH, MAX_NAME_LENGTH } from './constants.ts'

/** Hexadecimal digits of a name that is a hash. */
const HASH_DIGITS = 8

export const PARENTS = 'noormme-hive-parents'

/** It ends with dashes, or with the dots of YAML. */
const FRONT_MATTER = /^---[ \t]*\r?\n([\s\S]*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/

/** One field of a line: what is left of front matter whose values contain colons unquoted. */
const FIELD = /^([A-Za-z][\w-]*):[ \t]*(.*)$/

const FrontMatter = z.object({
  name: z.coerce.string().optional(),
  description: z.coerce.string().optional(),
  license: z.coerce.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional().catch(undefined)
})

export interface SkillMarkdown {
  readonly name: string
  readonly description: string
  readonly licence: string | undefined
  readonly parents: readonly string[]
  /** The text after the front matter, byte for byte. */
  readonly body: string
}

/**
 * A missing name is that of the folder, a missing description the first paragraph. Throws
 * `HiveError` (SKILL_FOLDER) if one is missing and cannot be derived.
 */
export function readSkillMarkdown(text: string, folder: string): SkillMarkdown {
  const trimmed = text.replace(/^\ufeff?(?:[ \t]*\r?\n)*/, '')
  const [whole, front] = FRONT_MATTER.exec(trimmed) ?? []
  const body = whole === undefined ? trimmed : trimmed.slice(whole.length)
  const fields = parse(
    FrontMatter,
    front === undefined ? {} : fieldsOf(front),
    `${folder}/SKILL.md`,
    'SKILL_FOLDER'
  )
  const { name = basename(folder), description = '', license, metadata } = fields
  const parents = metadata?.[PARENTS]
  return {
    name: skillName(name, folder),
    description: shortened(description.trim() || firstParagraph(body), folder),
    licence:
      license === undefined ? undefined : license.slice(0, MAX_LICENCE_LENGTH).toWellFormed(),
    parents: typeof parents === 'string' ? parents.split(' ') : [],
    body
  }
}

/** YAML, or the fields of its lines if it is not YAML. */
function fieldsOf(front: string): unknown {
  try {
    const fields: unknown = parseYaml(front, { maxAliasCount: 0 })
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) {
      return withoutNulls(fields)
    }
  } catch {
    // Not YAML: read line by line.
  }
  const fields: Record<string, string> = {}
  let last: string | undefined
  for (const line of front.split(/\r?\n/)) {
    const [, name, value] = FIELD.exec(line) ?? []
    if (name !== undefined && value !== undefined) {
      last = name
      fields[name] = value.trim()
    } else if (last !== undefined && /^[ \t]+\S/.test(line)) {
      fields[last] = `${fields[last] ?? ''} ${line.trim()}`.trim()
    }
  }
  return fields
}

function withoutNulls(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}

/**
 * "PDF Processing (v2)" becomes `pdf-processing-v2`. A name of other scripts becomes that of the folder,
 * or one of its hash.
 */
function skillName(given: string, folder: string): string {
  const name = plainName(given)
  if (name !== '') return name
  if (/[\p{L}\p{N}]/u.test(given)) {
    const hash = createHash('sha256').update(given.normalize('NFC')).digest('hex')
    return plainName(basename(folder)) || `skill-${hash.slice(0, HASH_DIGITS)}`
  }
  throw new HiveError(
    'SKILL_FOLDER',
    `${folder} has a SKILL.md whose name has no letters and no digits. Give it a \`name\`.`
  )
}

function plainName(given: string): string {
  return given
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_NAME_LENGTH)
    .replaceAll(/^-+|-+$/g, '')
}

function shortened(given: string, folder: string): string {
  if (given === '') {
    throw new HiveError(
      'SKILL_FOLDER',
      `${folder} has a SKILL.md without a description and without text. Add a \`description\`.`
    )
  }
  return given.slice(0, MAX_DESCRIPTION_LENGTH).toWellFormed()
}

/** Without headings. */
function firstParagraph(body: string): string {
  const paragraphs = body.split(/\r?\n[ \t]*\r?\n/).map((each) =>
    each
      .split(/\r?\n/)
      .filter((line) => !line.startsWith('#'))
      .join(' ')
      .trim()
  )
  return paragraphs.find((each) => each !== '') ?? ''
}
