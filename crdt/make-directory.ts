/** Makes directories, and names the reason where it cannot. */
import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

const OWNER_ONLY = 0o700

/**
 * With the directories above it, by default for its owner alone; returns whether it was made. Throws the error of the operating
 * system. The recursive `mkdir` of Node.js never ends where a file system denies that an existing
 * parent exists, as `/proc` does.
 */
export async function makeDirectory(path: string, mode = OWNER_ONLY): Promise<boolean> {
  const missing: string[] = []
  for (let at = resolve(path); !(await exists(at)); at = dirname(at)) missing.unshift(at)
  for (const directory of missing) await makeOne(directory, mode)
  const found = await stat(path)
  // Throws: a file has the name.
  if (!found.isDirectory()) await mkdir(path)
  return missing.length > 0
}

async function makeOne(directory: string, mode: number): Promise<void> {
  try {
    await mkdir(directory, { mode })
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

/** False also where it cannot be seen; making it then fails, and says why. */
function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => dirname(path) === path
  )
}
