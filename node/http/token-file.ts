/** The token of the HTTP API: made at the first start, in a file that only its user can read. */
import { randomBytes } from 'node:crypto'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export const TOKEN_FILE = 'http-token'

const TOKEN_BYTES = 32
const OWNER_ONLY = 0o600
const TOKEN = /^[\w-]{16,256}$/

/** Reads the token of a data directory, or makes one. Throws if the file holds no token. */
export async function readToken(dataDir: string): Promise<string> {
  const path = join(dataDir, TOKEN_FILE)
  try {
    await writeFile(path, `${randomBytes(TOKEN_BYTES).toString('base64url')}\n`, {
      flag: 'wx',
      mode: OWNER_ONLY
    })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    await chmod(path, OWNER_ONLY)
  }
  const token = (await readFile(path, 'utf8')).trim()
  if (TOKEN.test(token)) return token
  throw new Error(`${path} holds no token. Delete the file; the next start makes a new one.`)
}
