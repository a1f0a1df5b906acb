import assert from 'node:assert/strict'
import { agreed, startMember } from '../../fixtures/closed-nodes.ts'
import { ClosedSwarm, DATES, NOW } from '../../fixtures/members.ts'
import { until } from '../../fixtures/until.ts'
import type { ClosedNode } from '../../fixtures/closed-nodes.ts'

const DAY = 24 * 60 * 60

const signal = (): AbortSignal => AbortSignal.timeout(20_000)

const clock = { now: () => NOW * 1_000 }

/** A certificate of 90 days in its last third. */
const ENDS_SOON = { notBefore: NOW - 70 * DAY, notAfter: NOW + 20 * DAY }
const LONG = { notBefore: NOW - 100 * DAY, notAfter: NOW + 900 * DAY }

/** The end of the best certificate that `node` knows of the member. */
function endOf({ statements }: ClosedNode, member: Uint8Array, seconds = NOW): number {
  return statements.chains.verdictOfMember(member, seconds).certificate?.notAfter ?? 0
}

function addressOf({ swarm }: ClosedNode): string {
  return swarm.multiaddrs[0] ?? ''
}

describe('the certificate of a connected member', () => {
  it('is renewed by its inviter, and every member hears of it', async () => {
    const lab = new ClosedSwarm()
    const first = lab.issue(lab.asRoot, { role: 'inviter', ...LONG })
    const member = lab.issue(first, ENDS_SOON)
    const third = lab.issue(lab.asRoot, LONG)
    const common = { clock, memory: true, renewsOthers: true } as const
    await using a = await startMember(lab, { ...common, member: first })
    await using b = await startMember(lab, { ...common, member, chain: [first] })
    await using c = await startMember(lab, { ...common, member: third })
    await c.swarm.dial(addressOf(a))
    await b.swarm.dial(addressOf(a))
    const renewed = (): Promise<true | undefined> =>
      Promise.resolve(endOf(b, member.key) > NOW + 80 * DAY ? true : undefined)
    await until(b.statements, 'statement:add', renewed, signal())
    await agreed([a, b, c], signal())
    assert.equal(endOf(c, member.key), NOW + 90 * DAY)
    assert.equal(a.statements.admittedBy(first.issuer), 1)
    assert.deepEqual(
      [a, b, c].map(({ swarm }) => swarm.offences),
      [0, 0, 0]
    )
  })

  it('is renewed by the inviter of its inviter only when little time is left', async () => {
    const lab = new ClosedSwarm()
    const first = lab.issue(lab.asRoot, { role: 'inviter', ...LONG })
    const second = lab.issue(first, { role: 'inviter', ...DATES })
    const member = lab.issue(second, { notBefore: DATES.notBefore, notAfter: NOW + 20 * DAY })
    let now = NOW
    const common = { clock: { now: () => now * 1_000 }, memory: true, renewsOthers: true } as const
    await using a = await startMember(lab, { ...common, member: first })
    await using b = await startMember(lab, { ...common, member, chain: [first, second] })
    await b.swarm.dial(addressOf(a))
    await agreed([a, b], signal())
    assert.equal(endOf(b, member.key), NOW + 20 * DAY)
    now += 18 * DAY
    // It asks when a member connects.
    await using c = await startMember(lab, { ...common, member: lab.issue(lab.asRoot, LONG) })
    await c.swarm.dial(addressOf(b))
    const renewed = (): Promise<true | undefined> =>
      Promise.resolve(endOf(b, member.key, now) > now + 20 * DAY ? true : undefined)
    await until(b.statements, 'statement:add', renewed, signal())
    const { certificate } = b.statements.chains.verdictOfMember(member.key, now)
    assert.deepEqual(certificate?.issuer, first.issuer)
  })
})
