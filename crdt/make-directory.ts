/** Makes a directory that only its owner can enter, and names the reason where it cannot. */
import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

const OWNER_ONLY = 0o700

/** With the directories above it. Throws the error of the operating system. */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: OWNER_ONLY })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    // Node.js reports this code for a read-only file system too.
    await mkdir(await firstMissing(path), { mode: OWNER_ONLY })
    await mkdir(path, { recursive: true, mode: OWNER_ONLY })
  }
}

/** The directory of `path` whose parent exists. */
async function firstMissing(path: string): Promise<string> {
  let missing = resolve(path)
  while (dirname(missing) !== missing && !(await exists(dirname(missing)))) {
    missing = dirname(missing)
  }
  return missing
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false
  )
}
