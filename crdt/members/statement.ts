/** Statements: all that the members of a closed swarm know of who belongs to it. */
import { readAll, readBytes } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { readCertificate } from './certificate.ts'
import { MAX_STATEMENT_BYTES } from './constants.ts'
import { readFounding } from './founding.ts'
import { readRevocation } from './revocation.ts'
import { KINDS } from './statement-bytes.ts'
import { readSuccession } from './succession.ts'
import type { Certificate } from './certificate.ts'
import type { Founding } from './founding.ts'
import type { Revocation } from './revocation.ts'
import type { Succession } from './succession.ts'

/** Any statement. */
export type Statement = Founding | Certificate | Revocation | Succession

/**
 * Reads exactly one statement. Throws `MalformedError` for bytes that are none or have another form
 * of the same values. Signatures are not checked. The statement owns its bytes: they are copied.
 */
export function readStatement(bytes: Uint8Array): Statement {
  if (bytes.length > MAX_STATEMENT_BYTES) throw new MalformedError('a statement that is too long')
  return readAll(Uint8Array.from(bytes), (decoder) => {
    switch (readBytes(decoder, 1)[0]) {
      case KINDS.founding:
        return readFounding(decoder)
      case KINDS.certificate:
        return readCertificate(decoder, false)
      case KINDS.renewal:
        return readCertificate(decoder, true)
      case KINDS.revocation:
        return readRevocation(decoder)
      case KINDS.succession:
        return readSuccession(decoder)
      default:
        throw new MalformedError('a statement of an unknown kind')
    }
  })
}
