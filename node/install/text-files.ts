/** Reads and replaces text files: atomically, with their mode, through symbolic links. */
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import {
  access,
  lstat,
  open,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat
} from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { makeDirectory, SHARED_DIRECTORY } from '../data-paths.ts'
import { Refusal } from './client.ts'

/** Hops of a chain of symbolic links, as in Linux. */
const MAX_LINKS = 40

const NEW_FILE = 0o666

/** The file behind a path, which need not exist. Throws `Refusal` for a loop of links. */
export async function targetOf(path: string): Promise<string> {
  let target = path
  for (let hops = 0; hops < MAX_LINKS; hops++) {
    const info = await lstat(target).catch(() => undefined)
    if (info === undefined) return join(await existingFolder(dirname(target)), basename(target))
    if (!info.isSymbolicLink()) return await realpath(target)
    target = resolve(dirname(target), await readlink(target))
  }
  throw new Refusal('is a loop of symbolic links')
}

/** Resolves the links of a folder as far as it exists. */
async function existingFolder(folder: string): Promise<string> {
  const found = await realpath(folder).catch(() => undefined)
  if (found !== undefined || dirname(folder) === folder) return found ?? folder
  return join(await existingFolder(dirname(folder)), basename(folder))
}

/** Undefined if the file is missing. Throws `Refusal` if it is not a file of UTF-8 text. */
export async function readText(path: string): Promise<string | undefined> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return undefined
    if (code === 'EISDIR') throw new Refusal('is a folder')
    if (code === 'ENOTDIR') throw new Refusal('lies below a file')
    throw new Refusal(`cannot be read (${String(code)})`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Refusal('is not UTF-8 text')
  }
}

/** Throws `Refusal` if no file can be renamed to this path. */
export async function checkWritable(path: string): Promise<void> {
  const [highest = path] = await missingFolders(path)
  const folder = dirname(highest)
  try {
    await access(folder, constants.W_OK)
  } catch {
    throw new Refusal(`cannot be written, since ${folder} cannot`)
  }
}

/** The folders above a path that do not exist, the highest first. */
export async function missingFolders(path: string): Promise<string[]> {
  const folder = dirname(path)
  if (folder === path || (await stat(folder).catch(() => undefined)) !== undefined) return []
  return [...(await missingFolders(folder)), folder]
}

/** Writes a new file beside the old one and renames it, so that readers see one or the other. */
export async function replaceText(path: string, text: string, mode?: number): Promise<void> {
  await makeDirectory(dirname(path), SHARED_DIRECTORY)
  const kept = (await stat(path).catch(() => undefined))?.mode
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.new`)
  try {
    const file = await open(temporary, 'wx', mode ?? NEW_FILE)
    try {
      await file.writeFile(text)
      if (kept !== undefined) await file.chmod(kept & 0o7777)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/**
 * Deletes a file, then those of the folders that are empty; the deepest is the last. A folder named
 * hive is of hive anyway.
 */
export async function deleteFile(path: string, folders: readonly string[]): Promise<void> {
  await rm(path, { force: true })
  const folder = dirname(path)
  const isOwn = basename(folder) === 'hive' && !folders.includes(folder)
  for (const each of (isOwn ? [...folders, folder] : folders).toReversed()) {
    const isGone = await rmdir(each).then(
      () => true,
      () => false
    )
    if (!isGone) return
  }
}
