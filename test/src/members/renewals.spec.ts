import assert from 'node:assert/strict'
import { readStatement } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { heldStatements, renewWithRoot, revokeWithRoot } from '../../../src/index.ts'
import {
  DAYS,
  enrolled,
  foundLab,
  memberNode,
  newcomer,
  START
} from '../../fixtures/member-nodes.ts'
import type { MemberKeys } from '../../../crdt/index.ts'
import type { FoundedSwarm, InviteOptions } from '../../../src/index.ts'
import type { MemberNode } from '../../fixtures/member-nodes.ts'

const seconds = START / 1000

/** Both nodes get the statements of each other. */
async function meet(...nodes: readonly MemberNode[]): Promise<void> {
  for (const from of nodes) {
    for (const to of nodes) await to.members.add(from.members.statements())
  }
}

/** A member with a node of its own, which `by` has invited. */
async function admitted(
  founded: FoundedSwarm,
  by: MemberNode,
  options: InviteOptions = {},
  more: { readonly renewsOthers?: boolean } = {}
): Promise<MemberNode> {
  const { keys, request } = newcomer(await by.members.invite(options))
  const statements = await enrolled(by, request)
  return memberNode(founded, { seed: keys.seed, statements, now: by.now, ...more })
}

const ofInviter = { role: 'inviter', max: 3 } as const

function stateAt(node: MemberNode, { key }: Pick<MemberKeys, 'key'>): string {
  return node.members.find(toHex(key)).state
}

function passDays(days: number, ...nodes: readonly MemberNode[]): void {
  for (const node of nodes) node.now += days * DAYS
}

/** The certificate, or the reason for none. */
async function renewalOf(member: MemberNode, by: MemberNode): Promise<string> {
  const answer = await by.members.renewals.give(member.keys.key)
  member.members.renewals.noteAnswer(answer)
  if ('refusal' in answer) return answer.refusal
  const statement = readStatement(answer.certificate)
  assert.equal(statement.kind, 'certificate')
  await meet(member, by)
  return new Date(statement.kind === 'certificate' ? statement.notAfter * 1000 : 0)
    .toISOString()
    .slice(0, 10)
}

