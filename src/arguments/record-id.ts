/** The id of a record or fact is its digest in hexadecimal. */
import { fromHex } from '../../crdt/bytes/index.ts'
import { HiveError } from '../errors.ts'

const DIGEST_BYTES = 32

/** Throws `HiveError` (ARGUMENT_INVALID) when `id` is not 64 hexadecimal digits. */
export function digestOfId(id: string): Uint8Array {
  const digest = typeof id === 'string' ? fromHex(id, DIGEST_BYTES) : undefined
  if (digest === undefined) {
    throw new HiveError(
      'ARGUMENT_INVALID',
      `"${id}" is not the id of a fact. An id has 64 hexadecimal digits.`
    )
  }
  return digest
}
