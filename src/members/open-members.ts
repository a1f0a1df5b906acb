/** Opens what a node of a closed swarm needs: its keys, the statements, and its voice. */
import {
  epochOf,
  MemberError,
  memberKeysOf,
  MemberStatements,
  MemberVoices,
  VoiceThread
} from '../../crdt/index.ts'
import { DAY, HOUR } from './constants.ts'
import { Members } from './members.ts'
import type { MemberKeys, Store, Voices } from '../../crdt/index.ts'

/** A membership that is given to a node instead of the file in its data directory. */
export interface MemberInit {
  /** 32 secret bytes. */
  readonly seed: Uint8Array
  /** Statements of the swarm, the founding among them. */
  readonly statements?: readonly Uint8Array[]
}

export interface OpenMembersInit extends MemberInit {
  readonly swarm: string
  readonly store: Pick<Store, 'closing' | 'commit' | 'section'>
  /** Milliseconds of the Unix epoch. */
  readonly now: () => number
  /** False: this node renews no certificates of others by itself. */
  readonly renewsOthers?: boolean
  /** Default: a thread that all nodes of the process share. */
  readonly voices?: Voices
}

/** The parts of a membership. */
export interface OpenedMembers {
  readonly statements: MemberStatements
  readonly keys: MemberKeys
  readonly membership: MemberVoices
  readonly members: Members
  close(): Promise<void>
}

/** Reads the statements from the store. Throws `MemberError` where they are of another swarm. */
export async function openMembers(init: OpenMembersInit): Promise<OpenedMembers> {
  const { swarm, store, now, seed, statements: given = [] } = init
  const statements = new MemberStatements({ swarm, store })
  await statements.load()
  const { refused } = await statements.add(given)
  const [first] = refused
  if (first !== undefined || statements.founding === undefined) {
    throw new MemberError(
      'NOT_A_MEMBER',
      `This node has no valid statements of the swarm "${swarm}"${first === undefined ? '' : ` (${first.reason})`}. Join with an invite: "hive join".`
    )
  }
  const keys = memberKeysOf(seed)
  const seconds = (): number => Math.floor(now() / 1000)
  const thread = init.voices === undefined ? new VoiceThread() : undefined
  const voices = init.voices ?? thread
  if (voices === undefined) throw new Error('There is nothing that computes voices.')
  const membership = new MemberVoices({
    swarm,
    rings: statements.roster,
    voices,
    seed,
    epoch: () => epochOf(seconds(), statements.roster.epochSeconds),
    day: () => Math.floor(seconds() / DAY),
    hour: () => Math.floor((seconds() % statements.roster.epochSeconds) / HOUR),
    assertVoice: () => assertVoice(statements, keys, seconds())
  })
  const members = new Members({ statements, keys, store, now, renewsOthers: init.renewsOthers })
  await members.recover()
  return { statements, keys, membership, members, close: async () => thread?.close() }
}

function assertVoice(statements: MemberStatements, { key }: MemberKeys, seconds: number): void {
  const verdict = statements.chains.verdictOfMember(key, seconds)
  if (!verdict.isAdmitted) {
    const { reason } = verdict
    const isDate = reason === 'expired' || reason === 'not yet'
    throw new MemberError(
      isDate ? 'CERTIFICATE_DATES' : 'NOT_A_MEMBER',
      `The certificate of this node does not count (${reason}), so that it can publish nothing. Ask its inviter for a new one.`
    )
  }
  if (verdict.certificate.role === 'light') {
    throw new MemberError(
      'NO_VOICE',
      'This node is a light member: it reads, and publishes nothing. Ask for an invite with the role "member".'
    )
  }
}
