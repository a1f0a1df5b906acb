/**
 * The data directory as only its owner may read it: the directory itself, and the files of a node in
 * it. Other files of the user are left alone.
 */
import { chmod, lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory, StoreError } from '../../crdt/index.ts'
import { messageOf } from '../errors.ts'

const DIRECTORY_MODE = 0o700
const FILE_MODE = 0o600

/** Bits of the group and of others. */
const OTHERS = 0o077

/** A directory such as /tmp belongs to all users. */
const STICKY = 0o1000

/** What a node writes into its directory. */
const OWN_FILES = /^(store|peer\.key|node\.json|(search|vectors)\.db)([.-].*)?$/

/** Creates the directory, or takes it from other users; a warning says why not. */
export async function makePrivate(path: string, warn: (text: string) => void): Promise<void> {
  try {
    await makeDirectory(path)
  } catch (cause) {
    throw new StoreError(
      'STORE_OPEN_FAILED',
      `Cannot create the directory ${path}: ${messageOf(cause)}`,
      { cause }
    )
  }
  try {
    const names = await readdir(path)
    const own = names.filter((name) => OWN_FILES.test(name))
    const { mode } = await lstat(path)
    const isShared = (mode & STICKY) !== 0 || (own.length === 0 && names.length > 0)
    if (isShared && (mode & OTHERS) !== 0) {
      warn(
        `Other users may enter ${path}, which has files that are not of a node. Use a directory of its own.`
      )
    } else await restrict(path)
    for (const name of own) await restrictAll(join(path, name))
  } catch (error) {
    warn(
      `Other users may read ${path}: its modes cannot be set (${messageOf(error)}). As the owner, run "chmod -R go= ${path}".`
    )
  }
}

/** Links are left alone: what they name may be outside of the directory. */
async function restrictAll(path: string): Promise<void> {
  const status = await lstat(path)
  if (status.isSymbolicLink()) return
  await restrict(path)
  if (!status.isDirectory()) return
  for (const name of await readdir(path)) await restrictAll(join(path, name))
}

async function restrict(path: string): Promise<void> {
  const status = await lstat(path)
  if ((status.mode & OTHERS) === 0) return
  await chmod(path, status.isDirectory() ? DIRECTORY_MODE : FILE_MODE)
}
