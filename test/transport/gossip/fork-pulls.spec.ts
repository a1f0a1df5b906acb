import assert from 'node:assert/strict'
import { createAuthor, openReplica, openStore, writeEntry } from '../../../crdt/index.ts'
import { MAX_PENDING_GOSSIP } from '../../../transport/constants.ts'
import { joinGossip } from '../../../transport/gossip/gossip.ts'
import { bareNode } from '../../fixtures/attacker.ts'
import { forge, gossipOf, honestValues, SWARM } from '../../fixtures/forgery.ts'

const TOPICS = { entries: 'entries', retractions: 'retractions' }

describe('other branches of feeds that come by gossip', () => {
  it('are pulled at most as many at a time as messages of a peer may wait', async () => {
    const node = await bareNode()
    const other = await bareNode()
    const store = await openStore()
    try {
      const { gossip } = node.services
      const replica = await openReplica({ store, swarm: SWARM })
      const gate = Promise.withResolvers<boolean>()
      let [pulls, missed] = [0, 0]
      const joined = joinGossip(gossip, {
        topics: TOPICS,
        swarm: SWARM,
        replica: replica.publicView,
        retractions: { admit: () => Promise.resolve([]) },
        subscribes: false,
        // The peer never answers.
        pull: () => {
          pulls += 1
          return gate.promise
        },
        onMissed: () => (missed += 1),
        onOffence: (_, reason) => assert.fail(reason),
        connected: { peers: () => [], connections: () => [] },
        onPeersChange: () => undefined
      })
      const validate = gossip.topicValidators.get(TOPICS.entries)
      assert.ok(validate !== undefined)
      const peer = other.peerId
      const count = 2 * MAX_PENDING_GOSSIP
      const branches = Array.from({ length: count }, () => {
        const author = createAuthor()
        return ['one', 'another'].map((said) =>
          writeEntry(forge({ author, values: honestValues(said) }))
        )
      })
      const checks: unknown[] = []
      for (const [first = new Uint8Array(), second = new Uint8Array()] of branches) {
        const admission = await replica.admit(first, 'peer')
        assert.ok(admission.outcome === 'admitted')
        await admission.durable
        const message = { type: 'unsigned', topic: TOPICS.entries, data: gossipOf(second) } as const
        const isJudged = Promise.withResolvers<void>()
        replica.once('author:void', () => isJudged.resolve())
        const before = missed
        checks.push(validate(peer, message))
        if (missed === before) await isJudged.promise
        replica.removeAllListeners('author:void')
      }
      assert.deepEqual([pulls, missed], [MAX_PENDING_GOSSIP, count - MAX_PENDING_GOSSIP])
      gate.resolve(true)
      await Promise.all(checks)
      joined.stop()
    } finally {
      await node.stop()
      await other.stop()
      await store.close()
    }
  })
})
