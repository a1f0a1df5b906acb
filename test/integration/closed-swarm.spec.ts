import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createHive } from '../../src/index.ts'
import { epochBegin, epochOf } from '../../crdt/index.ts'
import { ClosedSwarm } from '../fixtures/members.ts'
import type { HiveNode } from '../../src/index.ts'
import type { TestMember } from '../fixtures/members.ts'

const DAY = 24 * 60 * 60

/** A member whose voice begins with the epoch of now. */
function issueNow(lab: ClosedSwarm, role: 'inviter' | 'member' = 'member'): TestMember {
  const now = Math.floor(Date.now() / 1000)
  const notBefore = epochBegin(epochOf(now))
  return lab.issue(lab.asRoot, {
    role,
    ...(role === 'inviter' ? { max: 10 } : {}),
    notBefore,
    notAfter: now + 90 * DAY
  })
}

async function startMember(
  lab: ClosedSwarm,
  { keys }: TestMember,
  all: readonly TestMember[],
  bootstrap: readonly string[] = []
): Promise<HiveNode> {
  const statements = [lab.founding.bytes, ...all.map(({ certificate }) => certificate.bytes)]
  return createHive({
    swarm: { name: lab.swarm, bootstrap: [...bootstrap], member: { seed: keys.seed, statements } }
  })
}

describe('a closed swarm', () => {
  it('shares facts between its members, one voice each', async () => {
    const lab = new ClosedSwarm()
    const members = [issueNow(lab), issueNow(lab), issueNow(lab)] as const
    await using ada = await startMember(lab, members[0], members)
    await using bob = await startMember(lab, members[1], members, ada.multiaddrs)
    const { cortex } = ada.agent
    await cortex.knowledge.distill('CSS gap', 'Flex containers support gap in browsers.', 0.95)
    const { promoted } = await cortex.hive.broadcastKnowledge()
    assert.equal(promoted, 1)
    await once(bob, 'hive:change')
    const [insight] = await bob.agent.cortex.hive.getGlobalInsights({ limit: 5 })
    assert.equal(insight?.entity, 'CSS gap')
    assert.equal(ada.members?.self().state, 'admitted')
    assert.equal(ada.members?.list().length, 3)
  })
})