describe('the renewal of certificates', () => {
  it('is asked of the inviter in the last third, and of those above in the last ninth', async () => {
    const founded = foundLab()
    await using first = await memberNode(founded)
    await using inviter = await admitted(founded, first, { ...ofInviter, days: 200 })
    await using member = await admitted(founded, inviter, { days: 90 })
    assert.deepEqual(member.members.self().renewal?.by, [
      toHex(inviter.keys.key),
      toHex(first.keys.key)
    ])
    const wanted = (): string[] =>
      member.members.renewals.wanted().map((key) => toHex(key).slice(0, 12))
    const [lower, upper] = [inviter, first].map(({ keys }) => toHex(keys.key).slice(0, 12))
    passDays(58, member)
    assert.deepEqual(wanted(), [])
    passDays(3, member)
    assert.deepEqual(wanted(), [lower])
    passDays(20, member)
    assert.deepEqual(wanted(), [lower, upper])
    passDays(10, member)
    assert.deepEqual(wanted(), [], 'a node whose certificate has ended cannot connect')
    // Only the root renews the first member.
    assert.deepEqual(first.members.renewals.wanted(), [])
    assert.equal(first.members.self().renewal, undefined)
  })

  it('gives as long a life again, takes no place of the inviter, and is given once', async () => {
    const founded = foundLab()
    await using first = await memberNode(founded)
    await using inviter = await admitted(founded, first, { ...ofInviter, max: 1, days: 400 })
    await using member = await admitted(founded, inviter, { days: 90 })
    assert.equal(inviter.members.self().invitesLeft, 0)
    const before = member.members.self().notAfter ?? ''
    assert.equal(await renewalOf(member, inviter), before.slice(0, 10), 'too early')
    passDays(70, inviter, member)
    const answers = await Promise.all(
      [1, 2].map(() => inviter.members.renewals.give(member.keys.key))
    )
    const given = answers.map((each) => ('certificate' in each ? toHex(each.certificate) : ''))
    assert.equal(new Set(given).size, 1)
    assert.ok(!given.includes(''))
    const size = inviter.members.statements().length
    await renewalOf(member, inviter)
    assert.equal(inviter.members.statements().length, size)
    const { notAfter = '', state } = member.members.self()
    assert.equal(state, 'admitted')
    const gained = Date.parse(notAfter) - Date.parse(before)
    assert.ok(gained > 69 * DAYS && gained < 80 * DAYS, `${gained / DAYS} days more`)
  })

  it('never lasts longer than the certificate of the inviter', async () => {
    const founded = foundLab()
    await using first = await memberNode(founded)
    await using inviter = await admitted(founded, first, { ...ofInviter, days: 100 })
    await using member = await admitted(founded, inviter, { days: 90 })
    passDays(80, first, inviter, member)
    await renewalOf(member, inviter)
    const end = inviter.members.self().notAfter
    assert.equal(member.members.self().notAfter, end)
    passDays(15, first, inviter, member)
    assert.equal(await renewalOf(member, inviter), 'inviter ends')
    assert.match(member.members.warning() ?? '', /not renewed: that of its inviter ends no later/)
    // Once the inviter is renewed, it can renew those below by its new certificate.
    await meet(first, inviter)
    await renewalOf(inviter, first)
    await renewalOf(member, inviter)
    // As long as the first one, although the one before was short.
    const { notAfter = '' } = member.members.self()
    const left = Date.parse(notAfter) - member.now
    assert.ok(left >= 90 * DAYS && left < 98 * DAYS, `${left / DAYS} days`)
    assert.equal(member.members.warning(), undefined)
    // And revoke what it issued by the earlier one.
    await inviter.members.revoke(toHex(member.keys.key))
    assert.equal(stateAt(inviter, member.keys), 'revoked')
  })

  it('is refused by those that are not above, that are turned off, and for the revoked', async () => {
    const founded = foundLab()
    await using first = await memberNode(founded)
    await using off = await admitted(
      founded,
      first,
      { ...ofInviter, days: 400 },
      { renewsOthers: false }
    )
    await using other = await admitted(founded, first, { ...ofInviter, days: 400 })
    await using member = await admitted(founded, off, { days: 90 })
    passDays(70, first, off, other, member)
    await meet(first, off, other, member)
    assert.equal(await renewalOf(member, off), 'off')
    assert.match(member.members.warning() ?? '', /turned renewal off/)
    assert.equal(await renewalOf(member, other), 'not above')
    await off.members.revoke(toHex(member.keys.key))
    await meet(first, off, member)
    assert.equal(await renewalOf(member, first), 'not admitted')
    await assert.rejects(first.members.renew(toHex(member.keys.key)), /cannot be taken back/)
    const held = await heldStatements(founded.swarm, first.members.statements())
    const id = toHex(member.keys.key)
    assert.throws(() => renewWithRoot(held, founded.root, { id, seconds }), /cannot be taken back/)
    // A new invite is no renewal.
    await enrolled(first, {
      ...newcomer(await first.members.invite()).request,
      member: member.keys.key,
      voice: member.keys.voice
    })
    assert.equal(stateAt(first, member.keys), 'admitted')
  })

  it('ends with a revocation that the inviter did not know when it renewed', async () => {
    const founded = foundLab()
    await using first = await memberNode(founded)
    await using inviter = await admitted(founded, first, { ...ofInviter, days: 400 })
    await using member = await admitted(founded, inviter, { ...ofInviter, days: 90 })
    await using below = await admitted(founded, member, { days: 20 })
    passDays(70, first, inviter, member)
    await meet(first, inviter, member)
    // Two sides of a partition.
    await first.members.revoke(toHex(member.keys.key))
    await renewalOf(member, inviter)
    const late = newcomer(await member.members.invite())
    await enrolled(member, late.request)
    assert.equal(stateAt(inviter, member.keys), 'admitted')
    await meet(first, inviter, member)
    for (const node of [first, inviter]) {
      assert.equal(stateAt(node, member.keys), 'revoked')
      assert.equal(stateAt(node, late.keys), 'revoked')
    }
    assert.equal(stateAt(first, below.keys), 'expired')
  })

  it('by the root leaves the inviter what it may: to revoke, and to renew', async () => {
    const founded = foundLab()
    await using first = await memberNode(founded)
    await using inviter = await admitted(founded, first, { ...ofInviter, days: 400 })
    await using other = await admitted(founded, first, { ...ofInviter, days: 400 })
    await using member = await admitted(founded, inviter, { days: 30 })
    await meet(first, inviter, other)
    const id = toHex(member.keys.key)
    const held = await heldStatements(founded.swarm, inviter.members.statements())
    const renewal = renewWithRoot(held, founded.root, { id, seconds, days: 90 })
    for (const node of [first, inviter, other, member]) await node.members.add([renewal])
    passDays(65, first, inviter, other, member)
    assert.deepEqual(member.members.renewals.wanted(), [inviter.keys.key])
    await assert.rejects(other.members.revoke(id), /Only the root and the inviters above/)
    await inviter.members.revoke(id)
    await meet(first, inviter, other)
    for (const node of [first, inviter, other]) assert.equal(stateAt(node, member.keys), 'revoked')
  })

  it('by those above leaves the inviter the right to revoke, and ends with its branch', async () => {
    const founded = foundLab()
    await using first = await memberNode(founded)
    await using inviter = await admitted(founded, first, { ...ofInviter, days: 400 })
    await using one = await admitted(founded, inviter, { days: 90 })
    await using two = await admitted(founded, inviter, { days: 90 })
    passDays(85, first, inviter, one, two)
    await meet(first, inviter)
    await renewalOf(one, first)
    await renewalOf(two, first)
    await meet(first, inviter)
    passDays(10, first, inviter)
    const id = toHex(one.keys.key)
    assert.equal(first.members.find(id).invitedBy, toHex(first.keys.key))
    await inviter.members.revoke(id)
    assert.equal(stateAt(inviter, one.keys), 'revoked')
    const all = await heldStatements(founded.swarm, first.members.statements())
    const revocations = revokeWithRoot(all, founded.root, {
      id: toHex(inviter.keys.key),
      seconds: first.now / 1000,
      withInvited: true
    })
    await first.members.add(revocations)
    assert.deepEqual(
      [inviter, two].map(({ keys }) => stateAt(first, keys)),
      ['revoked', 'revoked']
    )
  })

  it('warns of nobody that renews when half of the time to ask has passed', async () => {
    const founded = foundLab()
    await using first = await memberNode(founded)
    await using member = await admitted(founded, first, { days: 90 })
    passDays(70, member)
    let looked = 0
    const unfollow = member.members.renewals.follow(() => (looked += 1))
    member.members.renewals.noteAnswer(undefined)
    assert.equal(member.members.warning(), undefined)
    passDays(10, member)
    assert.match(member.members.warning() ?? '', /no member that renews it was connected/)
    unfollow()
    member.members.renewals.noteAnswer(undefined)
    assert.equal(looked, 1)
  })
})

