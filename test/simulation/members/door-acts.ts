/** What persons do at the door of a simulated swarm: invite, revoke, and renew what has ended. */
import { toHex } from '../../../crdt/bytes/index.ts'
import { HiveError } from '../../../src/errors.ts'
import { renewWithRoot, revokeWithRoot, succeedRoot } from '../../../src/members/root-acts.ts'
import { simulated } from '../environment/simulated.ts'
import { SHORT_DAYS } from './closed-swarm.ts'
import type { Root } from '../../../crdt/index.ts'
import type { RunningNode } from '../simulated-node.ts'
import type { Membership, SimulatedRoots } from './closed-swarm.ts'

/** The inviter makes an invite for a newcomer; false if it cannot now. */
export async function invite(inviter: RunningNode, newcomer: Membership): Promise<boolean> {
  const made = await attempt(inviter, ({ members }) => members.invite({ days: SHORT_DAYS }))
  if (made === undefined) return false
  const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
  newcomer.invite = { id: bytes(made.id), secret: bytes(made.secret) }
  return true
}

/** Resolves to whether the member is revoked. */
export async function revoke(inviter: RunningNode, { key }: Membership): Promise<boolean> {
  const revoked = await attempt(inviter, ({ members }) => members.revoke(toHex(key)))
  return revoked !== undefined
}

/** The same by the holder of the root, on the node of any member that knows it. */
export async function revokeByRoot(
  at: RunningNode,
  root: Root,
  { key }: Membership
): Promise<boolean> {
  const revoked = await attempt(at, ({ members, statements }) => {
    const seconds = Math.floor(Date.now() / 1000)
    return members.add(revokeWithRoot(statements, root, { id: toHex(key), seconds }))
  })
  return revoked !== undefined
}

/** The holder of the root gives another certificate to a member whose own has ended. */
export async function renewEnded(
  at: RunningNode,
  root: Root,
  { key }: Membership
): Promise<boolean> {
  const renewed = await attempt(at, async ({ members, statements }) => {
    const id = toHex(key)
    if (members.find(id).state !== 'expired') return undefined
    const seconds = Math.floor(Date.now() / 1000)
    return members.add([renewWithRoot(statements, root, { id, seconds, days: SHORT_DAYS })])
  })
  return renewed !== undefined
}

/** The successor takes over, on the node of any member; all that counts there stays. */
export async function succeed(at: RunningNode, roots: SimulatedRoots): Promise<boolean> {
  const added = await attempt(at, ({ members, statements }) =>
    members.add([succeedRoot(statements, roots.successor, { next: roots.next })])
  )
  return added !== undefined
}

/** Somebody brings statements from another node. */
export async function add(at: RunningNode, statements: readonly Uint8Array[]): Promise<void> {
  await attempt(at, ({ members }) => members.add(statements))
}

type Opened = NonNullable<RunningNode['parts']['members']>

/** Undefined if the node cannot do it now. */
async function attempt<T>(
  { parts, owner }: RunningNode,
  act: (members: Opened) => Promise<T>
): Promise<T | undefined> {
  const { members } = parts
  if (members === undefined) return undefined
  try {
    return await simulated().time.runAs(owner, () => act(members))
  } catch (error) {
    if (error instanceof HiveError || isStoreError(error)) return undefined
    throw error
  }
}

function isStoreError(error: unknown): boolean {
  return error instanceof Error && error.name === 'StoreError'
}
