/** Finds a member by the beginning of its id: the signing key in hexadecimal digits. */
import { toHex } from '../../crdt/bytes/index.ts'
import { HiveError } from '../errors.ts'
import type { MemberStatements } from '../../crdt/index.ts'

/** Fewer digits are easily those of another member. */
const LEAST_DIGITS = 6

/** The signing key. Throws `HiveError` (RECORD_UNKNOWN, ID_AMBIGUOUS). */
export function memberWithId(statements: MemberStatements, id: string): Uint8Array {
  const digits = id.toLowerCase()
  const found =
    digits.length < LEAST_DIGITS
      ? []
      : statements.members().filter((member) => toHex(member).startsWith(digits))
  const [member, other] = found
  if (member === undefined) {
    throw new HiveError(
      'RECORD_UNKNOWN',
      `No member has an id that begins with "${id}". Give at least ${LEAST_DIGITS} digits of an id; "hive members" lists them.`
    )
  }
  if (other !== undefined) {
    const some = found.slice(0, 4).map((each) => toHex(each).slice(0, digits.length + 6))
    throw new HiveError(
      'ID_AMBIGUOUS',
      `${found.length} members have ids that begin with "${id}": ${some.join(', ')}. Give more digits.`
    )
  }
  return member
}
