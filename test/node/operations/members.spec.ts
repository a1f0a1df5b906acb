import assert from 'node:assert/strict'
import { problemOf } from '../../../node/http/problem.ts'
import { isOperation, localCalls, runOperation } from '../../../node/operations/index.ts'
import { createHive, foundClosedSwarm, heldStatements, renewWithRoot } from '../../../src/index.ts'
import type { Call, NodeAccess } from '../../../node/operations/index.ts'
import type { HiveNode } from '../../../src/index.ts'

function accessOf(db: HiveNode): NodeAccess {
  return { db, dataDir: '/nowhere', running: true }
}

describe('operations on members', () => {
  const seconds = Math.floor(Date.now() / 1000)
  const { swarm, keys, statements } = foundClosedSwarm({ name: 'lab', seconds })
  const member = { seed: keys.seed, statements: [...statements] }
  let db: HiveNode
  let call: Call
  before(async () => {
    db = await createHive({ swarm: { name: swarm, member } })
    call = localCalls(accessOf(db))
  })
  after(() => db.stop())

  it('return the membership of the node, also in its status', async () => {
    const membership = await call('membership', {})
    assert.partialDeepStrictEqual(membership, { swarm, state: 'admitted', invitesLeft: 4_096 })
    assert.deepEqual((await call('status', {})).membership, membership)
    assert.deepEqual(
      (await call('members', { state: 'admitted' })).map(({ id }) => id),
      [membership.id]
    )
    assert.deepEqual(await call('members', { state: 'revoked', limit: 1 }), [])
    assert.equal((await call('members', { id: membership.id.slice(0, 6) }))[0]?.isSelf, true)
  })

  it('make, list and cancel invites, whose secret is nowhere else', async () => {
    const made = await call('member-invite', { role: 'inviter', hours: 2, uses: 3, max: 5 })
    assert.partialDeepStrictEqual(made, { swarm, role: 'inviter', uses: 3 })
    const hours = (Date.parse(made.expires) - Date.now()) / 3_600_000
    assert.ok(hours > 1.9 && hours <= 2)
    const listed = await call('member-invites', {})
    assert.partialDeepStrictEqual(listed, [{ id: made.id, state: 'open', usedBy: [] }])
    assert.ok(!JSON.stringify(listed).includes(made.secret))
    assert.deepEqual(await call('member-cancel-invite', { id: made.id }), { id: made.id })
    assert.deepEqual(await call('member-invites', {}), [])
  })

  it('hand statements out page by page, and take them in once', async () => {
    const first = await call('member-statements', { limit: 1 })
    const rest = await call('member-statements', { after: 1 })
    assert.deepEqual([first.total, first.statements.length, rest.statements.length], [2, 1, 1])
    const all = { statements: [...first.statements, ...rest.statements] }
    assert.deepEqual(await call('member-add', all), { added: 0 })
    const other = foundClosedSwarm({ name: 'lab', seconds })
    const foreign = other.statements.map((bytes) => Buffer.from(bytes).toString('hex'))
    await assert.rejects(call('member-add', { statements: foreign }), { code: 'ARGUMENT_INVALID' })
    for (const wrong of ['xy', 'abc', '']) {
      await assert.rejects(call('member-add', { statements: [wrong] }), {
        code: 'ARGUMENT_INVALID'
      })
    }
  })

  it('warn of the end of the certificate until it is renewed', async () => {
    const { root, ...lab } = foundClosedSwarm({ name: 'lab', days: 10, seconds })
    const own = { seed: lab.keys.seed, statements: [...lab.statements] }
    await using soon = await createHive({ swarm: { name: lab.swarm, member: own } })
    const ask = localCalls(accessOf(soon))
    const { warnings } = await ask('status', {})
    assert.match(warnings.join(), /^The certificate of this node ends on/)
    const id = Buffer.from(lab.keys.key).toString('hex')
    const held = await heldStatements(lab.swarm, lab.statements)
    const renewal = Buffer.from(renewWithRoot(held, root, { id, seconds })).toString('hex')
    assert.deepEqual(await ask('member-add', { statements: [renewal] }), { added: 1 })
    assert.deepEqual((await ask('status', {})).warnings, [])
  })

  it('say in an open swarm that it has no members', async () => {
    await using open = await createHive({ swarm: false })
    const inputs = {
      membership: {},
      members: {},
      'member-statements': {},
      'member-invite': {},
      'member-invites': {},
      'member-cancel-invite': { id: '00' },
      'member-revoke': { id: '123456' },
      'member-renew': { id: '123456' },
      'member-add': { statements: ['00'] }
    }
    for (const [name, input] of Object.entries(inputs)) {
      assert.ok(isOperation(name))
      const failure = await runOperation(accessOf(open), name, input, {}).catch(
        (error: unknown) => error
      )
      const { code, status, exit } = problemOf(failure)
      assert.deepEqual([code, status, exit], ['SWARM_OPEN', 409, 1], name)
    }
    assert.equal((await localCalls(accessOf(open))('status', {})).membership, undefined)
  })
})
