import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  createCredential,
  createMemberSeed,
  EPOCH_SECONDS,
  epochBegin,
  epochKeyOf,
  epochOf,
  memberKeysOf,
  MemberStatements,
  openStore,
  readCredential,
  ringIdOf,
  verifyCredential,
  voiceKeyOf
} from '../../../crdt/index.ts'
import { MAX_REPLACED } from '../../../crdt/members/constants.ts'
import { Chains } from '../../../crdt/members/chains.ts'
import { Roster } from '../../../crdt/members/roster.ts'
import { StatementIndex } from '../../../crdt/members/statement-index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { manyMembers } from '../../fixtures/many-members.ts'
import { bytesOf, ClosedSwarm, NOW } from '../../fixtures/members.ts'

const EPOCH = epochOf(NOW)

describe('epochs', () => {
  it('are weeks of the Unix clock', () => {
    assert.equal(EPOCH_SECONDS, 604_800)
    assert.deepEqual([epochOf(604_799), epochOf(604_800), epochBegin(2)], [0, 1, 1_209_600])
  })
})

describe('the voices of an epoch', () => {
  it('of one inviter are few beyond its maximum, however many it signs for', async () => {
    const lab = new ClosedSwarm()
    const statements = await lab.statements()
    const inviter = lab.issue(lab.asRoot, { role: 'inviter', max: 1 })
    // Each makes place for the next, whose keys are lower.
    const twins = Array.from({ length: 60 }, () => lab.issue(inviter, { number: 1 })).toSorted(
      (a, b) => Buffer.compare(b.key, a.key)
    )
    await statements.add(bytesOf([lab.founding, inviter.certificate]))
    const accepted = new Set<string>()
    for (const { certificate } of twins) {
      await statements.add([certificate.bytes])
      for (const { keys } of twins) {
        const id = ringIdOf(keys.voice)
        if (statements.roster.keysOfRing(EPOCH, [id]) !== undefined) accepted.add(toHex(id))
      }
    }
    assert.equal(accepted.size, 2 + MAX_REPLACED)
    const voices = statements.roster.voices(EPOCH)
    assert.equal(voices.filter((key) => accepted.has(toHex(ringIdOf(key)))).length, 1)
  })

  it('are the members and inviters that are not revoked or void', async () => {
    const lab = new ClosedSwarm()
    const statements = await lab.statements()
    const inviter = lab.issue(lab.asRoot, { role: 'inviter', max: 5 })
    const stays = lab.issue(inviter)
    const light = lab.issue(inviter, { role: 'light' })
    const ends = lab.issue(inviter)
    const late = lab.issue(inviter, { notBefore: epochBegin(EPOCH) + 1 })
    // A renewal has the place of the member. Of one number comes first who has the lower key.
    const renewed = lab.certify(stays.keys, inviter, { number: 1 })
    const twins = [1, 2, 3]
      .map(() => lab.issue(inviter, { number: 5 }))
      .toSorted((a, b) => Buffer.compare(a.key, b.key))
    const [lowest] = twins
    assert.ok(lowest !== undefined)
    const all = [inviter, stays, light, ends, ...twins, renewed, late]
    const certificates = all.map(({ certificate }) => certificate)
    const revocation = lab.revoke(ends, inviter, { epoch: EPOCH + 1 })
    await statements.add(bytesOf([lab.founding, ...certificates, revocation]))
    const voices = (epoch: number): string[] =>
      statements.roster.voices(epoch).map(toHex).toSorted()
    const named = (members: readonly (typeof stays)[]): string[] =>
      members.map(({ keys }) => toHex(keys.voice)).toSorted()
    assert.deepEqual(voices(EPOCH), named([inviter, stays, ends, lowest]))
    assert.deepEqual(voices(EPOCH + 1), named([inviter, stays, late, lowest]))
    assert.equal(statements.roster.ringFor(EPOCH, light.keys.voice), undefined)
  })

  it('are in the documented order', async () => {
    const lab = new ClosedSwarm()
    const statements = await lab.statements()
    const members = Array.from({ length: 5 }, () => lab.issue())
    const certificates = members.map(({ certificate }) => certificate)
    await statements.add(bytesOf([lab.founding, ...certificates]))
    const label = Buffer.from('noormme-hive/ring-order')
    const epoch = Buffer.alloc(8)
    epoch.writeBigUInt64BE(BigInt(EPOCH))
    const orderOf = (voice: Uint8Array): string =>
      createHash('sha256')
        .update(Buffer.from([label.length]))
        .update(label)
        .update(Buffer.from([lab.swarm.length]))
        .update(lab.swarm)
        .update(epoch)
        .update(voice)
        .digest('hex')
    const voices = statements.roster.voices(EPOCH)
    assert.deepEqual(
      voices.map(toHex),
      members
        .map(({ keys }) => keys.voice)
        .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
        .map(toHex)
    )
    const [first] = members
    assert.ok(first !== undefined)
    assert.deepEqual(statements.roster.ringFor(EPOCH, first.keys.voice), voices)
  })
})

