/**
 * Backups of a node. A backup is a data directory without indexes, with a file that is written last
 * and says what is in it.
 */
import { hash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { makeDirectory, readCopy, readMemberFile } from '../../crdt/index.ts'
import { loadPeerKey } from '../../transport/index.ts'
import { HiveError, messageOf } from '../errors.ts'
import { MEMBER_FILE } from './node-members.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Store, StoreCopy } from '../../crdt/index.ts'

/** Options of `backup` and `restoreBackup`. */
export interface BackupOptions extends AbortOptions {
  /** Called with the number of items copied so far. */
  readonly onProgress?: (progress: { readonly items: number }) => void
}

/** What a backup contains. */
export interface BackupReport {
  readonly directory: string
  /** Keys of the store. */
  readonly items: number
  /** Whether it has the key of the peer; a node without a network or a directory has none. */
  readonly hasPeerKey: boolean
  /** Whether it has the seed of a member of a closed swarm, without which the membership is lost. */
  readonly hasMember: boolean
}

const Manifest = z.object({
  format: z.literal(1),
  createdAt: z.string(),
  items: z.int(),
  /** SHA-256 of all keys and values. */
  digest: z.string(),
  hasPeerKey: z.boolean(),
  /** Absent in backups of nodes without closed swarms. */
  hasMember: z.boolean().default(false),
  /** SHA-256 of the files of keys, by name; absent in backups of earlier versions. */
  keys: z.record(z.string(), z.string()).default({})
})

const MANIFEST = 'backup.json'
const STORE = 'store'
const PEER_KEY = 'peer.key'

/** Files of keys: how each is read, and what a node without it has lost. */
const KEYS = {
  hasPeerKey: { name: PEER_KEY, read: loadPeerKey, loss: 'gets a new peer id' },
  hasMember: { name: MEMBER_FILE, read: readMember, loss: 'is no member, and needs a new invite' }
} as const

const DIRECTORY_MODE = 0o700
const FILE_MODE = 0o600

/** Writes a backup into an empty directory, or a new one; after a failure nothing is left in it. */
export async function writeBackup(
  { store, dataDir }: { readonly store: Store; readonly dataDir: string | undefined },
  directory: string,
  { signal, onProgress }: BackupOptions
): Promise<BackupReport> {
  signal?.throwIfAborted()
  return fillDirectory(directory, async () => {
    const keys: Record<string, string> = {}
    const copies = async (name: string): Promise<boolean> => {
      const bytes = dataDir === undefined ? undefined : await readKey(join(dataDir, name))
      if (bytes === undefined) return false
      await writeKey(join(directory, name), bytes)
      keys[name] = hash('sha256', bytes)
      return true
    }
    const hasPeerKey = await copies(PEER_KEY)
    const hasMember = await copies(MEMBER_FILE)
    const copy = await store.copyTo(join(directory, STORE), { signal, onProgress })
    const manifest: z.output<typeof Manifest> = {
      format: 1,
      createdAt: new Date().toISOString(),
      ...copy,
      hasPeerKey,
      hasMember,
      keys
    }
    const text = `${JSON.stringify(manifest, undefined, 2)}\n`
    await writeFile(join(directory, MANIFEST), text, { mode: FILE_MODE, flush: true })
    return { directory, items: copy.items, hasPeerKey, hasMember }
  })
}

/**
 * Makes a data directory from a backup: compares the store and the keys with what was backed up. Stop the node that the backup is from: two nodes with one peer key disturb each other. Throws
 * `HiveError` (BACKUP_INVALID) if the backup is incomplete or damaged, or `dataDir` is not empty.
 */
export async function restoreBackup(
  backup: string,
  dataDir: string,
  { signal, onProgress }: BackupOptions = {}
): Promise<BackupReport> {
  const { items, digest, hasPeerKey, hasMember, keys } = await readManifest(backup)
  return fillDirectory(dataDir, async () => {
    await mkdir(join(dataDir, STORE), { mode: DIRECTORY_MODE })
    for (const name of await readdir(join(backup, STORE))) {
      signal?.throwIfAborted()
      await copyFile(join(backup, STORE, name), join(dataDir, STORE, name))
    }
    const restored = await readStore(join(dataDir, STORE), signal)
    if (restored.items !== items || restored.digest !== digest) {
      throw new HiveError(
        'BACKUP_INVALID',
        `The backup in ${backup} is damaged: its content differs from what was backed up. Use another backup.`
      )
    }
    onProgress?.({ items })
    const from = { backup, dataDir, keys }
    if (hasPeerKey) await restoreKey('hasPeerKey', from)
    if (hasMember) await restoreKey('hasMember', from)
    return { directory: dataDir, items, hasPeerKey, hasMember }
  })
}

/** Leaves an empty directory as it was if the task fails. */
async function fillDirectory<T>(directory: string, fill: () => Promise<T>): Promise<T> {
  await requireEmpty(directory)
  try {
    return await fill()
  } catch (error) {
    for (const name of [MANIFEST, PEER_KEY, MEMBER_FILE, STORE]) {
      await rm(join(directory, name), { recursive: true, force: true })
    }
    throw error
  }
}

async function requireEmpty(directory: string): Promise<void> {
  let names: string[]
  try {
    await makeDirectory(directory)
    names = await readdir(directory)
  } catch (cause) {
    throw new HiveError(
      'BACKUP_INVALID',
      `Cannot create the directory ${directory}: ${messageOf(cause)}`,
      { cause }
    )
  }
  if (names.length > 0) {
    throw new HiveError(
      'BACKUP_INVALID',
      `The directory ${directory} is not empty. Choose an empty directory, or a new one.`
    )
  }
}

async function readManifest(backup: string): Promise<z.output<typeof Manifest>> {
  try {
    return Manifest.parse(JSON.parse(await readFile(join(backup, MANIFEST), 'utf8')))
  } catch (cause) {
    throw new HiveError(
      'BACKUP_INVALID',
      `${backup} is no complete backup: its ${MANIFEST} is missing or damaged. Name the directory that "hive backup" wrote.`,
      { cause }
    )
  }
}

async function readStore(directory: string, signal: AbortSignal | undefined): Promise<StoreCopy> {
  try {
    return await readCopy(directory, signal)
  } catch (cause) {
    signal?.throwIfAborted()
    throw new HiveError(
      'BACKUP_INVALID',
      `The backup is damaged: ${messageOf(cause)} Use another backup.`,
      { cause }
    )
  }
}

interface KeySource {
  readonly backup: string
  readonly dataDir: string
  /** SHA-256 of the files, by name. */
  readonly keys: Readonly<Record<string, string>>
}

/** Throws `HiveError` (BACKUP_INVALID) if the key is not there any more, or is not what it was. */
async function restoreKey(
  part: keyof typeof KEYS,
  { backup, dataDir, keys }: KeySource
): Promise<void> {
  const { name, read, loss } = KEYS[part]
  const path = join(dataDir, name)
  const bytes = await readKey(join(backup, name))
  let cause: unknown
  if (bytes !== undefined && (keys[name] ?? hash('sha256', bytes)) === hash('sha256', bytes)) {
    await writeKey(path, bytes)
    try {
      await read(path)
      return
    } catch (error) {
      cause = error
    }
  }
  throw new HiveError(
    'BACKUP_INVALID',
    `The backup in ${backup} is damaged: its ${name} is missing, cannot be read, or differs from what was backed up. Use another backup. If there is none, set ${part} to false in its ${MANIFEST}; a node restored without the file ${loss}.`,
    { cause }
  )
}

async function readMember(path: string): Promise<void> {
  readMemberFile(await readFile(path, 'utf8'))
}

/** Undefined if there is no key. */
async function readKey(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function writeKey(path: string, bytes: Uint8Array): Promise<void> {
  return writeFile(path, bytes, { mode: FILE_MODE, flush: true })
}
