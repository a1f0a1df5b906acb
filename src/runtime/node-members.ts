/** The membership of a node in a closed swarm: from its options, or from its data directory. */
import { readFile } from 'node:fs/promises'
import { isClosedSwarm, MemberError, readMemberFile, storedSwarmName } from '../../crdt/index.ts'
import { openMembers } from '../members/index.ts'
import type { Store } from '../../crdt/index.ts'
import type { SwarmInit } from '../../transport/index.ts'
import type { OpenedMembers } from '../members/index.ts'
import type { HostEnvironment } from './environment.ts'
import type { Options } from './hive-options.ts'
import type { Warnings } from './warnings.ts'

/** The file of a data directory with the seed of a member. */
export const MEMBER_FILE = 'member.json'

/**
 * Undefined in an open swarm. `file`: path of the seed, if there is a data directory. Throws
 * `MemberError` for a closed swarm of which this node has no membership.
 */
export async function openNodeMembers(
  { swarm, clock = Date }: Pick<Options, 'clock' | 'swarm'>,
  store: Store,
  { file, createVoices }: { readonly file?: string } & Pick<HostEnvironment, 'createVoices'>
): Promise<OpenedMembers | undefined> {
  const name = swarm === false ? await storedSwarmName(store) : swarm.name
  if (name === undefined || !isClosedSwarm(name)) return undefined
  const given = swarm === false ? undefined : swarm.member
  return openMembers({
    swarm: name,
    store,
    now: () => clock.now(),
    seed: given?.seed ?? (await seedIn(file, name)),
    statements: given?.statements,
    renewsOthers: swarm === false ? undefined : swarm.renewMembers,
    voices: createVoices?.()
  })
}

/** What the door of the swarm is given: newcomers are enrolled by invites of this node. */
export function doorMembers(
  { statements, keys, members }: OpenedMembers,
  { swarm }: Pick<Options, 'swarm'>
): NonNullable<SwarmInit['members']> {
  return {
    statements,
    keys,
    invite: swarm === false ? undefined : swarm.member?.invite,
    enrol: (request) => members.enrol(request),
    renewals: members.renewals
  }
}

/** Warns of a certificate that ends, or that has ended: now, and when statements or time change that. */
export function followMembership(
  opened: OpenedMembers | undefined,
  warnings: Warnings
): () => void {
  if (opened === undefined) return () => undefined
  const { members, statements } = opened
  let shown: string | undefined
  const look = (): void => {
    const warning = members.warning()
    if (warning === shown) return
    if (shown !== undefined) warnings.remove(shown)
    if (warning !== undefined) warnings.add(warning)
    shown = warning
  }
  look()
  statements.on('statement:add', look)
  const unfollow = members.renewals.follow(look)
  return () => {
    unfollow()
    statements.off('statement:add', look)
  }
}

async function seedIn(path: string | undefined, swarm: string): Promise<Uint8Array> {
  let text: string | undefined
  try {
    text = path === undefined ? undefined : await readFile(path, 'utf8')
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause
  }
  if (text === undefined) {
    throw new MemberError(
      'NOT_A_MEMBER',
      `The swarm "${swarm}" is closed, and this node is no member. Join with an invite: "hive join".`
    )
  }
  return readMemberFile(text).seed
}