describe('the rings of an epoch', () => {
  it('contain each voice once, at most 64 and at least 32 of them, about equally many', () => {
    for (const count of [1, 32, 64, 65, 127, 128, 129, 256, 1_000]) {
      const keys = Array.from({ length: count }, (_, i) => Buffer.from(`${i}`.padStart(32, '0')))
      const index = new StatementIndex()
      const roster = new Roster({ swarm: 'lab', index, chains: new Chains(index) })
      // The order is that of the keys here: only the cut is under test.
      Object.assign(roster, { voices: () => keys })
      const rings = new Map<string, number>()
      for (const key of keys) {
        const ring = roster.ringFor(EPOCH, key)
        assert.ok(ring?.includes(key) === true)
        const name = ring.map(toHex).join()
        rings.set(name, (rings.get(name) ?? 0) + 1)
      }
      const sizes = [...rings.values()]
      assert.deepEqual(
        [...rings.keys()].map((name) => name.split(',').length),
        sizes
      )
      assert.ok(Math.max(...sizes) <= 64 && Math.max(...sizes) - Math.min(...sizes) <= 1)
      assert.ok(count <= 64 || Math.min(...sizes) >= 32, `${count}: ${sizes.join()}`)
    }
  })

  it('are accepted by dates and signatures alone, whatever arrives later', async () => {
    const lab = new ClosedSwarm()
    const statements = await lab.statements()
    const inviter = lab.issue(lab.asRoot, { role: 'inviter' })
    const member = lab.issue(inviter)
    const light = lab.issue(inviter, { role: 'light' })
    const all = [inviter, member, light].map(({ certificate }) => certificate)
    await statements.add(bytesOf([lab.founding, ...all]))
    const ids = [member, inviter].map(({ keys }) => ringIdOf(keys.voice))
    const keys = [member, inviter].map(({ keys: { voice } }) => toHex(voice))
    const resolved = (): string[] | undefined =>
      statements.roster.keysOfRing(EPOCH, ids)?.map(toHex)
    assert.deepEqual(resolved(), keys)
    const twin = lab.issue(inviter, { number: member.certificate.number })
    await statements.add(bytesOf([twin.certificate, lab.revoke(inviter), lab.succeed([])]))
    assert.deepEqual(resolved(), keys)
    assert.deepEqual(statements.roster.voices(EPOCH), [])
    assert.equal(statements.roster.keysOfRing(EPOCH + 1_000, ids), undefined)
    assert.equal(
      statements.roster.keysOfRing(EPOCH, [ringIdOf(light.keys.voice), ...ids]),
      undefined
    )
  })

  it('are those of credentials that other nodes verify, also when the member is revoked', async () => {
    const lab = new ClosedSwarm()
    const [own, others] = [await lab.statements(), await lab.statements()]
    const members = Array.from({ length: 4 }, () => lab.issue())
    const all = bytesOf([lab.founding, ...members.map(({ certificate }) => certificate)])
    await Promise.all([own.add(all), others.add(all)])
    const [member] = members
    assert.ok(member !== undefined)
    const { swarm } = lab
    const { seed, voice } = member.keys
    const ring = own.roster.ringFor(EPOCH, voice)
    assert.equal(ring?.length, 4)
    const signer = epochKeyOf(seed, swarm, EPOCH).key
    const key = voiceKeyOf(seed)
    const credential = createCredential({ swarm, epoch: EPOCH, ring, key, signer })
    await others.add(bytesOf([lab.revoke(member)]))
    assert.equal(others.roster.voices(EPOCH).length, 3)
    const keys = others.roster.keysOfRing(EPOCH, readCredential(credential).ring)
    assert.ok(keys !== undefined && verifyCredential(swarm, credential, keys))
  })

  it('have the lowest of several keys with one id, and honest rings none of them', async () => {
    const lab = new ClosedSwarm()
    const index = new StatementIndex()
    index.add(lab.founding)
    const members = Array.from({ length: 12 }, () => lab.issue())
    for (const { certificate } of members) index.add(certificate)
    const nodes = [...index.certificates()]
    const chains = new Chains(index)
    const all = new Roster({ swarm: lab.swarm, index, chains })
    assert.equal(all.voices(EPOCH).length, 12)
    // Two keys of one id take 2^64 attempts: the look-up is given them.
    Object.assign(index, {
      certificatesOfRingId: (id: string) => nodes.filter((_, i) => i % 6 === parseInt(id, 16) % 6)
    })
    const roster = new Roster({ swarm: lab.swarm, index, chains })
    const id = (value: number): Uint8Array => Buffer.from([0, 0, 0, 0, 0, 0, 0, value])
    const lowest = [1, 2].map((rest) =>
      nodes
        .filter((_, i) => i % 6 === rest)
        .map(({ certificate }) => toHex(certificate.voice))
        .toSorted()
        .at(0)
    )
    assert.deepEqual(roster.keysOfRing(EPOCH, [id(1), id(2)])?.map(toHex), lowest)
    // Honest nodes leave such keys out of their rings.
    assert.deepEqual(roster.voices(EPOCH), [])
  })

  it('cost the same look-ups a verdict with 10,000 members as with 256', async function () {
    for (const count of [256, 10_000]) {
      const { swarm, statements: made, last } = manyMembers(count)
      const statements = new MemberStatements({ swarm, store: await openStore() })
      await statements.load()
      await statements.add(made)
      assert.equal(statements.size, made.length)
      const began = performance.now()
      for (let i = 0; i < 1_000; i++) {
        assert.ok(statements.chains.verdictOfMember(last, NOW).isAdmitted)
      }
      const verdict = performance.now() - began
      // A microsecond each, and a hundred on a busy machine; one pass over 10,000 takes longer.
      assert.ok(verdict < 200, `${count} members: ${verdict} us for each verdict`)
      const start = performance.now()
      assert.equal(statements.roster.voices(EPOCH).length, count)
      const roster = performance.now() - start
      assert.ok(roster < 2_000, `${count} members: ${roster} ms for the roster`)
    }
  })
})

describe('the keys of a member', () => {
  it('have ring ids of 16 bytes', () => {
    assert.equal(ringIdOf(memberKeysOf(createMemberSeed()).voice).length, 16)
  })
})
