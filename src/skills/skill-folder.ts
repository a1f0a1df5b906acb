/**
 * Skills as folders, in the convention that agent tools read: a SKILL.md with front matter, and
 * further files of this hive. The body of SKILL.md is the source of a prompt, byte for byte; for
 * code it is text for readers, and the source is `skill.js`. `schema.json` holds { input, output },
 * `tests.json` the tests; the parents are in `metadata`. Other files are not imported.
 */
import { constants } from 'node:fs'
import { open, readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import { makeDirectory } from '../../crdt/index.ts'
import { HiveError, messageOf } from '../errors.ts'
import { parse } from '../arguments/index.ts'
import { jsonFault } from '../issues/index.ts'
import { PARENTS, readSkillMarkdown } from './skill-markdown.ts'
import { identifySkill } from './skill-identity.ts'
import type { IdentifiedSkill, Skill, SkillInit } from './skill-identity.ts'

/** A skill has at most 32 KiB in all; white space and escapes of JSON may make a file longer. */
const MAX_FILE_BYTES = 128 * 1024

const SOURCE_FILE = 'skill.js'

/** Others may read an exported folder, as far as the user's mask lets them. */
const SHARED = 0o777

const Schemas = z.strictObject({
  input: z.union([z.boolean(), z.record(z.string(), z.json())]).default(true),
  output: z.union([z.boolean(), z.record(z.string(), z.json())]).default(true)
})

/**
 * `path`: the folder, or its SKILL.md. Throws `HiveError`: SKILL_FOLDER if a file is missing or
 * unreadable, and the errors of `identifySkill`.
 */
export async function readSkillFolder(path: string): Promise<IdentifiedSkill> {
  const folder = isMarkdown(basename(path)) ? dirname(resolve(path)) : path
  const file = await markdownOf(folder)
  const text = file === undefined ? undefined : await readFile(folder, file)
  if (text === undefined) throw refused(folder, 'has no SKILL.md')
  const source = await readFile(folder, SOURCE_FILE)
  const { body, parents, ...described } = readSkillMarkdown(text, resolve(folder))
  const schemas = await readJson(folder, 'schema.json')
  const { input, output } = parse(Schemas, schemas ?? {}, `${folder}/schema.json`, 'SKILL_FOLDER')
  const tests = await readJson(folder, 'tests.json')
  return identified(folder, {
    ...described,
    kind: source === undefined ? 'prompt' : 'code',
    source: source ?? body,
    inputSchema: input,
    outputSchema: output,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by identifySkill
    tests: (tests ?? []) as SkillInit['tests'],
    parents: [...parents]
  })
}

/** Throws the errors of `identifySkill`, with the folder. */
function identified(folder: string, skill: SkillInit): IdentifiedSkill {
  try {
    return identifySkill(skill)
  } catch (cause) {
    if (!(cause instanceof HiveError)) throw cause
    throw new HiveError(cause.code, `${folder}: ${cause.message}`, { cause })
  }
}

function isMarkdown(name: string): boolean {
  return name.toLowerCase() === 'skill.md'
}

/** The file with the source of the skill at `path`. */
export function sourceIn(path: string): string {
  return join(isMarkdown(basename(path)) ? dirname(path) : path, SOURCE_FILE)
}

/** The convention spells it SKILL.md; other spellings exist where file systems ignore case. */
async function markdownOf(folder: string): Promise<string | undefined> {
  try {
    const names = (await readdir(folder)).filter(isMarkdown)
    return names.includes('SKILL.md') ? 'SKILL.md' : names[0]
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOTDIR') {
      throw refused(folder, 'is no folder. Name a folder with a SKILL.md', cause)
    }
    throw refused(folder, `cannot be read: ${messageOf(cause)}`, cause)
  }
}

/** Writes new files; throws `HiveError` (SKILL_FOLDER) if one exists. */
export async function writeSkillFolder(skill: Skill, folder: string): Promise<void> {
  const { kind, source, inputSchema, outputSchema, tests } = skill
  const files: Record<string, string> = {
    'SKILL.md': skillMarkdown(skill),
    'schema.json': json({ input: inputSchema, output: outputSchema }),
    'tests.json': json(tests),
    ...(kind === 'code' ? { [SOURCE_FILE]: source } : {})
  }
  try {
    await makeDirectory(folder, SHARED)
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, name), text, { flag: 'wx' })
    }
  } catch (cause) {
    const reason = messageOf(cause)
    throw refused(folder, `cannot be written: ${reason}. Choose an empty folder`, cause)
  }
}

function skillMarkdown({ name, description, kind, source, parents, licence }: Skill): string {
  const front = stringify(
    {
      name,
      description,
      ...(licence === undefined ? {} : { license: licence }),
      ...(parents.length === 0 ? {} : { metadata: { [PARENTS]: parents.join(' ') } })
    },
    { lineWidth: 0 }
  )
  const body =
    kind === 'prompt' ? source : `\n# ${name}\n\n${description}\n\nThe code is in \`skill.js\`.\n`
  return `---\n${front}---\n${body}`
}

async function readJson(folder: string, name: string): Promise<unknown> {
  const text = await readFile(folder, name)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw refused(folder, `has a ${name} that is not JSON at ${jsonFault(text)}`, cause)
  }
}

/**
 * Returns undefined if the file is missing. A link is refused, since it may lead out of the folder.
 */
async function readFile(folder: string, name: string): Promise<string | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  let file
  try {
    file = await open(join(folder, name), flags)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT') return undefined
    if (code === 'ELOOP')
      throw refused(
        folder,
        `has a symbolic link named ${name}; replace the link by a copy of the file`,
        cause
      )
    throw refused(folder, `has a ${name} that cannot be read (${String(code)})`, cause)
  }
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw refused(folder, `has a ${name} that is not a file`)
    if (stat.size > MAX_FILE_BYTES) throw refused(folder, `has a ${name} of more than 128 KiB`)
    const bytes = await file.readFile()
    return new TextDecoder(encodingOf(bytes), { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    if (cause instanceof HiveError) throw cause
    throw refused(folder, `has a ${name} that is not UTF-8`, cause)
  } finally {
    await file.close()
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

function refused(folder: string, problem: string, cause?: unknown): HiveError {
  return new HiveError('SKILL_FOLDER', `${folder} ${problem}.`, { cause })
}

/** By the byte order mark; editors of Windows write UTF-16. */
function encodingOf([one, two]: Uint8Array): 'utf-16be' | 'utf-16le' | 'utf-8' {
  if (one === 0xff && two === 0xfe) return 'utf-16le'
  return one === 0xfe && two === 0xff ? 'utf-16be' : 'utf-8'
}
