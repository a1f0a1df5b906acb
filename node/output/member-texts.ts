/** Texts about members of closed swarms. */
import { sanitizeText, table } from './terminal.ts'
import type { MemberInviteResult, MemberResult, MembershipResult } from '../operations/index.ts'

/** Digits of a shortened id. */
const SHORT = 12

/** `2026-05-01`. */
export function dayOf(time: string): string {
  return time.slice(0, 10)
}

/** `2026-05-01 08:30 UTC`. */
export function minuteOf(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
}

/** `lab`: people leave out what binds the root. */
export function plainName(swarm: string): string {
  return sanitizeText(swarm.replace(/~[0-9a-f]{32}$/, ''))
}

export function describeMembers(members: readonly MemberResult[]): string {
  if (members.length === 0) return 'No members.'
  const rows = members.map(({ id, role, state, notAfter, renewsFrom, invitedBy, isSelf }) => [
    id.slice(0, SHORT),
    role,
    state,
    dayOf(notAfter),
    state === 'admitted' ? (renewsFrom === undefined ? 'by the root' : dayOf(renewsFrom)) : '-',
    invitedBy === undefined ? 'root' : invitedBy.slice(0, SHORT),
    isSelf ? 'this node' : ''
  ])
  return table([['ID', 'ROLE', 'STATE', 'ENDS', 'RENEWS', 'INVITED BY', ''], ...rows])
}

export function describeMember(member: MemberResult): string {
  const { id, role, state, notBefore, notAfter, renewsFrom, invitedBy, number, isSelf } = member
  return table([
    ['id', `${id}${isSelf ? ' (this node)' : ''}`],
    ['role', role],
    ['state', state],
    ['from', minuteOf(notBefore)],
    ['until', minuteOf(notAfter)],
    [
      'renews',
      renewsFrom === undefined ? 'by the root only' : `by itself, from ${minuteOf(renewsFrom)} on`
    ],
    ['invited by', invitedBy ?? 'the root'],
    ['number', String(number)]
  ])
}

export function describeInvites(invites: readonly MemberInviteResult[]): string {
  if (invites.length === 0) return 'This node has made no invites.'
  const rows = invites.map(({ id, role, state, uses, usedBy, expires }) => [
    id,
    role,
    state,
    `${usedBy.length} of ${uses}`,
    minuteOf(expires),
    usedBy.map((member) => member.slice(0, SHORT)).join(' ')
  ])
  return table([['INVITE', 'ROLE', 'STATE', 'USED', 'EXPIRES', 'BY'], ...rows])
}

export function describeMembership(membership: MembershipResult, now: number): string {
  const { swarm, id, role, state, notAfter, voices, epoch, invitesLeft } = membership
  return table([
    ['swarm', sanitizeText(swarm)],
    ['id', id],
    ['role', role ?? '-'],
    ['state', state],
    ['certificate ends', notAfter === undefined ? '-' : minuteOf(notAfter)],
    ['renewal', renewalText(membership, now)],
    ['publishes', voiceText(membership, now)],
    ['voices', `${voices} in epoch ${epoch}`],
    ['can invite', String(invitesLeft)]
  ])
}

/** Whether a certificate renews itself. */
export function renewalText(
  { state, renewal }: Pick<MembershipResult, 'renewal' | 'state'>,
  now: number
): string {
  if (state !== 'admitted') return 'no'
  if (renewal === undefined) return 'by the root only'
  const { from, by, refusal } = renewal
  const names = by.map((id) => id.slice(0, SHORT)).join(', ')
  if (Date.parse(from) > now) return `by itself, from ${dayOf(from)} on, by ${names}`
  return refusal === undefined ? `asks ${names}` : `refused (${refusal}) by ${names}`
}

/** From when on a member can publish. */
export function voiceText(
  {
    role,
    state,
    voiceFrom
  }: Pick<MembershipResult, 'role' | 'state'> & { readonly voiceFrom?: string | undefined },
  now: number
): string {
  if (role === 'light') return 'no: a light member reads only'
  if (state !== 'admitted' || voiceFrom === undefined) return 'no'
  return Date.parse(voiceFrom) <= now ? 'yes' : `from ${minuteOf(voiceFrom)} on`
}

/** One line for the status. */
export function membershipLine(membership: MembershipResult, now: number): string {
  const { id, role = 'none', state, notAfter } = membership
  const end = notAfter === undefined ? '' : `, until ${dayOf(notAfter)}`
  const renewal = renewalText(membership, now)
  return `${id.slice(0, SHORT)}, ${role}, ${state}${end}; renewal: ${renewal}; publishes: ${voiceText(membership, now)}`
}
