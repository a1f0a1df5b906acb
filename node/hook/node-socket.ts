/** Finds the socket of the running node. A file or a socket of another user is not used. */
import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const FILE = 'node.json'

/** Undefined if no node runs on the directory, as far as its file states. */
export async function findSocket(
  dataDir: string,
  uid = process.getuid?.()
): Promise<string | undefined> {
  const isOwn = (file: { readonly uid: number }): boolean => uid === undefined || file.uid === uid
  const path = join(dataDir, FILE)
  const file = await lstat(path)
  if (!file.isFile() || !isOwn(file)) return undefined
  const node: unknown = JSON.parse(await readFile(path, 'utf8'))
  if (typeof node !== 'object' || node === null || !('socket' in node)) return undefined
  const { socket } = node
  if (typeof socket !== 'string') return undefined
  const found = await lstat(socket)
  return found.isSocket() && isOwn(found) ? socket : undefined
}
