import assert from 'node:assert/strict'
import { openStore, readStatement } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { heldStatements, memberSelf } from '../../../src/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import {
  DAYS,
  enrolled,
  foundLab,
  memberNode,
  newcomer,
  START
} from '../../fixtures/member-nodes.ts'
import type { HiveError } from '../../../src/index.ts'

const codeOf = (code: string) => (error: HiveError) => error.code === code

describe('the members of a node', () => {
  it('begin with one inviter, which can publish at once', async () => {
    await using node = await memberNode(foundLab())
    assert.partialDeepStrictEqual(node.members.self(), {
      role: 'inviter',
      state: 'admitted',
      voices: 1,
      invitesLeft: 4_096
    })
    assert.ok(Date.parse(node.members.self().voiceFrom ?? '') <= START)
    assert.deepEqual(
      node.members.list().map(({ isSelf, number }) => [isSelf, number]),
      [[true, 1]]
    )
    assert.equal(node.members.warning(), undefined)
  })

  it('enrol one newcomer an invite, and the same one again after a lost answer', async () => {
    const founded = foundLab()
    await using node = await memberNode(founded)
    const invite = await node.members.invite()
    const first = newcomer(invite)
    const statements = await enrolled(node, first.request)
    // From the founding to the certificate, and nothing else.
    assert.deepEqual(
      statements.map((bytes) => readStatement(bytes).kind),
      ['founding', 'certificate', 'certificate']
    )
    assert.deepEqual(await enrolled(node, first.request), statements)
    assert.deepEqual(await node.members.enrol(newcomer(invite).request), { refusal: 'invite used' })
    const wrong = { ...first.request, secret: new Uint8Array(16) }
    assert.deepEqual(await node.members.enrol(wrong), { refusal: 'invite unknown' })
    const held = await heldStatements(founded.swarm, statements)
    assert.partialDeepStrictEqual(memberSelf(held, first.keys, START), {
      state: 'admitted',
      role: 'member',
      invitesLeft: 0
    })
    assert.equal(node.members.self().invitesLeft, 4_095)
    assert.deepEqual(
      (await node.members.invites()).map(({ state, usedBy }) => [state, usedBy]),
      [['used', [toHex(first.keys.key)]]]
    )
  })

  it('refuse an invite that has expired, was cancelled, or comes when the inviter has ended', async () => {
    await using node = await memberNode(foundLab(30))
    const [expiring, cancelled, late] = [
      await node.members.invite({ expires: 60_000 }),
      await node.members.invite(),
      await node.members.invite({ expires: 60 * DAYS })
    ]
    await node.members.cancelInvite(cancelled.id)
    await assert.rejects(node.members.cancelInvite(cancelled.id), codeOf('RECORD_UNKNOWN'))
    node.now += 60_000
    for (const [invite, refusal] of [
      [expiring, 'invite expired'],
      [cancelled, 'invite unknown']
    ] as const) {
      assert.deepEqual(await node.members.enrol(newcomer(invite).request), { refusal })
    }
    node.now += 31 * DAYS
    assert.deepEqual(await node.members.enrol(newcomer(late).request), {
      refusal: 'enrolment closed'
    })
    await assert.rejects(node.members.invite(), codeOf('ARGUMENT_INVALID'))
  })

  it('end at once when they are revoked, with the invites that they could pass on', async () => {
    const founded = foundLab()
    await using node = await memberNode(founded)
    const invite = await node.members.invite({ role: 'inviter', uses: 3, max: 5 })
    const { keys, request } = newcomer(invite)
    const statements = await enrolled(node, request)
    await using inviter = await memberNode(founded, { seed: keys.seed, statements })
    const below = newcomer(await inviter.members.invite())
    await node.members.add(await enrolled(inviter, below.request))
    const revoked = await node.members.revoke(toHex(keys.key).slice(0, 6))
    assert.equal(revoked.state, 'revoked')
    // What it had issued stands; what it issues from now on does not.
    assert.equal(node.members.find(toHex(below.keys.key)).state, 'admitted')
    const late = newcomer(await inviter.members.invite())
    await node.members.add(await enrolled(inviter, late.request))
    assert.equal(node.members.find(toHex(late.keys.key)).state, 'revoked')
    assert.deepEqual(await node.members.enrol(newcomer(invite).request), {
      refusal: 'invite unknown'
    })
    await assert.rejects(node.members.revoke(toHex(keys.key)), codeOf('RECORD_UNKNOWN'))
    await assert.rejects(node.members.revoke('123'), /at least 6 digits/)
    // Itself: only the root is above.
    await assert.rejects(node.members.revoke(toHex(node.keys.key)), codeOf('ARGUMENT_INVALID'))
    await inviter.members.add(node.members.statements())
    assert.match(inviter.members.warning() ?? '', /revoked: members refuse it/)
  })

  it('end with their invites also where the invites cannot be written', async () => {
    const { database, failNext, failNever } = failingDatabase()
    const founded = foundLab()
    const store = await openStore(database)
    const node = await memberNode(founded, { store })
    const invite = await node.members.invite({ uses: 3 })
    const { keys, request } = newcomer(invite)
    await enrolled(node, request)
    failNext('invites')
    assert.equal((await node.members.revoke(toHex(keys.key))).state, 'revoked')
    const refused = { refusal: 'invite unknown' }
    assert.deepEqual(await node.members.enrol(newcomer(invite).request), refused)
    assert.deepEqual(await node.members.invites(), [])
    failNever()
    const rows = (): Promise<unknown[]> => Array.fromAsync(store.section('invites').entries())
    assert.equal((await rows()).length, 1)
    await using again = await memberNode(founded, { store })
    assert.deepEqual(await again.members.enrol(newcomer(invite).request), refused)
    assert.equal((await rows()).length, 0)
  })

  it('end with the invites that they used at a node that others have told', async () => {
    const founded = foundLab()
    await using node = await memberNode(founded)
    const { keys, request } = newcomer(await node.members.invite({ role: 'inviter', max: 5 }))
    const statements = await enrolled(node, request)
    await using inviter = await memberNode(founded, { seed: keys.seed, statements })
    const invite = await inviter.members.invite({ uses: 3 })
    const below = newcomer(invite)
    await node.members.add(await enrolled(inviter, below.request))
    await node.members.revoke(toHex(below.keys.key))
    await inviter.members.add(node.members.statements())
    assert.deepEqual(await inviter.members.enrol(newcomer(invite).request), {
      refusal: 'invite unknown'
    })
    assert.deepEqual(await inviter.members.invites(), [])
  })

  it('warn 30 days before the own certificate ends, and afterwards', async () => {
    await using node = await memberNode(foundLab(40))
    node.now = START + 9 * DAYS
    assert.equal(node.members.warning(), undefined)
    node.now = START + 11 * DAYS
    assert.match(node.members.warning() ?? '', /ends on 2027-02-24/)
    node.now = START + 40 * DAYS
    assert.match(node.members.warning() ?? '', /ended on 2027-02-24/)
    node.now = START - 30 * DAYS
    assert.match(node.members.warning() ?? '', /begins on .*clock/)
  })

  it('renew those that they invited, who keep their voice meanwhile', async () => {
    await using node = await memberNode(foundLab())
    const { keys, request } = newcomer(await node.members.invite({ days: 10 }))
    await enrolled(node, request)
    node.now += 9 * DAYS
    const before = node.members.find(toHex(keys.key))
    const renewed = await node.members.renew(toHex(keys.key), 30)
    assert.ok(Date.parse(renewed.notAfter) - Date.parse(before.notAfter) >= 29 * DAYS)
    assert.equal(node.members.self().voices, 2)
    await assert.rejects(node.members.renew(toHex(keys.key), 5), /lasts until .* already/)
    node.now += 9 * DAYS
    assert.equal(node.members.find(toHex(keys.key)).state, 'admitted')
    assert.equal(node.members.self().voices, 2)
    await assert.rejects(node.members.renew(toHex(node.keys.key)), codeOf('ARGUMENT_INVALID'))
  })
})
