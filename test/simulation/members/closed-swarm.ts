/** The closed swarm of a simulation: its root, and a certificate for each member. */
import { createCertificate, foundSwarm, memberKeysOf } from '../../../crdt/index.ts'
import { signingKeyOf } from '../../../crdt/bytes/index.ts'
import { EPOCH_SECONDS } from '../../../crdt/members/constants.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'

/** What a node gets to be a member. */
export interface Membership {
  readonly swarm: string
  readonly seed: Uint8Array
  /** The founding and the member's own certificate: other ones come from peers. */
  readonly statements: readonly Uint8Array[]
}

/** Weeks before and after the begin of the simulation in which all certificates count. */
const WEEKS = 50

/** The memberships of so many members; `begin`: milliseconds of the Unix epoch. */
export function foundMembers(count: number, begin: number, random: Seeded): readonly Membership[] {
  const root = signingKeyOf(new Uint8Array(random.bytes(32)))
  const successor = signingKeyOf(new Uint8Array(random.bytes(32)))
  const { swarm, founding } = foundSwarm('simulated', { root: root.key, successor: successor.key })
  const seconds = Math.floor(begin / 1000)
  return Array.from({ length: count }, (_, index) => {
    const keys = memberKeysOf(new Uint8Array(random.bytes(32)))
    const certificate = createCertificate(
      swarm,
      {
        member: keys.key,
        voice: keys.voice,
        role: 'member',
        max: 0,
        notBefore: seconds - WEEKS * EPOCH_SECONDS,
        notAfter: seconds + WEEKS * EPOCH_SECONDS,
        issuer: root.key,
        number: index + 1
      },
      root
    )
    return { swarm, seed: keys.seed, statements: [founding.bytes, certificate.bytes] }
  })
}
