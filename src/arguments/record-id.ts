/** The digest that a whole id names, inside of this library. Calls use `resolveId`. */
import { fromHex } from '../../crdt/bytes/index.ts'
import { HiveError } from '../errors.ts'
import { quoted } from './quoted.ts'

const DIGEST_BYTES = 32

/** Throws `HiveError` (ARGUMENT_INVALID) when `id` is not 64 hexadecimal digits. */
export function digestOfId(id: string): Uint8Array {
  const digest = typeof id === 'string' ? fromHex(id, DIGEST_BYTES) : undefined
  if (digest === undefined) {
    throw new HiveError(
      'ARGUMENT_INVALID',
      `${quoted(id)} is not an id. An id has 64 hexadecimal digits.`
    )
  }
  return digest
}
