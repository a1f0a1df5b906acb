import assert from 'node:assert/strict'
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createCertificate, createMemberSeed, memberKeysOf, Serial } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { startMember } from '../../fixtures/closed-nodes.ts'
import { ClosedSwarm, DATES, idsOf, NOW } from '../../fixtures/members.ts'
import { converged } from '../../fixtures/nodes.ts'
import { publication } from '../../fixtures/publications.ts'
import type { MemberStatements } from '../../../crdt/index.ts'
import type { Enrol } from '../../../transport/index.ts'
import type { ClosedNode } from '../../fixtures/closed-nodes.ts'
import type { TestMember } from '../../fixtures/members.ts'

const signal = (): AbortSignal => AbortSignal.timeout(20_000)

const clock = { now: () => NOW * 1_000 }

interface Invite {
  readonly id: Uint8Array
  readonly secret: Uint8Array
  /** The signing key that it admitted, in hexadecimal. */
  usedBy: string | undefined
}

function createInvite(): Invite {
  return { id: randomBytes(16), secret: randomBytes(16), usedBy: undefined }
}

/** Issues a certificate for each invite, once; the certificate is stored before the answer. */
function enrolWith(
  lab: ClosedSwarm,
  inviter: TestMember,
  statements: () => MemberStatements,
  invites: readonly Invite[]
): Enrol {
  const serial = new Serial()
  return ({ invite, secret, member, voice }) =>
    serial.run(async () => {
      const known = invites.find(({ id }) => toHex(id) === toHex(invite))
      if (known?.secret.length !== secret.length || !timingSafeEqual(known.secret, secret)) {
        return { refusal: 'invite unknown' }
      }
      const all = statements()
      const answer = (certificate: Uint8Array): { statements: Uint8Array[] } => ({
        statements: [...all.line(), ...all.chains.chainOf(certificate)].map(({ bytes }) => bytes)
      })
      const [issued] = all.certificatesOf(member)
      if (known.usedBy === toHex(member) && issued !== undefined) return answer(issued)
      if (known.usedBy !== undefined) return { refusal: 'invite used' }
      const { issuer } = inviter
      const number = all.nextNumber(issuer)
      const certificate = createCertificate(
        lab.swarm,
        { member, voice, role: 'member', max: 0, ...DATES, issuer, number },
        inviter
      )
      await all.add([certificate.bytes])
      known.usedBy = toHex(member)
      return answer(certificate.id)
    })
}

