/** Founds a closed swarm: its root, the root that may follow, and its first member. */
import {
  createCertificate,
  createMemberSeed,
  createRoot,
  epochBegin,
  epochOf,
  foundSwarm,
  MAX_INVITES,
  memberKeysOf
} from '../../crdt/index.ts'
import { HiveError } from '../errors.ts'
import { DAY, FIRST_DAYS, MAX_DAYS } from './constants.ts'
import { checkWhole } from './terms.ts'
import type { Certificate, MemberKeys, Root } from '../../crdt/index.ts'

/** What founds a closed swarm. */
export interface FoundSwarmInit {
  /** The name that people use: letters, digits, `.`, `_` and `-`; at most 64. */
  readonly name: string
  /** Days that the certificate of the first member lasts; default 730, at most 3,650. */
  readonly days?: number
  /** Seconds of the Unix epoch. */
  readonly seconds: number
}

/** A new closed swarm. The roots are secrets that no node needs. */
export interface FoundedSwarm {
  /** The full name. */
  readonly swarm: string
  readonly root: Root
  readonly successor: Root
  /** Of the first member, an inviter. */
  readonly keys: MemberKeys
  readonly certificate: Certificate
  /** The founding, and the certificate of the first member. */
  readonly statements: readonly Uint8Array[]
}

/** The name is the name of a file too. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u

/**
 * Makes all keys of a closed swarm. Throws `HiveError` (ARGUMENT_INVALID).
 *
 * @example
 * ```ts
 * import { createHive, foundClosedSwarm } from 'noormme-hive'
 *
 * const seconds = Math.floor(Date.now() / 1000)
 * const { swarm, keys, statements } = foundClosedSwarm({ name: 'lab', seconds })
 * const member = { seed: keys.seed, statements: [...statements] }
 * await using db = await createHive({ swarm: { name: swarm, member } })
 * console.log(db.members?.self().role)
 * ```
 */
export function foundClosedSwarm({
  name,
  days = FIRST_DAYS,
  seconds
}: FoundSwarmInit): FoundedSwarm {
  if (!NAME.test(name)) {
    throw new HiveError(
      'ARGUMENT_INVALID',
      `"${name}" cannot name a closed swarm. Use at most 64 letters, digits, ".", "_" and "-", and begin with a letter or a digit.`
    )
  }
  checkWhole('days', days, 1, MAX_DAYS)
  const root = createRoot()
  const successor = createRoot()
  const { swarm, founding } = foundSwarm(name, { root: root.key, successor: successor.key })
  const keys = memberKeysOf(createMemberSeed())
  const certificate = createCertificate(
    swarm,
    {
      member: keys.key,
      voice: keys.voice,
      role: 'inviter',
      max: MAX_INVITES,
      notBefore: epochBegin(epochOf(seconds)),
      notAfter: seconds + days * DAY,
      issuer: root.key,
      number: 1
    },
    root
  )
  const statements = [founding.bytes, certificate.bytes]
  return { swarm, root, successor, keys, certificate, statements }
}
