/**
 * Skills as folders, in the convention that agent tools read: a SKILL.md with front matter, and
 * further files of this hive. The body of SKILL.md is the source of a prompt, byte for byte; for
 * code it is text for readers, and the source is `skill.js`. `schema.json` holds { input, output },
 * `tests.json` the tests; the parents are in `metadata`.
 */
import { constants } from 'node:fs'
import { mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse as parseYaml, stringify } from 'yaml'
import { z } from 'zod'
import { HiveError, messageOf } from '../errors.ts'
import { parse } from '../arguments/index.ts'
import { identifySkill } from './skill-identity.ts'
import type { IdentifiedSkill, Skill, SkillInit } from './skill-identity.ts'

/** A skill has at most 32 KiB in all; white space and escapes of JSON may make a file longer. */
const MAX_FILE_BYTES = 128 * 1024

const FRONT_MATTER = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/
const PARENTS = 'noormme-hive-parents'

/** Fields of other tools are ignored: the convention is open. */
const FrontMatter = z.object({
  name: z.string(),
  description: z.string(),
  license: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional()
})

const Schemas = z.strictObject({
  input: z.union([z.boolean(), z.record(z.string(), z.json())]).default(true),
  output: z.union([z.boolean(), z.record(z.string(), z.json())]).default(true)
})

/**
 * Throws `HiveError`: SKILL_FOLDER if a file is missing or unreadable, and the errors of
 * `identifySkill`.
 */
export async function readSkillFolder(folder: string): Promise<IdentifiedSkill> {
  const text = await readFile(folder, 'SKILL.md')
  if (text === undefined) throw refused(folder, 'has no SKILL.md')
  const source = await readFile(folder, 'skill.js')
  const { front, body } = split(folder, text)
  const { name, description, license, metadata } = parse(
    FrontMatter,
    front,
    `${folder}/SKILL.md`,
    'SKILL_FOLDER'
  )
  const schemas = await readJson(folder, 'schema.json')
  const { input, output } = parse(Schemas, schemas ?? {}, `${folder}/schema.json`, 'SKILL_FOLDER')
  const tests = await readJson(folder, 'tests.json')
  const parents = metadata?.[PARENTS]
  return identifySkill({
    name,
    description,
    kind: source === undefined ? 'prompt' : 'code',
    source: source ?? body,
    inputSchema: input,
    outputSchema: output,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by identifySkill
    tests: (tests ?? []) as SkillInit['tests'],
    parents: typeof parents === 'string' ? parents.split(' ') : [],
    licence: license
  })
}

/** Writes new files; throws `HiveError` (SKILL_FOLDER) if one exists. */
export async function writeSkillFolder(skill: Skill, folder: string): Promise<void> {
  const { kind, source, inputSchema, outputSchema, tests } = skill
  const files: Record<string, string> = {
    'SKILL.md': skillMarkdown(skill),
    'schema.json': json({ input: inputSchema, output: outputSchema }),
    'tests.json': json(tests),
    ...(kind === 'code' ? { 'skill.js': source } : {})
  }
  try {
    await mkdir(folder, { recursive: true })
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, name), text, { flag: 'wx' })
    }
  } catch (cause) {
    const reason = messageOf(cause)
    throw refused(folder, `cannot be written: ${reason}. Choose an empty folder.`, cause)
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

function split(folder: string, text: string): { front: unknown; body: string } {
  const [whole, front] = FRONT_MATTER.exec(text) ?? []
  if (whole === undefined || front === undefined) {
    throw refused(
      folder,
      'has a SKILL.md that does not begin with front matter between two lines of ---'
    )
  }
  try {
    return { front: parseYaml(front, { maxAliasCount: 0 }), body: text.slice(whole.length) }
  } catch (cause) {
    const reason = messageOf(cause)
    throw refused(folder, `has front matter that is not YAML: ${reason}`, cause)
  }
}

async function readJson(folder: string, name: string): Promise<unknown> {
  const text = await readFile(folder, name)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw refused(folder, `has a ${name} that is not JSON`, cause)
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
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await file.readFile())
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
