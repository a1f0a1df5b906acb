/** Reads back what is installed: the checks of `hive doctor` on clients. */
import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Refusal } from './client.ts'
import { launchOf } from './launch.ts'
import { existing, hasEntries, installedCommand } from './plan.ts'
import { readText, targetOf } from './text-files.ts'
import type { Client, ClientFile, Launch, Place } from './client.ts'

export interface Finding {
  readonly ok: boolean
  readonly text: string
  /** The command that mends a problem. */
  readonly mend?: string
}

export type ClientState = 'installed' | 'absent' | 'missing'

/** `missing`: the client itself is not on this machine. */
export async function stateOf(client: Client, place: Place, launch: Launch): Promise<ClientState> {
  if (await hasEntries(client, place, launch)) return 'installed'
  return (await isPresent(client, place)) ? 'absent' : 'missing'
}

export async function isPresent(client: Client, place: Place): Promise<boolean> {
  const found = await Promise.all(client.traces(place).map(exists))
  return found.includes(true)
}

/** Checks a client that has something of hive, against the version of `launch`. */
export async function checkClient(
  client: Client,
  place: Place,
  launch: Launch,
  version: string
): Promise<Finding[]> {
  if (!(await hasEntries(client, place, launch))) return []
  const command = await installedCommand(client, place, launch)
  const { node, script, dataDir } = command === undefined ? launch : launchOf(command)
  const scope = place.project === undefined ? '' : ' --project'
  const data = dataDir === undefined ? '' : ` --data-dir ${dataDir}`
  const mend = `hive install ${client.name}${scope}${data}`
  const [nodeVersion, scriptVersion] = await Promise.all([
    versionOfNode(node),
    versionOfScript(script)
  ])
  const forNode = checkNode(node, nodeVersion, mend)
  const forScript = checkScript(script, scriptVersion, version, mend)
  // Another Node.js or another copy of the same version is as good as this one.
  const expected = {
    node: forNode.ok ? node : launch.node,
    script: forScript.ok ? script : launch.script,
    dataDir
  }
  const files: Finding[] = []
  for (const file of client.files(place, expected)) files.push(await checkFile(file, mend))
  return command === undefined ? files : [forNode, forScript, ...files]
}

/** The major version that hive needs. */
const NODE_NEEDED = 24

function checkNode(path: string, found: string | undefined, mend: string): Finding {
  if (found === undefined) {
    return { ok: false, text: `the entry starts ${path}, which does not run`, mend }
  }
  const isNew = Number(/^v(\d+)/.exec(found)?.[1]) >= NODE_NEEDED
  return isNew
    ? { ok: true, text: `${path} runs (${found})` }
    : { ok: false, text: `${path} is ${found}; hive needs version ${NODE_NEEDED}`, mend }
}

function checkScript(
  path: string,
  found: string | undefined,
  version: string,
  mend: string
): Finding {
  if (found === version) return { ok: true, text: `${path} is version ${version}` }
  const text =
    found === undefined
      ? `the entry starts ${path}, which does not exist`
      : `the entry starts version ${found}; this is ${version}`
  return { ok: false, text, mend }
}

async function checkFile(file: ClientFile, mend: string): Promise<Finding> {
  const path = await existing(file)
  const what = WHAT[file.kind]
  try {
    const text = (await readText(await targetOf(path)))?.replace(/^\u{feff}/u, '')
    if (text === undefined) return { ok: false, text: `no ${what}: there is no ${path}`, mend }
    const current = file.edit.install(text, { force: false })
    if (current === text) return { ok: true, text: `${what} as of this version: ${path}` }
    const isAbsent = file.edit.remove(text) === text
    const problem = isAbsent ? `no ${what}` : `${what} unlike those of this version`
    return { ok: false, text: `${problem}: ${path}`, mend }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { ok: false, text: `${path} ${error.message}`, mend: `edit the file, then ${mend}` }
  }
}

const WHAT: Readonly<Record<ClientFile['kind'], string>> = {
  mcp: 'MCP entry',
  hooks: 'hooks',
  skill: 'skill',
  rules: 'rules'
}

/** Milliseconds that a Node.js binary has to print its version. */
const NODE_TIMEOUT = 5_000

async function versionOfNode(node: string): Promise<string | undefined> {
  if (node === process.execPath) return process.version
  try {
    const { stdout } = await promisify(execFile)(node, ['--version'], { timeout: NODE_TIMEOUT })
    return stdout.trim()
  } catch {
    return undefined
  }
}

/** Of the package that has the script. */
async function versionOfScript(script: string): Promise<string | undefined> {
  if (!(await exists(script))) return undefined
  for (let folder = dirname(script); dirname(folder) !== folder; folder = dirname(folder)) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
    if (text?.includes('"noormme-hive"') === true) return /"version":\s*"([^"]+)"/.exec(text)?.[1]
  }
  return 'unknown'
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
