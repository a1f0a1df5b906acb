import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createSwarm } from '../../../transport/index.ts'
import { memberKeysOf, createMemberSeed, openReplica, openStore } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { membershipOf, startMember } from '../../fixtures/closed-nodes.ts'
import { asIssuer, bytesOf, ClosedSwarm, NOW } from '../../fixtures/members.ts'
import { converged, startNode } from '../../fixtures/nodes.ts'
import { publication } from '../../fixtures/publications.ts'
import type { ClosedNode } from '../../fixtures/closed-nodes.ts'

const signal = (): AbortSignal => AbortSignal.timeout(20_000)

const clock = { now: () => NOW * 1_000 }

function addressOf({ swarm }: ClosedNode): string {
  const [address] = swarm.multiaddrs
  assert.ok(address !== undefined)
  return address
}

describe('a closed swarm', () => {
  it('admits members, syncs their entries, and each learns the certificate of the other', async () => {
    const lab = new ClosedSwarm()
    const inviter = lab.issue(lab.asRoot, { role: 'inviter' })
    await using a = await startMember(lab, { member: inviter, clock, memory: true })
    await using b = await startMember(lab, {
      member: lab.issue(inviter),
      chain: [inviter],
      clock,
      memory: true
    })
    await a.publish([publication('known to members')])
    const admitted = once(a.swarm, 'member:admit', { signal: signal() })
    await b.swarm.dial(addressOf(a))
    assert.deepEqual(await admitted, [{ peer: b.swarm.peerId, member: toHex(b.keys.key) }])
    assert.deepEqual(b.swarm.memberOf(a.swarm.peerId), a.keys.key)
    await converged([a, b], signal())
    assert.deepEqual(a.statements.digest, b.statements.digest)
    assert.equal(a.statements.size, 3)
  })

  it('admits entries whose members become known while they come', async () => {
    const lab = new ClosedSwarm()
    const all = Array.from({ length: 200 }, () => lab.issue())
    const [first, second] = all
    assert.ok(first !== undefined && second !== undefined)
    await using a = await startMember(lab, { member: first, clock, memory: true })
    await a.statements.add(bytesOf(all.map(({ certificate }) => certificate)))
    await a.publish([publication('one')])
    await a.publish([publication('two')])
    await using b = await startMember(lab, { member: second, clock, memory: true })
    await b.swarm.dial(addressOf(a))
    await converged([a, b], signal(), 2)
    assert.equal(b.swarm.offences, 0)
  })

  it('needs the keys of a member, and an open swarm has none', async () => {
    const lab = new ClosedSwarm()
    const store = await openStore()
    await assert.rejects(openReplica({ store, swarm: lab.swarm }), { code: 'NOT_A_MEMBER' })
    const members = { statements: await lab.statements(), keys: memberKeysOf(createMemberSeed()) }
    const membership = membershipOf(lab.swarm, members, clock)
    const replica = await openReplica({ store, swarm: lab.swarm, membership })
    await assert.rejects(createSwarm({ store, replica }), { code: 'MEMBERS_MISSING' })
    const otherStore = await openStore()
    const other = await openReplica({ store: otherStore, swarm: 'open' })
    await assert.rejects(createSwarm({ store: otherStore, replica: other, members }), {
      code: 'MEMBERS_UNEXPECTED',
      message: /"open" is an open swarm/
    })
    const elsewhere = { ...members, statements: await new ClosedSwarm().statements() }
    await assert.rejects(createSwarm({ store, replica, members: elsewhere }), {
      code: 'MEMBERS_UNEXPECTED'
    })
    await store.close()
    await otherStore.close()
  })

  const refused: readonly (readonly [
    what: string,
    reason: string,
    member: (lab: ClosedSwarm) => ReturnType<ClosedSwarm['issue']>
  ])[] = [
    ['an expired certificate', 'expired', (lab) => lab.issue(lab.asRoot, { notAfter: NOW })],
    ['a certificate of later', 'not yet', (lab) => lab.issue(lab.asRoot, { notBefore: NOW + 1 })]
  ]
  for (const [what, reason, issue] of refused) {
    it(`refuses a peer with ${what}, on both sides, with the reason`, async () => {
      const lab = new ClosedSwarm()
      await using a = await startMember(lab, { member: lab.issue(), clock, memory: true })
      await using b = await startMember(lab, { member: issue(lab), clock, memory: true })
      const ours = once(a.swarm, 'member:refuse', { signal: signal() })
      const theirs = once(b.swarm, 'member:refuse', { signal: signal() })
      await assert.rejects(b.swarm.dial(addressOf(a)), /refused this node at the door/)
      assert.deepEqual(await ours, [{ peer: b.swarm.peerId, reason, isOurs: true }])
      assert.deepEqual(await theirs, [{ peer: a.swarm.peerId, reason, isOurs: false }])
      assert.equal(a.swarm.offences, 0)
      // And when it is the side that is dialled.
      const again = once(a.swarm, 'member:refuse', { signal: signal() })
      await assert.rejects(a.swarm.dial(addressOf(b)), /This node refused the peer at the door/)
      assert.deepEqual(await again, [{ peer: b.swarm.peerId, reason, isOurs: true }])
      assert.deepEqual([a.swarm.peers(), b.swarm.peers()], [[], []])
    })
  }

  it('is another swarm than the open one, and than one with another root', async () => {
    const lab = new ClosedSwarm()
    await using a = await startMember(lab, { member: lab.issue(), clock, memory: true })
    await using open = await startNode({ name: 'lab', memory: true })
    const other = new ClosedSwarm()
    await using b = await startMember(other, { member: other.issue(), clock, memory: true })
    await assert.rejects(open.swarm.dial(addressOf(a)), /could not negotiate/)
    await assert.rejects(b.swarm.dial(addressOf(a)), /could not negotiate/)
    assert.deepEqual(a.swarm.peers(), [])
  })

  it('ends the connection to a revoked peer at once, and does not dial it again', async () => {
    const lab = new ClosedSwarm()
    const leaving = lab.issue()
    await using a = await startMember(lab, { member: lab.issue(), clock, memory: true })
    await using c = await startMember(lab, { member: lab.issue(), clock, memory: true })
    await using b = await startMember(lab, { member: leaving, clock, memory: true })
    const address = addressOf(b)
    await a.swarm.dial(address)
    await c.swarm.dial(addressOf(a))
    const left = once(a.swarm, 'peer:disconnect', { signal: signal() })
    const known = once(c.statements, 'statement:add', { signal: signal() })
    await a.statements.add(bytesOf([lab.revoke(leaving)]))
    // At once, and not with the next check of certificates.
    assert.deepEqual(
      a.swarm.peers().map(({ peer }) => peer),
      [c.swarm.peerId]
    )
    assert.deepEqual(await left, [b.swarm.peerId])
    await known
    await assert.rejects(a.swarm.dial(address), /DialDenied|denied/i)
    await assert.rejects(b.swarm.dial(addressOf(a)), /the certificate is revoked/)
    await assert.rejects(b.swarm.dial(addressOf(c)), /the certificate is revoked/)
    // Another certificate for the same keys opens the doors again.
    const back = lab.certify(leaving.keys)
    await a.statements.add(bytesOf([back.certificate]))
    await a.swarm.dial(address)
  })

  it('ends the connection to a peer whose certificate expires', async () => {
    const lab = new ClosedSwarm()
    let now = NOW
    const moving = { now: () => now * 1_000 }
    await using a = await startMember(lab, { member: lab.issue(), clock: moving, memory: true })
    const member = lab.issue(lab.asRoot, { notAfter: NOW + 60 })
    await using b = await startMember(lab, { member, clock: moving, memory: true })
    await b.swarm.dial(addressOf(a))
    const left = once(a.swarm, 'member:refuse', { signal: signal() })
    now += 60
    assert.deepEqual(await left, [{ peer: b.swarm.peerId, reason: 'expired', isOurs: true }])
  })

  it('learns the successions of the root at the door', async () => {
    const lab = new ClosedSwarm()
    const [old, lost] = [lab.issue(), lab.issue()]
    const fresh = lab.issue(asIssuer(lab.successor))
    await using a = await startMember(lab, { member: old, clock, memory: true })
    await using c = await startMember(lab, { member: lost, clock, memory: true })
    await using b = await startMember(lab, { clock, memory: true })
    const succession = lab.succeed([old.certificate.id])
    await b.statements.add(bytesOf([lab.founding, succession, fresh.certificate]))
    // A node that knows the succession, with the keys of the member that the new root admitted.
    await using next = await startMember(lab, { member: fresh, clock, memory: true })
    await next.statements.add(bytesOf([succession, fresh.certificate]))
    await next.swarm.dial(addressOf(a))
    assert.deepEqual(toHex(a.statements.root ?? Buffer.of()), toHex(lab.successor.key))
    await assert.rejects(c.swarm.dial(addressOf(next)), /the next root does not keep it/)
    await assert.rejects(b.swarm.dial(addressOf(next)), /no certificate itself yet/)
  })
})
