import assert from 'node:assert/strict'
import { once } from 'node:events'
import { DEFAULT_RELAY_LIMITS, generateSwarmKey } from '../../../transport/index.ts'
import { agreed, startMember } from '../../fixtures/closed-nodes.ts'
import { manyMembers } from '../../fixtures/many-members.ts'
import { bytesOf, ClosedSwarm, NOW } from '../../fixtures/members.ts'
import { converged } from '../../fixtures/nodes.ts'
import { publication } from '../../fixtures/publications.ts'
import { until } from '../../fixtures/until.ts'
import type { ClosedNode } from '../../fixtures/closed-nodes.ts'

const signal = (): AbortSignal => AbortSignal.timeout(20_000)

const clock = { now: () => NOW * 1_000 }

function addressOf({ swarm }: ClosedNode): string {
  return swarm.multiaddrs[0] ?? ''
}

describe('the members of a closed swarm', () => {
  it('reach each other through a member that relays, and outsiders do not', async () => {
    const lab = new ClosedSwarm()
    const key = generateSwarmKey()
    const relay = DEFAULT_RELAY_LIMITS
    await using b = await startMember(lab, { member: lab.issue(), clock, key, relay })
    const listen = [`${addressOf(b)}/p2p-circuit`]
    await using a = await startMember(lab, { member: lab.issue(), clock, key, listen })
    const relayed = await until(
      a.swarm,
      'address:change',
      () => Promise.resolve(a.swarm.multiaddrs.find((each) => each.includes('p2p-circuit'))),
      signal()
    )
    await a.publish([publication('behind a relay')])
    await using c = await startMember(lab, {
      member: lab.issue(),
      clock,
      key,
      bootstrap: [relayed]
    })
    await c.swarm.dial(relayed)
    assert.deepEqual(c.swarm.memberOf(a.swarm.peerId), a.keys.key)
    assert.equal(c.swarm.network().connections.relayed, 1)
    await converged([a, c], signal())
    await using stranger = await startMember(lab, { clock, key, listen })
    assert.deepEqual(stranger.swarm.multiaddrs, [])
    await assert.rejects(stranger.swarm.dial(relayed))
    assert.equal(b.swarm.network().relay.reservations, 1)
  })

  it('refuse a member that was revoked while it was away, each of them', async () => {
    const lab = new ClosedSwarm()
    const away = lab.issue()
    await using a = await startMember(lab, { member: lab.issue(), clock, memory: true })
    await using b = await startMember(lab, { member: lab.issue(), clock, memory: true })
    await using c = await startMember(lab, { member: lab.issue(), clock, memory: true })
    await using gone = await startMember(lab, { member: away, clock, memory: true })
    await gone.swarm.dial(addressOf(a))
    const left = once(a.swarm, 'peer:disconnect', { signal: signal() })
    await gone.swarm.stop()
    await left
    // Two parts of the swarm; the revocation is known in one of them.
    await b.swarm.dial(addressOf(a))
    await b.statements.add(bytesOf([lab.revoke(away)]))
    await agreed([b, a], signal())
    await c.swarm.dial(addressOf(b))
    await agreed([b, c], signal())
    await gone.swarm.start()
    for (const node of [a, b, c]) {
      await assert.rejects(gone.swarm.dial(addressOf(node)), /the certificate is revoked/)
    }
  })

  it('fetch from each other what they lack, also thousands of statements', async () => {
    const { lab, statements: made } = manyMembers(2_500)
    await using a = await startMember(lab, { member: lab.issue(), clock, memory: true })
    await using b = await startMember(lab, { member: lab.issue(), clock, memory: true })
    await using c = await startMember(lab, { member: lab.issue(), clock, memory: true })
    await a.statements.add(made.slice(0, 2_000))
    await b.statements.add([made[0] ?? Buffer.of(), ...made.slice(1_000)])
    await b.swarm.dial(addressOf(a))
    await c.swarm.dial(addressOf(b))
    await agreed([a, b, c], signal())
    assert.equal(c.statements.size, made.length + 3)
    assert.deepEqual(
      [a, b, c].map(({ swarm }) => swarm.offences),
      [0, 0, 0]
    )
  })
})
