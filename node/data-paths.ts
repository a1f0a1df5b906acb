/** Paths of a node: XDG base directories, and a short path for its socket. */
import { lstat } from 'node:fs/promises'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { makeDirectory } from '../crdt/make-directory.ts'
import { messageOf } from './exit-codes.ts'

export { makeDirectory }

/** The mode of directories that others may read, as far as the user's mask lets them. */
export const SHARED_DIRECTORY = 0o777

type Environment = Readonly<Record<string, string | undefined>>

/** Bytes: sun_path has 108 on Linux, 104 on macOS, including the final zero. */
const MAX_SOCKET_PATH = 103
const NAME = 'noormme-hive'

/** `$XDG_DATA_HOME/noormme-hive`, by default `~/.local/share/noormme-hive`. */
export function defaultDataDir(env: Environment): string {
  return join(absolute(env['XDG_DATA_HOME']) ?? join(homedir(), '.local', 'share'), NAME)
}

/** A path for the socket of the node in `dataDir`, in a directory that only its user can enter. */
export async function socketPath(dataDir: string, env: Environment): Promise<string> {
  // Loaded here: most commands need no path of a socket.
  const { hash } = process.getBuiltinModule('node:crypto')
  const name = `${hash('sha256', resolve(dataDir)).slice(0, 16)}.sock`
  const runtime = absolute(env['XDG_RUNTIME_DIR'])
  const directory =
    runtime === undefined || Buffer.byteLength(join(runtime, NAME, name)) > MAX_SOCKET_PATH
      ? join(tmpdir(), `${NAME}-${userInfo().uid}`)
      : join(runtime, NAME)
  const path = join(directory, name)
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    throw new Error(
      `The path of the control socket is too long: ${path}. Set XDG_RUNTIME_DIR to a shorter directory.`
    )
  }
  try {
    await makeDirectory(directory)
  } catch (cause) {
    throw new Error(
      `Cannot make the directory of the control socket: ${messageOf(cause)}. Or set XDG_RUNTIME_DIR to another directory.`,
      { cause }
    )
  }
  await checkOwned(directory)
  return path
}

/** Relative XDG paths must be ignored (XDG Base Directory Specification 0.8). */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith('/') === true ? path : undefined
}

/** In a shared /tmp another user could have made the directory first. */
async function checkOwned(directory: string): Promise<void> {
  const { uid, mode } = await lstat(directory)
  const foreign = uid !== userInfo().uid || (mode & 0o077) !== 0
  if (foreign) {
    throw new Error(
      `Other users can enter ${directory}, so the control socket is not safe there. Remove the directory, or set XDG_RUNTIME_DIR.`
    )
  }
}