describe('an inviter that was restored from an older copy', () => {
  it('admits with numbers that it has used, and harms nobody', async () => {
    const founded = foundLab()
    await using first = await memberNode(founded)
    await using inviter = await admitted(founded, first, { ...ofInviter, max: 4, days: 400 })
    const copy = inviter.members.statements()
    const { seed } = inviter.keys
    await using restored = await memberNode(founded, { seed, statements: copy })
    await using a = await admitted(founded, inviter)
    await using b = await admitted(founded, restored)
    await using c = await admitted(founded, restored)
    const numbers = [a, b, c].map((node) => node.members.find(toHex(node.keys.key)).number)
    assert.deepEqual(numbers, [1, 1, 2])
    await meet(first, inviter, restored)
    assert.deepEqual(
      [a, b, c].map(({ keys }) => stateAt(first, keys)),
      ['admitted', 'admitted', 'admitted']
    )
    assert.equal(restored.members.self().invitesLeft, 1)
  })

  it('beyond its maximum is proved to every node, and ends with a revocation', async () => {
    const founded = foundLab()
    await using first = await memberNode(founded)
    await using inviter = await admitted(founded, first, { ...ofInviter, max: 1, days: 400 })
    const { seed } = inviter.keys
    const copy = inviter.members.statements()
    await using cheat = await memberNode(founded, { seed, statements: copy })
    const both = await Promise.all([inviter, cheat].map((by) => admitted(founded, by)))
    for (const node of both) await first.members.add(node.members.statements())
    assert.deepEqual(both.map(({ keys }) => stateAt(first, keys)).toSorted(), ['admitted', 'void'])
    const beyond = both.find(({ keys }) => stateAt(first, keys) === 'void')
    await beyond?.members.add(first.members.statements())
    assert.match(beyond?.members.warning() ?? '', /more members than it may/)
    await first.members.revoke(toHex(inviter.keys.key), { withInvited: true })
    assert.ok(both.every(({ keys }) => stateAt(first, keys) !== 'admitted'))
    for (const node of both) await node[Symbol.asyncDispose]()
  })
})
