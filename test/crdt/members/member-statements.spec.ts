import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fc from 'fast-check'
import { MemberStatements, openStore, StoreError } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { MAX_WAITING, MAX_WAITING_BYTES } from '../../../crdt/members/constants.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { asIssuer, bytesOf, ClosedSwarm, idsOf, NOW } from '../../fixtures/members.ts'
import type { Statement } from '../../../crdt/index.ts'

type Signed = Pick<Statement, 'id' | 'bytes'>

/** Statements that contradict each other in every way that the format has. */
function contradictions(): { readonly lab: ClosedSwarm; readonly pool: readonly Signed[] } {
  const lab = new ClosedSwarm()
  const next = asIssuer(lab.successor)
  const inviters = [1, 2, 3].map(() => lab.issue(lab.asRoot, { role: 'inviter' }))
  const [first, other, kept] = inviters
  assert.ok(first !== undefined && other !== undefined && kept !== undefined)
  const twin = lab.issue(lab.asRoot, { role: 'inviter', number: 2 })
  const deep = lab.issue(first, { role: 'inviter', max: 6 })
  const deeper = lab.issue(deep, { role: 'inviter' })
  const leaves = [first, other, twin, deep, deeper, kept].flatMap((by) => [
    lab.issue(by),
    lab.issue(by, { role: 'light' })
  ])
  // Five members of one number, beyond the maximum, with one certificate below each.
  const same = Array.from({ length: 5 }, () => lab.issue(deep, { role: 'inviter', number: 5 }))
  const below = same.map((by) => lab.issue(by))
  const [leaf] = leaves
  assert.ok(leaf !== undefined)
  const renewedLeaf = lab.certify(leaf.keys, lab.asRoot, { renews: leaf.certificate.id })
  const renewedDeep = lab.certify(deep.keys, lab.asRoot, {
    role: 'inviter',
    renews: deep.certificate.id
  })
  const ofRenewed = lab.issue(renewedDeep)
  const renewals = [
    renewedLeaf,
    renewedDeep,
    ofRenewed,
    lab.certify(ofRenewed.keys, renewedDeep, { number: 1, renews: ofRenewed.certificate.id }),
    ...same.map((each) => lab.certify(each.keys, deep, { number: 5, renews: each.certificate.id }))
  ]
  const members = [...inviters, twin, deep, deeper, ...leaves, ...same, ...below, ...renewals]
  const revocations = [
    lab.revoke(leaf),
    lab.revoke(leaf, first),
    lab.revoke(leaf, first, { epoch: 3 }),
    lab.revoke(deep, first, { kept: [deeper.certificate.id] }),
    lab.revoke(deep, lab.asRoot, { kept: [deeper.certificate.id, leaf.certificate.id] }),
    ...same.map((each) => lab.revoke(each, deep)),
    lab.revoke(ofRenewed, renewedDeep),
    lab.revoke(ofRenewed),
    lab.revoke(kept, next, { kept: [] })
  ]
  const successions = [
    lab.succeed(idsOfBytes([first, kept])),
    lab.succeed(idsOfBytes([first])),
    lab.succeed([])
  ]
  const fresh = [lab.issue(next, { role: 'inviter' }), lab.issue(next)]
  const certificates = [...members, ...fresh].map(({ certificate }) => certificate)
  return { lab, pool: [lab.founding, ...certificates, ...revocations, ...successions] }
}

function idsOfBytes(
  members: readonly { readonly certificate: { readonly id: Uint8Array } }[]
): Uint8Array[] {
  return members.map(({ certificate }) => certificate.id)
}

/** All that a node concludes from its statements. */
function conclusions(statements: MemberStatements, pool: readonly Signed[]): unknown {
  const verdicts = pool.map(({ id }) => {
    const verdict = statements.chains.verdictOf(id, NOW)
    return verdict.isAdmitted ? verdict.certificate.role : verdict.reason
  })
  return {
    ids: statements.ids().map(toHex),
    digest: toHex(statements.digest),
    root: toHex(statements.root ?? Buffer.of()),
    verdicts,
    voices: statements.roster.voices(Math.floor(NOW / statements.roster.epochSeconds)).map(toHex)
  }
}

