/** This node's own certificate: from when on it gives a voice, and what its operator should know. */
import { toHex } from '../../crdt/bytes/index.ts'
import { epochBegin, epochOf } from '../../crdt/index.ts'
import { ENDS_SOON } from './constants.ts'
import type { Certificate, MemberKeys, MemberStatements, Verdict } from '../../crdt/index.ts'
import type { MemberState, OwnMembership } from './member-views.ts'

/**
 * The membership of the node with these keys, at a time in milliseconds. How many certificates it can still
 * issue is that of an inviter whose numbers are all in the statements.
 */
export function memberSelf(
  statements: MemberStatements,
  { key }: Pick<MemberKeys, 'key'>,
  now: number
): OwnMembership {
  const { roster, chains, swarm } = statements
  const seconds = Math.floor(now / 1000)
  const epoch = epochOf(seconds, roster.epochSeconds)
  const verdict = chains.verdictOfMember(key, seconds)
  const { certificate } = verdict
  const base = {
    swarm,
    id: toHex(key),
    state: stateOfVerdict(verdict),
    voices: roster.voices(epoch).length,
    epoch
  }
  if (certificate === undefined) return { ...base, invitesLeft: 0 }
  const { id, role, max, notBefore, notAfter } = certificate
  return {
    ...base,
    role,
    notBefore: dateOf(notBefore),
    notAfter: dateOf(notAfter),
    ...(role === 'light'
      ? {}
      : { voiceFrom: dateOf(voiceBegin(statements, certificate, seconds)) }),
    invitesLeft: verdict.isAdmitted ? Math.max(0, max - statements.nextNumber(id) + 1) : 0
  }
}

/** In the words of callers. */
export function stateOfVerdict(verdict: Verdict): MemberState {
  return verdict.isAdmitted ? 'admitted' : verdict.reason
}

/** ISO 8601, of seconds. */
export function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

/**
 * Seconds from which on the member of a certificate has a voice: by any of its certificates that count
 * at a time.
 */
function voiceBegin(statements: MemberStatements, best: Certificate, seconds: number): number {
  const valid = statements.certificatesOf(best.member).flatMap((id) => {
    const verdict = statements.chains.verdictOf(id, seconds)
    return verdict.isAdmitted && verdict.certificate.role !== 'light' ? [verdict.certificate] : []
  })
  const { epochSeconds } = statements.roster
  return Math.min(...[best, ...valid].map((each) => beginOfEpochIn(each, epochSeconds)))
}

/** The begin of the first epoch that begins within the dates of a certificate. */
function beginOfEpochIn({ notBefore }: Certificate, epochSeconds: number): number {
  const epoch = epochOf(notBefore, epochSeconds)
  const begin = epochBegin(epoch, epochSeconds)
  return begin === notBefore ? begin : epochBegin(epoch + 1, epochSeconds)
}

const ASK = 'Ask the inviter of this node, or the holder of the root, to renew it.'

/** What is wrong with a membership at a time in milliseconds, or soon will be. */
export function membershipWarning(
  { state, notBefore, notAfter = '' }: OwnMembership,
  now: number
): string | undefined {
  switch (state) {
    case 'admitted':
      return Date.parse(notAfter) - now < ENDS_SOON
        ? `The certificate of this node ends on ${dayOf(notAfter)}. ${ASK}`
        : undefined
    case 'expired':
      return `The certificate of this node ended on ${dayOf(notAfter)}: members refuse it. ${ASK}`
    case 'not yet':
      return `The certificate of this node begins on ${dayOf(notBefore)}. Check the clock of this machine.`
    case 'revoked':
      return 'The certificate of this node is revoked: members refuse it. If that is a mistake, ask for a new invite, and join again.'
    case 'superseded':
      return 'The swarm has a new root, which does not keep the certificate of this node. Ask the holder of the root to renew it.'
    case 'void':
      return 'The number of the certificate of this node was used twice, so that the certificate does not count. Ask its inviter to renew it.'
    case 'unknown':
      return 'This node has no certificate of its swarm. Join with an invite: "hive join".'
  }
}

function dayOf(time = ''): string {
  return time.slice(0, 10)
}
