import assert from 'node:assert/strict'
import { createMemberSeed, memberKeysOf } from '../../../crdt/index.ts'
import { asIssuer, bytesOf, idsOf, ClosedSwarm, DATES, NOW } from '../../fixtures/members.ts'
import type { MemberStatements, Verdict } from '../../../crdt/index.ts'
import type { TestMember } from '../../fixtures/members.ts'

function textOf(verdict: Verdict): string {
  return verdict.isAdmitted ? verdict.certificate.role : verdict.reason
}

/** The verdict on each member's certificate. */
function verdicts(statements: MemberStatements, members: readonly TestMember[]): string[] {
  return members.map(({ certificate }) => textOf(statements.chains.verdictOf(certificate.id, NOW)))
}

async function refusals(
  statements: MemberStatements,
  given: readonly { readonly bytes: Uint8Array }[]
): Promise<string[]> {
  const { refused } = await statements.add(bytesOf(given))
  return refused.map(({ reason }) => reason)
}

describe('the certificates of a closed swarm', () => {
  let lab: ClosedSwarm
  let statements: MemberStatements
  let inviter: TestMember
  let second: TestMember
  let third: TestMember
  let leaf: TestMember

  beforeEach(async () => {
    lab = new ClosedSwarm()
    statements = await lab.statements()
    inviter = lab.issue(lab.asRoot, { role: 'inviter' })
    second = lab.issue(inviter, { role: 'inviter' })
    third = lab.issue(second, { role: 'inviter' })
    leaf = lab.issue(third, { role: 'light' })
    const chain = [inviter, second, third, leaf].map(({ certificate }) => certificate)
    await statements.add(bytesOf([lab.founding, ...chain]))
  })

  it('admit with their roles, through up to four of them', async () => {
    const all = [inviter, second, third, leaf]
    assert.deepEqual(verdicts(statements, all), ['inviter', 'inviter', 'inviter', 'light'])
    const chain = statements.chains.chainOf(leaf.certificate.id)
    assert.deepEqual(idsOf(chain), idsOf(all.map(({ certificate }) => certificate)))
    const fourth = lab.issue(third, { role: 'inviter' })
    const fifth = lab.issue(fourth)
    assert.deepEqual(await refusals(statements, [fourth.certificate, fifth.certificate]), [
      'chain too long'
    ])
    assert.deepEqual(verdicts(statements, [fourth, fifth]), ['inviter', 'unknown'])
  })

  it('count from the first second of their dates up to the last', () => {
    const { id } = leaf.certificate
    const at = (seconds: number): string => textOf(statements.chains.verdictOf(id, seconds))
    assert.deepEqual(
      [DATES.notBefore - 1, DATES.notBefore, DATES.notAfter - 1, DATES.notAfter].map(at),
      ['not yet', 'light', 'light', 'expired']
    )
  })

  it('are refused when forged, of another swarm, or beyond their issuer', async () => {
    const elsewhere = new ClosedSwarm()
    const stranger = memberKeysOf(createMemberSeed())
    const forger = { issuer: lab.root.key, key: stranger.key, sign: stranger.sign }
    const other = { issuer: lab.root.key, key: lab.root.key, sign: lab.root.sign }
    const limited = lab.issue(inviter, { role: 'inviter', max: 1 })
    assert.deepEqual(await refusals(statements, [limited.certificate]), [])
    assert.deepEqual(
      await refusals(statements, [
        { bytes: Buffer.from('garbage') },
        lab.issue(forger).certificate,
        // Signed by the right root, for a swarm of another name.
        elsewhere.issue(other).certificate,
        elsewhere.founding,
        lab.issue(leaf).certificate,
        lab.issue(limited, { number: 2 }).certificate,
        lab.issue(inviter, { notAfter: DATES.notAfter + 1 }).certificate,
        lab.issue(inviter, { notBefore: DATES.notBefore - 1 }).certificate,
        lab.issue(inviter, { voice: Buffer.alloc(32) }).certificate,
        lab.issue(inviter, { voice: Buffer.alloc(32, 0xff) }).certificate
      ]),
      [
        'malformed',
        'signature',
        'signature',
        'another swarm',
        'issuer',
        'over the maximum',
        'dates',
        'dates',
        'voice key',
        'voice key'
      ]
    )
  })

  it('of one number all count, while the inviter has admitted no more than it may', async () => {
    // A copy of the inviter's directory counts on from where it was.
    const twin = lab.issue(inviter, { number: second.certificate.number })
    await statements.add(bytesOf([twin.certificate]))
    assert.deepEqual(verdicts(statements, [inviter, second, twin, third, leaf]), [
      'inviter',
      'inviter',
      'member',
      'inviter',
      'light'
    ])
  })

  it('beyond the maximum of the inviter are void, with all that they issued', async () => {
    const limited = lab.issue(inviter, { role: 'inviter', max: 2 })
    const first = lab.issue(limited)
    const both = [1, 2]
      .map(() => lab.issue(limited, { role: 'inviter', number: 2 }))
      .toSorted((a, b) => Buffer.compare(a.key, b.key))
    const [kept, beyond] = both
    assert.ok(kept !== undefined && beyond !== undefined)
    const below = lab.issue(beyond)
    // Another certificate of one member takes no place.
    const renewed = lab.certify(first.keys, limited, { number: 1 })
    const all = [limited, first, kept, beyond, below, renewed]
    await statements.add(bytesOf(all.map(({ certificate }) => certificate).toReversed()))
    assert.deepEqual(verdicts(statements, all), [
      'inviter',
      'member',
      'inviter',
      'void',
      'void',
      'member'
    ])
  })

  it('beyond the maximum stay one, which proves it, whatever the order', async () => {
    const limited = lab.issue(inviter, { role: 'inviter', max: 1 })
    await statements.add(bytesOf([limited.certificate]))
    const same = Array.from({ length: 5 }, () => lab.issue(limited, { role: 'inviter', number: 1 }))
    const sorted = same.toSorted((a, b) => Buffer.compare(a.key, b.key))
    const below = sorted.map((each) => lab.issue(each))
    const all = [...sorted, ...below].map(({ certificate }) => certificate)
    const before = statements.size
    await statements.add(bytesOf(all.toReversed()))
    await statements.add(bytesOf(all))
    const other = await lab.statements()
    await other.add(bytesOf([...statements.list(), ...all]))
    assert.deepEqual(idsOf(other.list()).toSorted(), idsOf(statements.list()).toSorted())
    assert.deepEqual(other.digest, statements.digest)
    assert.equal(statements.size, before + 4)
    assert.deepEqual(
      sorted.map(({ certificate }) => statements.has(certificate.id)),
      [true, true, false, false, false]
    )
  })

  it('end when revoked by the root or an ancestor, and by nobody else', async () => {
    const sibling = lab.issue(lab.asRoot, { role: 'inviter' })
    await statements.add(bytesOf([sibling.certificate]))
    const stranger = lab.revoke(third, sibling)
    const itself = lab.revoke(third, third)
    const child = lab.revoke(third, leaf)
    assert.deepEqual(await refusals(statements, [stranger, itself, child]), [
      'issuer',
      'issuer',
      'issuer'
    ])
    assert.deepEqual(verdicts(statements, [third, leaf]), ['inviter', 'light'])
    // An ancestor with the name of another one.
    const forged = lab.revoke(third, { ...inviter, issuer: second.issuer })
    assert.deepEqual(await refusals(statements, [forged]), ['signature'])
    await statements.add(bytesOf([lab.revoke(third, inviter)]))
    assert.deepEqual(verdicts(statements, [second, third, leaf]), ['inviter', 'revoked', 'revoked'])
    await statements.add(bytesOf([lab.revoke(inviter)]))
    assert.deepEqual(verdicts(statements, [inviter, second]), ['revoked', 'revoked'])
  })

  it('that a revoked inviter issued stand only if kept: others may be backdated', async () => {
    const [kept, lost] = [lab.issue(second), lab.issue(second)]
    await statements.add(bytesOf([kept.certificate, lost.certificate]))
    const { id } = kept.certificate
    await statements.add(bytesOf([lab.revoke(second, lab.asRoot, { kept: [id] })]))
    const late = lab.issue(second, { notBefore: NOW - 500_000 })
    await statements.add(bytesOf([late.certificate]))
    assert.deepEqual(verdicts(statements, [second, kept, lost, late, leaf]), [
      'revoked',
      'member',
      'revoked',
      'revoked',
      'revoked'
    ])
    // Each revocation must keep it.
    await statements.add(bytesOf([lab.revoke(second, inviter)]))
    assert.deepEqual(verdicts(statements, [kept]), ['revoked'])
  })

  it('are not ended by a revocation that a revoked inviter backdates', async () => {
    const before = lab.revoke(leaf, second)
    const kept = [third.certificate.id, before.id]
    await statements.add(bytesOf([before, lab.revoke(second, inviter, { kept })]))
    assert.deepEqual(verdicts(statements, [third, leaf]), ['inviter', 'revoked'])
    await statements.add(bytesOf([lab.revoke(third, second)]))
    assert.deepEqual(verdicts(statements, [second, third, leaf]), ['revoked', 'inviter', 'revoked'])
  })

  it('of a renewed member count by the best one', async () => {
    const { keys } = leaf
    const better = lab.certify(keys, lab.asRoot, { notAfter: NOW + 5 })
    await statements.add(bytesOf([better.certificate]))
    const at = (seconds: number): string =>
      textOf(statements.chains.verdictOfMember(keys.key, seconds))
    assert.deepEqual([at(NOW), at(NOW + 5), at(DATES.notAfter)], ['member', 'light', 'expired'])
    await statements.add(bytesOf([lab.revoke(leaf)]))
    assert.deepEqual([at(NOW), at(NOW + 5)], ['member', 'expired'])
    assert.equal(textOf(statements.chains.verdictOfMember(lab.root.key, NOW)), 'unknown')
  })

  it('of renewals end with the certificate that they renew', async () => {
    const { id } = leaf.certificate
    const byRoot = lab.certify(leaf.keys, lab.asRoot, { renews: id })
    const again = lab.certify(leaf.keys, lab.asRoot)
    await statements.add(bytesOf([byRoot.certificate, again.certificate]))
    assert.deepEqual(verdicts(statements, [leaf, byRoot]), ['light', 'member'])
    await statements.add(bytesOf([lab.revoke(leaf, third)]))
    // The root has issued a new certificate, which renews none.
    assert.deepEqual(verdicts(statements, [leaf, byRoot, again]), ['revoked', 'revoked', 'member'])
    // Nobody becomes an ancestor by issuing a certificate for the keys of others.
    const sideways = lab.certify(again.keys, second, { renews: again.certificate.id })
    await statements.add(bytesOf([sideways.certificate]))
    const outside = lab.revoke(again, second)
    assert.deepEqual(await refusals(statements, [outside]), ['issuer'])
    assert.deepEqual(verdicts(statements, [again]), ['member'])
  })

  it('of a renewed inviter end with its first certificate, unless they are kept', async () => {
    const renews = third.certificate.id
    const renewed = lab.certify(third.keys, second, { role: 'inviter', renews })
    const [kept, lost] = [lab.issue(renewed), lab.issue(renewed)]
    const before = lab.revoke(kept, renewed)
    const late = lab.revoke(lost, renewed)
    await statements.add(bytesOf([renewed, kept, lost].map(({ certificate }) => certificate)))
    const ids = [kept.certificate.id, lost.certificate.id, before.id]
    await statements.add(bytesOf([before, lab.revoke(third, second, { kept: ids })]))
    await statements.add(bytesOf([late]))
    assert.deepEqual(verdicts(statements, [third, renewed, kept, lost]), [
      'revoked',
      'revoked',
      'revoked',
      'member'
    ])
  })

  it('of the root before end with a succession, unless it keeps them', async () => {
    const other = lab.issue()
    const stolen = lab.revoke(second)
    await statements.add(bytesOf([other.certificate]))
    const succession = lab.succeed([inviter.certificate.id])
    await statements.add(bytesOf([succession]))
    assert.deepEqual(statements.root, Uint8Array.from(lab.successor.key))
    assert.deepEqual(verdicts(statements, [inviter, leaf, other]), [
      'inviter',
      'light',
      'superseded'
    ])
    // What the root before signs now, for or against, is nothing.
    const late = lab.issue()
    await statements.add(bytesOf([late.certificate, stolen]))
    assert.deepEqual(verdicts(statements, [late, second]), ['superseded', 'inviter'])
    const fresh = lab.certify(other.keys, asIssuer(lab.successor))
    await statements.add(bytesOf([fresh.certificate, lab.revoke(third, asIssuer(lab.successor))]))
    assert.deepEqual(verdicts(statements, [fresh, third, leaf]), ['member', 'revoked', 'revoked'])
  })

  it('of a root two successions ago count only if both keep them', async () => {
    const kept = lab.issue()
    const ids = [inviter.certificate.id, kept.certificate.id]
    const last = new ClosedSwarm().root
    const revocation = lab.revoke(leaf)
    const first = lab.succeed([...ids, revocation.id], lab.successor, last.key)
    const next = lab.succeed([inviter.certificate.id, revocation.id], last)
    // The second one waits for the first.
    const { waiting } = await statements.add(bytesOf([kept.certificate, next, revocation]))
    assert.deepEqual(idsOf(waiting), idsOf([next]))
    await statements.add(bytesOf([first]))
    assert.deepEqual(verdicts(statements, [inviter, kept, leaf, third]), [
      'inviter',
      'superseded',
      'revoked',
      'inviter'
    ])
  })

  it('are not touched by a succession that the commitment does not name', async () => {
    const thief = new ClosedSwarm()
    const { added } = await statements.add(bytesOf([lab.succeed([], thief.root)]))
    assert.deepEqual(added, [])
    const forged = lab.succeed([], { ...lab.successor, sign: thief.root.sign })
    assert.deepEqual(await refusals(statements, [forged]), ['signature'])
    assert.deepEqual(verdicts(statements, [leaf]), ['light'])
  })
})
