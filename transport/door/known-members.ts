/** Which member each peer has proved to be, and whether the node wants to be connected to it. */
import { MAX_KNOWN_MEMBERS } from '../constants.ts'
import type { MemberStatements, Verdict } from '../../crdt/index.ts'

export interface KnownMembersInit {
  readonly statements: Pick<MemberStatements, 'chains'>
  /** Milliseconds. */
  readonly now: () => number
}

const MILLISECONDS = 1000

export class KnownMembers {
  readonly #init: KnownMembersInit
  /** Signing keys by peer id, the one that was admitted last at the end. */
  readonly #members = new Map<string, Uint8Array>()

  constructor(init: KnownMembersInit) {
    this.#init = init
  }

  /** The signing key of the member that the peer proved to be. */
  memberOf(peer: string): Uint8Array | undefined {
    return this.#members.get(peer)
  }

  /** The peer has proved to be this member. */
  add(peer: string, member: Uint8Array): void {
    this.#members.delete(peer)
    this.#members.set(peer, member)
    for (const oldest of this.#members.keys()) {
      if (this.#members.size <= MAX_KNOWN_MEMBERS) break
      this.#members.delete(oldest)
    }
  }

  /** Whether a member is admitted now. */
  verdictOf(member: Uint8Array): Verdict {
    const seconds = Math.floor(this.#init.now() / MILLISECONDS)
    return this.#init.statements.chains.verdictOfMember(member, seconds)
  }

  /** The verdict on a peer that proved to be a member before; undefined for others. */
  verdictOfPeer(peer: string): Verdict | undefined {
    const member = this.#members.get(peer)
    return member === undefined ? undefined : this.verdictOf(member)
  }
}
