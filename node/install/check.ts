/** Reads back what is installed: the checks of `hive doctor` on clients. */
import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Refusal } from './client.ts'
import { launchOf } from './launch.ts'
import { existing, installedCommand } from './plan.ts'
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
  if ((await installedCommand(client, place, launch)) !== undefined) return 'installed'
  return (await isPresent(client, place)) ? 'absent' : 'missing'
}

export async function isPresent(client: Client, place: Place): Promise<boolean> {
  const found = await Promise.all(client.traces(place).map(exists))
  return found.includes(true)
}

/** Checks a client that has an entry of hive, against the version of `launch`. */
export async function checkClient(
  client: Client,
  place: Place,
  launch: Launch,
  version: string
): Promise<Finding[]> {
  const command = await installedCommand(client, place, launch)
  if (command === undefined) return []
  const installed = launchOf(command)
  const scope = place.project === undefined ? '' : ' --project'
  const data = installed.dataDir === undefined ? '' : ` --data-dir ${installed.dataDir}`
  const mend = `hive install ${client.name}${scope}${data}`
  const program = await checkProgram(installed, version, mend)
  const expected = { ...launch, dataDir: installed.dataDir }
  const files: Finding[] = []
  for (const file of client.files(place, expected)) files.push(await checkFile(file, mend))
  return [...program, ...files]
}

async function checkProgram(
  { node, script }: Launch,
  version: string,
  mend: string
): Promise<Finding[]> {
  const [nodeFound, scriptFound] = await Promise.all([versionOfNode(node), versionOfScript(script)])
  const isSame = scriptFound === version
  return [
    nodeFound === undefined
      ? { ok: false, text: `the entry starts ${node}, which does not run`, mend }
      : { ok: true, text: `${node} runs (${nodeFound})` },
    isSame
      ? { ok: true, text: `${script} is version ${version}` }
      : {
          ok: false,
          text:
            scriptFound === undefined
              ? `the entry starts ${script}, which does not exist`
              : `the entry starts version ${scriptFound}; this is ${version}`,
          mend
        }
  ]
}

async function checkFile(file: ClientFile, mend: string): Promise<Finding> {
  const path = await existing(file)
  const what = WHAT[file.kind]
  try {
    const text = (await readText(await targetOf(path)))?.replace(/^\u{feff}/u, '')
    if (text === undefined) return { ok: false, text: `${what} is missing: ${path}`, mend }
    const current = file.edit.install(text, { force: false })
    if (current === text) return { ok: true, text: `${what} is current: ${path}` }
    const isAbsent = file.edit.remove(text) === text
    const problem = isAbsent ? 'is missing in' : 'differs from this version in'
    return { ok: false, text: `${what} ${problem} ${path}`, mend }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { ok: false, text: `${path} ${error.message}`, mend: `edit the file, then ${mend}` }
  }
}

const WHAT: Readonly<Record<ClientFile['kind'], string>> = {
  mcp: 'the MCP entry',
  hooks: 'the hooks',
  skill: 'the skill',
  rules: 'the rules'
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
