/** This node's own certificate: from when on it gives a voice, and what its operator should know. */
import { toHex } from '../../crdt/bytes/index.ts'
import { epochBegin, epochOf } from '../../crdt/index.ts'
import { ENDS_SOON } from './constants.ts'
import { renewalBegin } from './renewals.ts'
import { membersAbove } from './terms.ts'
import type {
  Certificate,
  MemberKeys,
  MemberStatements,
  RenewalRefusal,
  Verdict
} from '../../crdt/index.ts'
import type { MemberState, OwnMembership, OwnRenewal } from './member-views.ts'

/**
 * The membership of the node with these keys, at a time in milliseconds. How many certificates it can still
 * issue is that of an inviter whose certificates are all in the statements.
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
    ...(verdict.isAdmitted ? renewalOf(statements, certificate) : {}),
    invitesLeft: verdict.isAdmitted ? Math.max(0, max - statements.admittedBy(id)) : 0
  }
}

function renewalOf(
  statements: MemberStatements,
  certificate: Certificate
): { readonly renewal?: OwnRenewal } {
  const by = membersAbove(statements, certificate).map(toHex)
  return by.length === 0 ? {} : { renewal: { from: dateOf(renewalBegin(certificate)), by } }
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

/** Why an inviter has refused. */
const REFUSALS: Readonly<Record<RenewalRefusal, string>> = {
  off: 'the owner of its inviter has turned renewal off',
  'not above': 'its inviter has no valid certificate of an inviter',
  'inviter ends': 'that of its inviter ends no later',
  'used up': 'its inviter has admitted as many members as it may',
  'not admitted': 'its inviter does not admit this node'
}

/** What is wrong with the renewal of a certificate that counts; undefined if nothing is, or not yet. */
function renewalWarning(
  { renewal, notAfter = '' }: OwnMembership,
  now: number
): string | undefined {
  const left = Date.parse(notAfter) - now
  const ends = `The certificate of this node ends on ${dayOf(notAfter)}`
  if (renewal === undefined) return left < ENDS_SOON ? `${ends}. ${ASK}` : undefined
  const begin = Date.parse(renewal.from)
  if (now < begin) return undefined
  const { refusal } = renewal
  if (refusal !== undefined) return `${ends}, and is not renewed: ${REFUSALS[refusal]}. ${ASK}`
  if (left > (Date.parse(notAfter) - begin) / 2) return undefined
  const some = renewal.by.map((id) => id.slice(0, SHORT)).join(', ')
  return `${ends}, and no member that renews it was connected since it asks (${some}). ${ASK}`
}

/** Digits of a shortened id. */
const SHORT = 12

/** What is wrong with a membership at a time in milliseconds, or soon will be. */
export function membershipWarning(membership: OwnMembership, now: number): string | undefined {
  const { state, notBefore, notAfter = '' } = membership
  switch (state) {
    case 'admitted':
      return renewalWarning(membership, now)
    case 'expired':
      return `The certificate of this node ended on ${dayOf(notAfter)}: members refuse it. ${ASK}`
    case 'not yet':
      return `The certificate of this node begins on ${dayOf(notBefore)}. Check the clock of this machine.`
    case 'revoked':
      return 'The certificate of this node is revoked: members refuse it. If that is a mistake, ask for a new invite, and join again.'
    case 'superseded':
      return 'The swarm has a new root, which does not keep the certificate of this node. Ask the holder of the root to renew it.'
    case 'void':
      return 'An inviter above this node has admitted more members than it may, so that the certificate does not count. Ask the holder of the root to renew it.'
    case 'unknown':
      return 'This node has no certificate of its swarm. Join with an invite: "hive join".'
  }
}

function dayOf(time = ''): string {
  return time.slice(0, 10)
}
