/** The data directory: who can read it, the files of the node in it, and its store. */
import { constants } from 'node:fs'
import { access, lstat, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { inspectStore } from '../../crdt/index.ts'
import { loadPeerKey } from '../../transport/index.ts'
import { isAlive } from '../control/process-alive.ts'
import { bad, good, isUnusable } from './check.ts'
import { entryFindings } from './entry-findings.ts'
import { lockHolder } from './lock-holder.ts'
import type { Stats } from 'node:fs'
import type { Check, DoctorFinding, Examined } from './check.ts'

/** Bits of the group and of others. */
const OTHERS = 0o077

const TOKEN = /^[\w-]{16,256}$/

/** Bytes of an index that is compared with its checksum. */
const MAX_INDEX_BYTES = 256 * 1024 * 1024

export const DIRECTORY_CHECKS: readonly Check[] = [
  { section: 'directory', run: checkDirectory },
  { section: 'directory', run: ({ dataDir, unusable }) => entryFindings(dataDir, unusable) },
  { section: 'directory', run: checkPeerKey },
  { section: 'directory', run: checkToken },
  { section: 'directory', run: checkControl },
  { section: 'store', run: checkStore },
  { section: 'store', run: checkIndex }
]

async function checkDirectory({ dataDir }: Examined): Promise<DoctorFinding[]> {
  const directory = await statOf(dataDir)
  if (directory === undefined && (await lstat(dataDir).catch(() => undefined)) !== undefined) {
    const text = `the data directory is a link to something that is not there: ${dataDir}`
    return [bad('directory-link', text, 'mount the disk with the target, or correct the link')]
  }
  if (directory === undefined) {
    return [good('directory', `the data directory does not exist yet: ${dataDir}`)]
  }
  if (!directory.isDirectory()) {
    return [
      bad('directory-file', `the data directory is a file: ${dataDir}`, 'choose another --data-dir')
    ]
  }
  try {
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    return [bad('directory-access', ...accessProblem(dataDir, directory, error))]
  }
  if ((directory.mode & OTHERS) !== 0 && (await statOf(join(dataDir, 'store'))) !== undefined) {
    const text = `other users may enter the data directory (mode 0${(directory.mode & 0o777).toString(8)}): ${dataDir}`
    return [bad('directory-mode', text, `chmod 700 "${dataDir}"`)]
  }
  return [good('directory', `the data directory can be read and written: ${dataDir}`)]
}

/** A finding's text and remedy. */
function accessProblem(dataDir: string, { uid }: Stats, error: unknown): [string, string] {
  if (error instanceof Error && 'code' in error && error.code === 'EROFS') {
    const text = `the data directory is on a file system that is read-only: ${dataDir}`
    return [text, 'mount it for writing, or choose another --data-dir']
  }
  const text = `this user cannot read and write the data directory: ${dataDir}`
  return uid === process.getuid?.()
    ? [text, `chmod u+rwx "${dataDir}"`]
    : [
        `${text} (it belongs to user ${uid})`,
        `run hive as user ${uid}, or choose another --data-dir`
      ]
}

async function checkPeerKey(examined: Examined): Promise<DoctorFinding[]> {
  const path = join(examined.dataDir, 'peer.key')
  const file = await statOf(path)
  if (file === undefined || isUnusable(examined, 'peer.key')) return []
  const open = modeFinding('peer-key-mode', 'the peer key', path, file)
  if (open !== undefined) return [open]
  try {
    await loadPeerKey(path)
    return [good('peer-key', 'the peer key can be read')]
  } catch {
    const mend = `restore the file from a backup, or rm "${path}": the node then gets a new peer id`
    return [bad('peer-key', `the peer key is damaged: ${path}`, mend)]
  }
}

async function checkToken(examined: Examined): Promise<DoctorFinding[]> {
  const { dataDir, node } = examined
  if (isUnusable(examined, 'http-token')) return []
  const path = join(dataDir, 'http-token')
  const file = await statOf(path)
  if (file === undefined) {
    if (node?.http === undefined) return []
    const text = `the token of the HTTP API is gone: ${path}`
    return [bad('token', text, `kill ${node.pid}, then hive start: it makes a new one`)]
  }
  const open = modeFinding('token-mode', 'the token of the HTTP API', path, file)
  if (open !== undefined) return [open]
  const isToken = TOKEN.test((await readFile(path, 'utf8')).trim())
  return isToken
    ? [good('token', 'only its owner can read the token of the HTTP API')]
    : [bad('token', `there is no token in ${path}`, `rm "${path}": the next start makes a new one`)]
}

async function checkControl(examined: Examined): Promise<DoctorFinding[]> {
  const { dataDir, node, start } = examined
  const findings: DoctorFinding[] = []
  const path = join(dataDir, 'node.json')
  const isFile = (await statOf(path)) !== undefined && !isUnusable(examined, 'node.json')
  if (node === undefined && isFile) {
    const text = `${path} is of a node that no longer answers`
    findings.push(bad('control-file', text, 'hive start: it replaces the file'))
  }
  const lock = join(dataDir, 'node.starting')
  const holder = Number(await readFile(lock, 'utf8').catch(() => ''))
  if (holder > 0 && !isAlive(holder)) {
    const text = `a start that ended (process ${holder}) left its lock: ${lock}`
    findings.push(bad('start-lock', text, `rm "${lock}"`))
  }
  if (start.problem !== undefined) {
    const mend = 'hive start with the options of the node: it writes the file again'
    findings.push(
      bad('remembered-start', `the options of the last start are damaged: ${start.problem}`, mend)
    )
  }
  return findings
}

/** A store that another process has open is not touched. */
async function checkStore(examined: Examined): Promise<DoctorFinding[]> {
  const { dataDir, node, start, status } = examined
  const directory = join(dataDir, 'store')
  const file = await statOf(join(directory, 'LOCK'))
  const hasStore = (await statOf(directory)) !== undefined
  // A store that this user cannot read is not damaged.
  if (!hasStore || isUnusable(examined, 'store')) return []
  if (node !== undefined) return [good('store', 'the running node has the store')]
  const holder = file === undefined ? undefined : await lockHolder(file)
  if (holder !== undefined) {
    const text = `process ${holder} has the store open, and does not answer as a node`
    return [bad('store-locked', text, `wait until it ends, or kill ${holder}`)]
  }
  const { damage, unreadable, schema, isNewer, swarm } = await inspectStore(directory)
  if (damage.length > 0 || unreadable !== undefined) {
    const names = damage.map(({ file: name, problem }) => `${name} (${problem})`).join(', ')
    const text = `the store is damaged: ${names || unreadable}`
    return [bad('store-damaged', text, `hive repair --data-dir "${dataDir}"`)]
  }
  if (isNewer) {
    const text = `a later version wrote the store (schema ${schema})`
    return [bad('store-newer', text, 'npm install --global noormme-hive@latest')]
  }
  const name = start.values.swarm ?? 'default'
  if (status === undefined && swarm !== undefined && swarm !== name) {
    const text = `the store belongs to the swarm "${swarm}", and the settings name "${name}"`
    return [bad('store-swarm', text, `hive start --swarm "${swarm}", or another --data-dir`)]
  }
  return [good('store', 'the store is whole')]
}

/** Only of a stopped node: a running one writes to it. */
async function checkIndex(examined: Examined): Promise<DoctorFinding[]> {
  const { dataDir, node } = examined
  if (node !== undefined) return []
  let compared = 0
  for (const name of ['search.db', 'vectors.db']) {
    const path = join(dataDir, name)
    const file = await statOf(path)
    if (file === undefined || file.size > MAX_INDEX_BYTES) continue
    if (isUnusable(examined, name) || isUnusable(examined, `${name}.sum`)) continue
    const sum = await readFile(`${path}.sum`, 'utf8').catch(() => undefined)
    if (sum === undefined) continue
    const bytes = await readFile(path)
    compared += 1
    if (sum.trim() === `${bytes.length} ${crc32(bytes)}`) continue
    const mend = 'nothing must be done: the next start builds it again'
    return [bad('index-damaged', `the index ${path} is damaged`, mend)]
  }
  return compared === 0 ? [] : [good('index', 'the indexes are whole')]
}

/** A file that others may read; undefined if none may. */
export function modeFinding(
  id: string,
  what: string,
  path: string,
  { mode }: Stats
): DoctorFinding | undefined {
  if ((mode & OTHERS) === 0 || process.platform === 'win32') return undefined
  const text = `other users may read ${what} (mode 0${(mode & 0o777).toString(8)}): ${path}`
  return bad(id, text, `chmod 600 "${path}"`)
}

function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined)
}