describe('the statements of a closed swarm', () => {
  it('give the same verdicts in any order, with any subset, twice, and after a restart', async () => {
    const { lab, pool } = contradictions()
    const positions = pool.map((_, position) => position)
    const delivery = fc
      .shuffledSubarray(positions, { minLength: 1 })
      .chain((subset) =>
        fc.tuple(
          fc.constant(subset),
          fc.shuffledSubarray([...subset, ...subset], { minLength: subset.length * 2 }),
          fc.integer({ min: 1, max: 9 })
        )
      )
    const bytesAt = (some: readonly number[]): Uint8Array[] =>
      some.flatMap((position) => pool[position]?.bytes ?? [])
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(delivery, async ([subset, again, size]) => {
        const store = await openStore()
        const left = await lab.statements(store)
        const right = await lab.statements()
        for (let at = 0; at < subset.length; at += size) {
          await left.add(bytesAt(subset.slice(at, at + size)))
        }
        await right.add(bytesAt(again))
        const result = conclusions(left, pool)
        seen.add(JSON.stringify(result))
        assert.deepEqual(conclusions(right, pool), result)
        const restarted = await lab.statements(store)
        assert.deepEqual(conclusions(restarted, pool), result)
        await store.close()
      }),
      { numRuns: 200 }
    )
    assert.ok(seen.size > 20, `${seen.size} different results`)
  })

  it('are stored when `add` resolves, and reported once', async () => {
    const lab = new ClosedSwarm()
    const { certificate } = lab.issue()
    const store = await openStore()
    const statements = await lab.statements(store)
    const early = await statements.add(bytesOf([certificate]))
    assert.deepEqual([idsOf(early.waiting), statements.size], [idsOf([certificate]), 0])
    const reported = once(statements, 'statement:add')
    const { added, waiting } = await statements.add(bytesOf([lab.founding]), {
      source: 'a peer'
    })
    assert.deepEqual([idsOf(added), waiting], [idsOf([lab.founding, certificate]), []])
    assert.deepEqual(await reported, [added, 'a peer'])
    statements.once('statement:add', () => assert.fail('reported twice'))
    assert.deepEqual(await statements.add(bytesOf([certificate, lab.founding])), {
      added: [],
      refused: [],
      waiting: []
    })
    const restarted = await lab.statements(store)
    assert.deepEqual(idsOf(restarted.list()).toSorted(), idsOf(added).toSorted())
    await store.close()
  })

  it('are written and reported later when a commit fails', async () => {
    const lab = new ClosedSwarm()
    const { database, failNext } = failingDatabase()
    const store = await openStore(database)
    const statements = await lab.statements(store)
    failNext('members')
    const reported = once(statements, 'statement:add')
    await assert.rejects(statements.add(bytesOf([lab.founding]), { source: 'a peer' }), StoreError)
    const [added, source]: unknown[] = await reported
    assert.deepEqual([added, source], [statements.list(), 'a peer'])
    assert.equal((await lab.statements(store)).size, 1)
    await store.close()
  })

  it('wait within bounds, whatever a peer sends', async () => {
    const lab = new ClosedSwarm()
    const statements = await lab.statements()
    await statements.add(bytesOf([lab.founding]))
    const unknown = { ...lab.asRoot, issuer: randomBytes(32) }
    const small = Array.from({ length: MAX_WAITING + 10 }, (_, i) =>
      lab.issue(unknown, { number: i + 1 })
    )
    await statements.add(bytesOf(small.map(({ certificate }) => certificate)))
    assert.equal(statements.waiting, MAX_WAITING)
    const target = small[0]
    assert.ok(target !== undefined)
    const kept = Array.from({ length: 2_000 }, () => randomBytes(32))
    const large = Array.from({ length: 20 }, (_, epoch) =>
      lab.revoke(target, unknown, { epoch, kept })
    )
    const { waiting } = await statements.add(bytesOf(large))
    assert.equal(waiting.length, 20)
    assert.ok(statements.waiting <= MAX_WAITING_BYTES / 64_000, `${statements.waiting} wait`)
    const late = await statements.add(bytesOf(large), { waits: false })
    assert.deepEqual(
      late.refused.map(({ reason }) => reason),
      large.map(() => 'unknown')
    )
  })

  it('do not let a copy with a wrong signature take the position of the right one', async () => {
    const lab = new ClosedSwarm()
    const statements = await lab.statements()
    const { certificate } = lab.issue()
    const copy = Buffer.concat([certificate.bytes.subarray(0, -64), randomBytes(64)])
    await statements.add([copy, certificate.bytes, copy])
    const { added, refused } = await statements.add(bytesOf([lab.founding]))
    assert.deepEqual(idsOf(added), idsOf([lab.founding, certificate]))
    assert.deepEqual(
      refused.map(({ reason }) => reason),
      ['signature']
    )
  })

  it('state the next number, and what a revocation would keep', async () => {
    const lab = new ClosedSwarm()
    const statements = await lab.statements()
    const inviter = lab.issue(lab.asRoot, { role: 'inviter', number: 7 })
    const [stands, ends] = [lab.issue(inviter), lab.issue(inviter)]
    const end = lab.revoke(ends, inviter)
    const all = [lab.founding, inviter.certificate, stands.certificate, ends.certificate, end]
    await statements.add(bytesOf(all))
    assert.equal(statements.nextNumber(lab.root.key), 8)
    assert.equal(statements.nextNumber(inviter.issuer), 3)
    // A member keeps its number.
    assert.equal(statements.nextNumber(inviter.issuer, stands.certificate), 1)
    assert.equal(statements.admittedBy(inviter.issuer), 2)
    const counted = statements.countedOf(inviter.issuer).map(toHex)
    assert.deepEqual(counted.toSorted(), idsOf([stands.certificate, end]).toSorted())
    assert.deepEqual(statements.countedOf(lab.root.key).map(toHex), idsOf([inviter.certificate]))
    assert.deepEqual(statements.certificatesOf(stands.key).map(toHex), idsOf([stands.certificate]))
    assert.equal(statements.members().length, 3)
  })

  it('leave the store with what took their place', async () => {
    const lab = new ClosedSwarm()
    const store = await openStore()
    const statements = await lab.statements(store)
    const inviter = lab.issue(lab.asRoot, { role: 'inviter', max: 1 })
    const same = Array.from({ length: 4 }, () => lab.issue(inviter, { number: 1 }))
    const descending = same
      .toSorted((a, b) => Buffer.compare(b.key, a.key))
      .map(({ certificate }) => certificate)
    for (const certificate of [lab.founding, inviter.certificate, ...descending]) {
      await statements.add(bytesOf([certificate]))
    }
    const stored = await Array.fromAsync(store.section('members').entries())
    assert.deepEqual(
      stored.map(([id]) => toHex(id)),
      idsOf([lab.founding, inviter.certificate, ...descending.slice(2)]).toSorted()
    )
    await store.close()
  })

  it('leave out what is damaged in the store', async () => {
    const lab = new ClosedSwarm()
    const store = await openStore()
    const statements = await lab.statements(store)
    const inviter = lab.issue(lab.asRoot, { role: 'inviter' })
    const leaf = lab.issue(inviter)
    await statements.add(bytesOf([lab.founding, inviter.certificate, leaf.certificate]))
    const section = store.section('members')
    await store.commit([section.put(inviter.certificate.id, Buffer.from('damaged'))])
    const restarted = new MemberStatements({ swarm: lab.swarm, store })
    await restarted.load()
    assert.deepEqual(restarted.ids().map(toHex), idsOf([lab.founding]))
    // They come again from peers.
    await restarted.add(bytesOf([inviter.certificate, leaf.certificate]))
    assert.deepEqual(restarted.digest, statements.digest)
    await store.close()
  })
})
