import assert from 'node:assert/strict'
import { createCertificate, createRoot, readStatement } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import {
  foundClosedSwarm,
  heldStatements,
  renewWithRoot,
  revokeWithRoot,
  succeedRoot
} from '../../../src/index.ts'
import {
  DAYS,
  enrolled,
  foundLab,
  memberNode,
  newcomer,
  START
} from '../../fixtures/member-nodes.ts'
import type { MemberStatements } from '../../../crdt/index.ts'
import type { MemberNode } from '../../fixtures/member-nodes.ts'

const seconds = START / 1000

function held({ members }: MemberNode): Promise<MemberStatements> {
  return heldStatements(members.swarm, members.statements())
}

describe('the holder of a root', () => {
  it('revokes the first member, and renews one that nobody else may renew', async () => {
    const founded = foundLab(30)
    const { root } = founded
    await using node = await memberNode(founded)
    const id = toHex(node.keys.key)
    const renewal = renewWithRoot(await held(node), root, {
      id: id.slice(0, 8),
      seconds,
      days: 700
    })
    await node.members.add([renewal])
    assert.partialDeepStrictEqual(node.members.self(), {
      role: 'inviter',
      notAfter: new Date(START + 700 * DAYS).toISOString(),
      invitesLeft: 4_096
    })
    // At two nodes that have not met the numbers are the same, which harms nobody.
    const numbers = await Promise.all(
      Array.from({ length: 3 }, async () => renewWithRoot(await held(node), root, { id, seconds }))
    )
    const distinct = new Set(
      numbers.map((bytes) => {
        const statement = readStatement(bytes)
        return statement.kind === 'certificate' ? statement.number : 0
      })
    )
    assert.equal(distinct.size, 1)
    await node.members.add(numbers)
    assert.equal(node.members.self().state, 'admitted')
    await node.members.add(revokeWithRoot(await held(node), root, { id, seconds }))
    assert.equal(node.members.self().state, 'revoked')
    await assert.rejects(node.members.invite(), /no certificate to invite/)
  })

  it('hands over to the successor, which keeps all that counts and nothing of a thief', async () => {
    const founded = foundLab()
    const { root, successor } = founded
    await using node = await memberNode(founded)
    const kept = newcomer(await node.members.invite())
    await enrolled(node, kept.request)
    const revoked = newcomer(await node.members.invite())
    await enrolled(node, revoked.request)
    await node.members.revoke(toHex(revoked.keys.key))
    const byRoot = newcomer(await node.members.invite({ days: 5 }))
    await enrolled(node, byRoot.request)
    const renewal = { id: toHex(byRoot.keys.key), seconds, days: 50 }
    await node.members.add([renewWithRoot(await held(node), root, renewal)])

    const next = createRoot()
    const statements = await held(node)
    assert.throws(() => succeedRoot(statements, root, { next: next.key }), /reigns already/)
    assert.throws(() => succeedRoot(statements, next, { next: root.key }), /not the successor/)
    // Of a newcomer that nobody has let in yet.
    const founding = statements.list().filter(({ kind }) => kind === 'founding')
    const alone = await heldStatements(
      founded.swarm,
      founding.map(({ bytes }) => bytes)
    )
    assert.throws(() => succeedRoot(alone, successor, { next: next.key }), /knows no certificate/)
    await node.members.add([succeedRoot(statements, successor, { next: next.key })])

    const stateOf = (keys: { readonly key: Uint8Array }): string =>
      node.members.find(toHex(keys.key)).state
    assert.deepEqual([node.keys, kept.keys, revoked.keys, byRoot.keys].map(stateOf), [
      'admitted',
      'admitted',
      'revoked',
      'admitted'
    ])
    node.now += 6 * DAYS
    assert.equal(stateOf(byRoot.keys), 'admitted')
    // The earlier root signs nothing that counts any more.
    const after = await held(node)
    const id = toHex(kept.keys.key)
    assert.throws(() => revokeWithRoot(after, root, { id, seconds }), /not the root/)
    assert.throws(() => renewWithRoot(after, root, { id, seconds }), /not the root/)
    const thief = newcomer(await node.members.invite())
    const stolen = createCertificate(
      founded.swarm,
      {
        member: thief.keys.key,
        voice: thief.keys.voice,
        role: 'member',
        max: 0,
        notBefore: seconds,
        notAfter: seconds + 1,
        issuer: root.key,
        number: 99
      },
      root
    )
    await node.members.add([stolen.bytes])
    assert.equal(stateOf(thief.keys), 'superseded')
    // And once more: what both earlier roots signed stays.
    await node.members.add([succeedRoot(after, next, { next: createRoot().key })])
    assert.deepEqual([node.keys, kept.keys, byRoot.keys].map(stateOf), [
      'admitted',
      'admitted',
      'admitted'
    ])
  })

  it('is refused for another swarm, and with statements that are not of the swarm', async () => {
    const founded = foundLab()
    const other = foundLab()
    const statements = await heldStatements(founded.swarm, founded.statements)
    const id = toHex(founded.keys.key)
    assert.throws(() => revokeWithRoot(statements, other.root, { id, seconds }), /not the root/)
    await assert.rejects(heldStatements(founded.swarm, other.statements), /no valid statements/)
    await assert.rejects(heldStatements(founded.swarm, []), /no founding/)
  })

  it('names a swarm by letters and digits, since a file has the name too', () => {
    for (const name of ['', '../lab', 'a b', '-lab', 'x'.repeat(65), 'lab~1']) {
      assert.throws(() => foundClosedSwarm({ name, seconds }), { code: 'ARGUMENT_INVALID' }, name)
    }
    const { swarm } = foundClosedSwarm({ name: 'Büro-2.a_b', seconds })
    assert.match(swarm, /^Büro-2\.a_b~[0-9a-f]{32}$/)
  })
})
