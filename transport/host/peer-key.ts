/** The peer's own key: its libp2p identity, in a file that only its user can read. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { messageOf } from '../../crdt/index.ts'
import { SwarmError } from '../errors.ts'
import type { PrivateKey } from '@libp2p/interface'

const OWNER_ONLY = 0o600

/** Reads the key in `path`, or makes one there. */
export async function loadPeerKey(path: string): Promise<PrivateKey> {
  const keys = await import('@libp2p/crypto/keys')
  try {
    return keys.privateKeyFromProtobuf(await readFile(path))
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) {
      // A key that this user cannot read is not damaged: its peer id must stay.
      if (cause instanceof Error && 'syscall' in cause) {
        const text = `Cannot read the peer key in ${path}: ${messageOf(cause)}.`
        throw new SwarmError('PEER_KEY_UNUSABLE', text, { cause })
      }
      throw new SwarmError(
        'PEER_KEY_UNUSABLE',
        `Cannot read the peer key in ${path}. Restore the file, or delete it to start with a new peer id.`,
        { cause }
      )
    }
  }
  const key = await keys.generateKeyPair('Ed25519')
  const fresh = `${path}.new`
  try {
    await writeFile(fresh, keys.privateKeyToProtobuf(key), { mode: OWNER_ONLY, flush: true })
    await rename(fresh, path)
  } catch (cause) {
    throw new SwarmError(
      'PEER_KEY_UNUSABLE',
      `Cannot write the peer key to ${path}. Check the permissions of the directory and the free space.`,
      { cause }
    )
  }
  return key
}
