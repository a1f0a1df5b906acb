/** A data directory whose store is gone as a whole. A new store in its place would hide the loss. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { StoreError } from '../../crdt/index.ts'
import { messageOf } from '../errors.ts'

/** What a node derives from its store: nothing else makes these files. */
const DERIVED = /^(search|vectors)\.db$/

/** Throws `StoreError` (STORE_DAMAGED) where files that come from a store are left, and no store. */
export async function refuseLostStore(dataDir: string): Promise<void> {
  const derived = (await namesIn(dataDir)).filter((name) => DERIVED.test(name))
  if (derived.length === 0 || (await namesIn(join(dataDir, 'store'))).length > 0) return
  throw new StoreError(
    'STORE_DAMAGED',
    `The store in ${dataDir} is missing: ${derived.join(' and ')} came from it. Restore a backup into another directory, or delete ${derived.join(' and ')} to begin with an empty store.`
  )
}

/** A directory that is there and cannot be read is not missing. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return []
    const text = `Cannot open the store in ${directory}: ${messageOf(cause)}`
    throw new StoreError('STORE_OPEN_FAILED', text, { cause })
  }
}
