import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createHive } from '../../src/index.ts'
import { createMemberSeed, epochBegin, epochOf } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { ClosedSwarm } from '../fixtures/members.ts'
import type { CertificateInit } from '../../crdt/index.ts'
import type { HiveNode, MadeInvite } from '../../src/index.ts'
import type { TestMember } from '../fixtures/members.ts'

const DAY = 24 * 60 * 60

/** Certificates whose voice begins with the epoch of now. */
function datesNow(): Pick<CertificateInit, 'notAfter' | 'notBefore'> {
  const now = Math.floor(Date.now() / 1000)
  return { notBefore: epochBegin(epochOf(now)), notAfter: now + 90 * DAY }
}

function startMember(
  lab: ClosedSwarm,
  { keys }: TestMember,
  all: readonly TestMember[],
  bootstrap: readonly string[] = [],
  more: { readonly renewMembers?: boolean } = {}
): Promise<HiveNode> {
  const statements = [lab.founding.bytes, ...all.map(({ certificate }) => certificate.bytes)]
  return createHive({
    swarm: {
      name: lab.swarm,
      bootstrap: [...bootstrap],
      member: { seed: keys.seed, statements },
      ...more
    }
  })
}

/** A node with new keys and an invite, which it shows where it dials. */
function startNewcomer(
  { swarm, founding }: MadeInvite,
  bootstrap: readonly string[],
  { id, secret }: Pick<MadeInvite, 'id' | 'secret'>
): Promise<HiveNode> {
  const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')
  return createHive({
    swarm: {
      name: swarm,
      bootstrap: [...bootstrap],
      member: {
        seed: createMemberSeed(),
        statements: [bytes(founding)],
        invite: { id: bytes(id), secret: bytes(secret) }
      }
    }
  })
}

const soon = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(10_000) })

describe('a closed swarm', () => {
  it('shares facts between its members, one voice each', async () => {
    const lab = new ClosedSwarm()
    const by = lab.asRoot
    const members = [
      lab.issue(by, datesNow()),
      lab.issue(by, datesNow()),
      lab.issue(by, datesNow())
    ] as const
    await using ada = await startMember(lab, members[0], members)
    await using bob = await startMember(lab, members[1], members, ada.multiaddrs)
    const { cortex } = ada.agent
    await cortex.knowledge.distill('CSS gap', 'Flex containers support gap in browsers.', 0.95)
    const { promoted } = await cortex.hive.broadcastKnowledge()
    assert.equal(promoted, 1)
    await once(bob, 'hive:change', soon())
    const [insight] = await bob.agent.cortex.hive.getGlobalInsights({ limit: 5 })
    assert.equal(insight?.entity, 'CSS gap')
    assert.equal(ada.members?.self().state, 'admitted')
    assert.equal(ada.members?.list().length, 3)
  })

  it('takes in who has an invite, once, and nobody else', async () => {
    const lab = new ClosedSwarm()
    const first = lab.issue(lab.asRoot, { role: 'inviter', max: 10, ...datesNow() })
    await using ada = await startMember(lab, first, [first])
    const invite = await ada.members?.invite({ role: 'member' })
    assert.ok(invite !== undefined)
    {
      await using bob = await startNewcomer(invite, ada.multiaddrs, invite)
      if (bob.members?.self().state !== 'admitted') await once(bob, 'member:admit', soon())
      assert.equal(bob.members?.self().state, 'admitted')
      assert.equal(ada.members?.list().length, 2)
      const { knowledge, hive } = bob.agent.cortex
      await knowledge.distill('bees', 'Bees dance to tell where flowers are.', 0.95)
      const heard = once(ada, 'hive:change', soon())
      assert.equal((await hive.broadcastKnowledge()).promoted, 1)
      await heard
    }
    const others = [
      [invite, 'invite used'],
      [{ ...invite, secret: '00'.repeat(16) }, 'invite unknown'],
      [{ ...invite, id: '00'.repeat(8) }, 'invite unknown']
    ] as const
    for (const [given, reason] of others) {
      await using eve = await startNewcomer(invite, ada.multiaddrs, given)
      const [refusal] = await once(eve, 'member:refuse', soon())
      assert.deepEqual(refusal, { peer: ada.peerId, reason, isOurs: false })
      assert.equal(eve.members?.self().state, 'unknown')
      assert.equal(eve.status.entries, 0)
      const { knowledge, hive } = eve.agent.cortex
      await knowledge.distill('wasps', 'Wasps sting more than once.', 0.95)
      await assert.rejects(hive.broadcastKnowledge(), { code: 'NOT_A_MEMBER' })
    }
  })

  it('warns a member whose inviter does not renew', async () => {
    const lab = new ClosedSwarm()
    const now = Math.floor(Date.now() / 1000)
    const years = { notBefore: now - 100 * DAY, notAfter: now + 900 * DAY }
    const first = lab.issue(lab.asRoot, { role: 'inviter', max: 10, ...years })
    const dates = { notBefore: now - 70 * DAY, notAfter: now + 20 * DAY }
    const invited = lab.issue(first, dates)
    const all = [first, invited]
    await using ada = await startMember(lab, first, all, [], { renewMembers: false })
    await using bob = await startMember(lab, invited, all, ada.multiaddrs)
    const [warning] =
      bob.status.warnings.length > 0 ? bob.status.warnings : await once(bob, 'hive:warn', soon())
    assert.match(String(warning), /is not renewed: the owner of its inviter has turned renewal off/)
    assert.equal(bob.members?.self().renewal?.refusal, 'off')
  })

  it('shuts out whom it revokes, at once and when it comes back', async () => {
    const lab = new ClosedSwarm()
    const first = lab.issue(lab.asRoot, { role: 'inviter', max: 10, ...datesNow() })
    const invited = lab.issue(first, datesNow())
    const all = [first, invited]
    await using ada = await startMember(lab, first, all)
    {
      await using bob = await startMember(lab, invited, all, ada.multiaddrs)
      if (ada.status.peers.length === 0) await once(ada, 'member:admit', soon())
      const gone = once(bob, 'peer:disconnect', soon())
      await ada.members?.revoke(toHex(invited.key))
      await gone
    }
    await using again = await startMember(lab, invited, all, ada.multiaddrs)
    const [refusal] = await once(again, 'member:refuse', soon())
    assert.deepEqual(refusal, { peer: ada.peerId, reason: 'revoked', isOurs: false })
    assert.equal(ada.members?.list({ state: 'revoked' }).length, 1)
    // It knows by itself: the refusal has the signed statement.
    assert.equal(again.members?.self().state, 'revoked')
    assert.match(again.status.warnings.join(), /is revoked: members refuse it/)
    const { knowledge, hive } = again.agent.cortex
    await knowledge.distill('CSS gap', 'Flex containers support gap.', 0.95)
    await assert.rejects(hive.broadcastKnowledge(), { code: 'NOT_A_MEMBER' })
  })
})