describe('a newcomer with an invite', () => {
  let lab: ClosedSwarm
  let node: ClosedNode
  let address: string
  const invites = [createInvite(), createInvite()] as const

  beforeEach(async () => {
    lab = new ClosedSwarm()
    for (const invite of invites) invite.usedBy = undefined
    const inviter = lab.issue(lab.asRoot, { role: 'inviter' })
    const enrol = enrolWith(lab, inviter, () => node.statements, invites)
    node = await startMember(lab, { member: inviter, enrol, clock, memory: true })
    address = node.swarm.multiaddrs[0] ?? ''
  })
  afterEach(() => node[Symbol.asyncDispose]())

  it('gets a certificate at the door, and is a member from then on, also elsewhere', async () => {
    await node.publish([publication('known to members')])
    const [invite] = invites
    await using other = await startMember(lab, { member: lab.issue(), clock, memory: true })
    await using newcomer = await startMember(lab, { invite, clock, memory: true })
    await newcomer.swarm.dial(address)
    await converged([node, newcomer], signal())
    const [certificate] = newcomer.statements.certificatesOf(newcomer.keys.key)
    assert.ok(certificate !== undefined && node.statements.has(certificate))
    assert.deepEqual(node.swarm.memberOf(newcomer.swarm.peerId), newcomer.keys.key)
    await newcomer.swarm.dial(other.swarm.multiaddrs[0] ?? '')
    assert.ok(other.statements.has(certificate))
    // It does not use the invite again, and the invite is of no use to another one.
    await newcomer.swarm.stop()
    await newcomer.swarm.start()
    await newcomer.swarm.dial(address)
    await using second = await startMember(lab, { invite, clock, memory: true })
    await assert.rejects(second.swarm.dial(address), /the invite was used before/)
    assert.equal(second.statements.size, 0)
  })

  it('gets none for a wrong secret, an unknown invite, or where nobody invites', async () => {
    const [invite, other] = invites
    await using closed = await startMember(lab, { member: lab.issue(), clock, memory: true })
    for (const [wrong, where, reason] of [
      [{ id: invite.id, secret: other.secret }, address, /there is no such invite/],
      [createInvite(), address, /there is no such invite/],
      [invite, closed.swarm.multiaddrs[0] ?? '', /admits no new members/]
    ] as const) {
      await using newcomer = await startMember(lab, { invite: wrong, clock, memory: true })
      await assert.rejects(newcomer.swarm.dial(where), reason)
    }
    assert.equal(invite.usedBy, undefined)
    assert.equal(node.swarm.offences, 0)
  })

  it('gets the same certificate again when the answer to its request was lost', async () => {
    const [invite] = invites
    await using newcomer = await startMember(lab, { invite, clock, memory: true })
    const add = newcomer.statements.add.bind(newcomer.statements)
    // The connection ends before the newcomer has stored anything.
    newcomer.statements.add = () => Promise.reject(new Error('the connection is lost'))
    await assert.rejects(newcomer.swarm.dial(address), /the connection is lost/)
    assert.equal(newcomer.statements.size, 0)
    newcomer.statements.add = add
    await newcomer.swarm.dial(address)
    assert.deepEqual(
      newcomer.statements.certificatesOf(newcomer.keys.key).map(toHex),
      node.statements.certificatesOf(newcomer.keys.key).map(toHex)
    )
    assert.equal(node.statements.members().length, 2)
  })

  it('gets none for the keys of somebody else', async () => {
    const [invite] = invites
    await using newcomer = await startMember(lab, { invite, clock, memory: true })
    Object.assign(newcomer.keys, { sign: memberKeysOf(createMemberSeed()).sign })
    await assert.rejects(
      newcomer.swarm.dial(address),
      /the keys of the certificate were not proved/
    )
    assert.equal(invite.usedBy, undefined)
    assert.equal(node.statements.members().length, 1)
  })

  it('is one of two that use an invite at the same time', async () => {
    const [invite] = invites
    await using left = await startMember(lab, { invite, clock, memory: true })
    await using right = await startMember(lab, { invite, clock, memory: true })
    const results = await Promise.allSettled([left.swarm.dial(address), right.swarm.dial(address)])
    assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    const failed = results.find(({ status }) => status === 'rejected')
    assert.match(String(failed && 'reason' in failed ? failed.reason : ''), /was used before/)
    // Its own certificate, and one newcomer's.
    assert.equal(node.statements.members().length, 2)
  })

  it('may try a wrong secret five times a minute, and then not the right one either', async () => {
    const wrong = { id: invites[0].id, secret: randomBytes(16) }
    let now = NOW * 1_000
    const moving = { now: () => now }
    const inviter = lab.issue(lab.asRoot, { role: 'inviter' })
    await using limited = await startMember(lab, {
      member: inviter,
      enrol: enrolWith(lab, inviter, () => limited.statements, invites),
      clock: moving,
      memory: true
    })
    const where = limited.swarm.multiaddrs[0] ?? ''
    const invite = { ...wrong }
    await using newcomer = await startMember(lab, { invite, clock, memory: true })
    for (let i = 0; i < 5; i++) {
      await assert.rejects(newcomer.swarm.dial(where), /no such invite/)
    }
    Object.assign(invite, invites[0])
    await assert.rejects(newcomer.swarm.dial(where), /too many attempts/)
    now += 60_000
    await newcomer.swarm.dial(where)
    assert.equal(limited.statements.members().length, 2)
  })

  it('tells a node that it has admitted of the newcomer', async () => {
    await using other = await startMember(lab, { member: lab.issue(), clock, memory: true })
    await other.swarm.dial(address)
    await using newcomer = await startMember(lab, { invite: invites[1], clock, memory: true })
    const told = once(other.statements, 'statement:add', { signal: signal() })
    await newcomer.swarm.dial(address)
    await told
    const chain = newcomer.statements.certificatesOf(newcomer.keys.key)
    assert.deepEqual(
      other.statements.certificatesOf(newcomer.keys.key).map(toHex),
      chain.map(toHex)
    )
    assert.equal(idsOf(other.statements.line()).length, 1)
  })
})
