/** The closed swarm of a simulation: its root, and what each node has of it. */
import { createCertificate, foundSwarm, memberKeysOf } from '../../../crdt/index.ts'
import { rootOf } from '../../../crdt/members/root.ts'
import { EPOCH_SECONDS } from '../../../crdt/members/constants.ts'
import type { Certificate, CertificateInit, MemberKeys, Root } from '../../../crdt/index.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'

/** What a node gets to be a member. */
export interface Membership {
  readonly swarm: string
  readonly seed: Uint8Array
  /** The signing key. */
  readonly key: Uint8Array
  /** The founding and the member's own certificate: other ones come from peers. */
  statements: readonly Uint8Array[]
  /** What a newcomer shows at the door. */
  invite?: { readonly id: Uint8Array; readonly secret: Uint8Array }
}

/**
 * How a node comes into a swarm whose door is tried. The `first` invites; certificates of a `member` end,
 * and renew themselves; a `late` one comes by an invite while the swarm runs; an `outsider` never gets in.
 */
export type DoorRole = 'first' | 'member' | 'late' | 'outsider'

export interface SimulatedSwarm {
  readonly roots: SimulatedRoots
  readonly memberships: readonly Membership[]
}

export interface SimulatedRoots {
  readonly first: Root
  /** Takes over from the first one. */
  readonly successor: Root
  /** The key of the one that may follow the successor. */
  readonly next: Uint8Array
}

/** Weeks before and after the begin of the simulation in which certificates that do not end count. */
const WEEKS = 50

const DAY = 24 * 60 * 60

/** Days that other certificates last, from the begin of the epoch on. */
export const SHORT_DAYS = 9

/** What the first one may admit. */
const MAX = 64

/** `begin`: milliseconds of the Unix epoch. All certificates are of the root, and none ends. */
export function foundMembers(count: number, begin: number, random: Seeded): SimulatedSwarm {
  const { roots, swarm, founding, keysOf } = found(random)
  const root = roots.first
  const dates = longDates(begin)
  const memberships = Array.from({ length: count }, (_, index) => {
    const keys = keysOf()
    const number = index + 1
    const certificate = sign(swarm, keys, { ...dates, issuer: root.key, number }, root)
    return membershipOf(swarm, keys, [founding.bytes, certificate.bytes])
  })
  return { roots, memberships }
}

/** One membership for each role. */
export function foundAtDoor(
  roles: readonly DoorRole[],
  begin: number,
  random: Seeded
): SimulatedSwarm {
  const { roots, swarm, founding, keysOf } = found(random)
  const root = roots.first
  const all = roles.map(() => keysOf())
  const [first] = all
  if (first === undefined) return { roots, memberships: [] }
  const inviter = { role: 'inviter', max: MAX, issuer: root.key, number: 1 } as const
  const top = sign(swarm, first, { ...longDates(begin), ...inviter }, root)
  const seconds = Math.floor(begin / 1000)
  const notBefore = seconds - (seconds % EPOCH_SECONDS)
  const dates = { notBefore, notAfter: notBefore + SHORT_DAYS * DAY }
  const memberships = roles.map((role, index) => {
    const keys = all[index] ?? first
    const statements = [founding.bytes]
    if (role === 'first' || role === 'member') statements.push(top.bytes)
    if (role === 'member') {
      const terms = { ...dates, issuer: top.id, number: index }
      statements.push(sign(swarm, keys, terms, first).bytes)
    }
    const membership = membershipOf(swarm, keys, statements)
    // One that nobody made.
    const invite = { id: new Uint8Array(random.bytes(8)), secret: new Uint8Array(random.bytes(16)) }
    return role === 'outsider' ? { ...membership, invite } : membership
  })
  return { roots, memberships }
}

function found(random: Seeded) {
  const first = rootOf(new Uint8Array(random.bytes(32)))
  const successor = rootOf(new Uint8Array(random.bytes(32)))
  const { key: next } = rootOf(new Uint8Array(random.stream('next root').bytes(32)))
  const roots: SimulatedRoots = { first, successor, next }
  const { swarm, founding } = foundSwarm('simulated', { root: first.key, successor: successor.key })
  const keysOf = (): MemberKeys => memberKeysOf(new Uint8Array(random.bytes(32)))
  return { roots, swarm, founding, keysOf }
}

/** A certificate that the holder of a root signs at will. */
export function certificateBy(root: Root, { swarm, seed }: Membership, begin: number): Uint8Array {
  const terms = { ...longDates(begin), issuer: root.key, number: MAX }
  return sign(swarm, memberKeysOf(seed), terms, root).bytes
}

function longDates(begin: number): Pick<Certificate, 'notAfter' | 'notBefore'> {
  const seconds = Math.floor(begin / 1000)
  return {
    notBefore: seconds - WEEKS * EPOCH_SECONDS,
    notAfter: seconds + WEEKS * EPOCH_SECONDS
  }
}

type Terms = Pick<CertificateInit, 'issuer' | 'notAfter' | 'notBefore' | 'number'> &
  Partial<Pick<CertificateInit, 'max' | 'role'>>

function sign(
  swarm: string,
  { key, voice }: MemberKeys,
  terms: Terms,
  issuer: Pick<MemberKeys, 'sign'>
): Certificate {
  const init = { member: key, voice, role: 'member', max: 0, ...terms } as const
  return createCertificate(swarm, init, issuer)
}

function membershipOf(
  swarm: string,
  { seed, key }: MemberKeys,
  statements: readonly Uint8Array[]
): Membership {
  return { swarm, seed, key, statements }
}
