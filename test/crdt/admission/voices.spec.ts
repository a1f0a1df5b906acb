import assert from 'node:assert/strict'
import { digestOf } from '../../../crdt/index.ts'
import { memberReplica, TestRoster } from '../../fixtures/closed-swarm.ts'
import { contentOf, deliver, sync } from '../../fixtures/replicas.ts'
import { insertStep } from '../../../crdt/playbooks/steps.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { standingOf, votesOn } from '../../fixtures/votes-on.ts'
import type { Publication, Replica } from '../../../crdt/index.ts'
import type { TestReplica } from '../../fixtures/replicas.ts'

const NAMES = ['ada', 'bob', 'cy', 'dee', 'eve']

/** One member with `count` author keys: clones that know nothing of each other. */
async function clones(
  roster: TestRoster,
  name: string,
  count: number,
  speak: (replica: Replica, i: number) => Promise<unknown>
): Promise<TestReplica[]> {
  const made: TestReplica[] = []
  for (let i = 0; i < count; i++) {
    const clone = await memberReplica(roster, name)
    await speak(clone.replica, i)
    made.push(clone)
  }
  return made
}

async function closeAll(nodes: readonly TestReplica[]): Promise<void> {
  for (const node of nodes) await node[Symbol.asyncDispose]()
}

describe('voices in a closed swarm', () => {
  const item = publication('A member counts once.')

  it('count each member once, and agree on every node', async () => {
    const roster = new TestRoster(NAMES)
    await using ada = await memberReplica(roster, 'ada')
    await using bob = await memberReplica(roster, 'bob')
    await using cy = await memberReplica(roster, 'cy')
    await ada.replica.publish([item, ...publications(3)])
    await bob.replica.publish([item])
    for (const [from, to] of [
      [ada, cy],
      [bob, cy],
      [cy, ada],
      [cy, bob]
    ] as const) {
      await deliver(from.replica, to.replica)
    }
    for (const { replica } of [ada, bob, cy]) {
      assert.equal((await standingOf(replica, item)).vouches, 2)
      assert.deepEqual(await contentOf(replica), await contentOf(ada.replica))
    }
  })

  it('are not multiplied by author keys: votes, disputes, dates, tags and counters', async () => {
    const roster = new TestRoster(NAMES)
    await using ada = await memberReplica(roster, 'ada')
    const kinds: readonly Publication[] = [
      item,
      publication('disputed', { vote: 'dispute' }),
      publication('dated', {
        record: { kind: 'fact', entity: 'a', content: '', attribute: 'b', value: 'c' },
        validFrom: 1_000
      }),
      publication('goal', {
        record: { kind: 'goal', entity: '', content: 'a goal' },
        tags: ['status:achieved']
      })
    ]
    const digests = kinds.map(({ record }) => digestOf(record))
    const eves = await clones(roster, 'eve', 12, async (replica, i) => {
      await replica.publish(kinds.map((each) => ({ ...each, day: 20_000 + i })))
      await replica.addEvidence(digests[0] ?? new Uint8Array(), { uses: 1_000 })
      await replica.publishEvidence(20_000)
    })
    for (const eve of eves) await deliver(eve.replica, ada.replica)
    assert.equal(ada.replica.heads().length, 12, 'all have authors of their own')
    for (const each of kinds) {
      const { vouches, disputes, tags, counters } = await standingOf(ada.replica, each)
      assert.equal(vouches + disputes, 1, JSON.stringify(each.record))
      for (const [, authors] of tags) assert.equal(authors, 1)
      for (const [name, sum] of counters) assert.deepEqual([name, sum], ['uses', 1_000])
    }
    await closeAll(eves)
  })

  it('count once over epochs, and what is said last stands', async () => {
    const roster = new TestRoster(NAMES)
    await using ada = await memberReplica(roster, 'ada')
    await using reader = await memberReplica(roster, 'bob')
    await ada.replica.publish([item])
    for (let i = 0; i < 4; i++) {
      roster.epoch += 1
      await ada.replica.revise({ ...item, vote: i % 2 === 0 ? 'dispute' : 'vouch' })
      const eves = await clones(roster, 'ada', 2, (replica) => replica.publish([item]))
      for (const eve of eves) await deliver(eve.replica, reader.replica)
      await closeAll(eves)
    }
    await deliver(ada.replica, reader.replica)
    const { vouches, disputes } = await standingOf(reader.replica, item)
    assert.equal(vouches + disputes, 1)
  })

  it('do not depend on the order in which entries arrive', async () => {
    const roster = new TestRoster(NAMES)
    const eves = await clones(roster, 'eve', 6, (replica, i) =>
      replica.publish([
        { ...item, confidence: (i + 1) / 10, vote: i % 2 === 0 ? 'vouch' : 'dispute' }
      ])
    )
    await using one = await memberReplica(roster, 'ada')
    await using two = await memberReplica(roster, 'bob')
    for (const eve of eves) await deliver(eve.replica, one.replica)
    for (const eve of eves.toReversed()) await deliver(eve.replica, two.replica)
    assert.deepEqual(await contentOf(one.replica), await contentOf(two.replica))
    await closeAll(eves)
  })

  it('keep the evidence of earlier authors, with a later vote as well', async () => {
    const roster = new TestRoster(NAMES)
    await using ada = await memberReplica(roster, 'ada')
    const digest = digestOf(item.record)
    await using bob = await memberReplica(roster, 'bob')
    await bob.replica.publish([item])
    await deliver(bob.replica, ada.replica)
    await ada.replica.addEvidence(digest, { uses: 3 })
    await ada.replica.publishEvidence(20_000)
    roster.epoch += 1
    await ada.replica.publish([item])
    await ada.replica.addEvidence(digest, { uses: 4 })
    await ada.replica.publishEvidence(20_001)
    const { vouches, counters } = await standingOf(ada.replica, item)
    assert.deepEqual({ vouches, counters }, { vouches: 2, counters: [['uses', 7]] })
  })

  it('say nothing after a retraction, also once its feed is compacted', async () => {
    const roster = new TestRoster(NAMES)
    await using ada = await memberReplica(roster, 'ada')
    await using bob = await memberReplica(roster, 'bob')
    await using cy = await memberReplica(roster, 'cy')
    await ada.replica.publish([item])
    ada.replica.rotateAuthor()
    await ada.replica.revise({ ...item, vote: 'dispute' })
    await deliver(ada.replica, bob.replica)
    await ada.replica.retract(digestOf(item.record))
    await ada.replica.retractions.show(await ada.replica.retractions.toSend())
    await deliver(ada.replica, bob.replica)
    assert.deepEqual(await votesOn(bob.replica, item), [0, 0])
    // Twice: the register that says so is restated too.
    for (let i = 0; i < 2; i++) {
      await ada.replica.compact()
      for (const { replica } of [bob, cy]) {
        await sync(ada.replica, replica)
        assert.deepEqual(await votesOn(replica, item), [0, 0])
        assert.deepEqual(await contentOf(replica), await contentOf(ada.replica))
      }
    }
  })

  it('stay with what compaction keeps, for replicas that have all or nothing', async () => {
    const roster = new TestRoster(NAMES)
    await using ada = await memberReplica(roster, 'ada')
    await using early = await memberReplica(roster, 'bob')
    await using late = await memberReplica(roster, 'cy')
    const { records } = await ada.replica.publish(publications(12))
    await deliver(ada.replica, early.replica)
    for (const digest of records.slice(0, 8)) await ada.replica.retract(digest)
    await ada.replica.compact()
    await ada.replica.publish([item])
    for (const { replica } of [early, late]) {
      await sync(ada.replica, replica)
      assert.deepEqual(await contentOf(replica), await contentOf(ada.replica))
      assert.equal((await standingOf(replica, item)).vouches, 1)
    }
  })

  it('go on where the node begins a new feed while it compacts one', async () => {
    const roster = new TestRoster(NAMES)
    await using ada = await memberReplica(roster, 'ada')
    await using bob = await memberReplica(roster, 'bob')
    for (let turns = 0; turns < 60; turns += 3) {
      await ada.replica.publish([publication(`before ${turns}`)])
      const compacted = ada.replica.compact()
      for (let i = 0; i < turns; i++) await Promise.resolve()
      ada.replica.rotateAuthor()
      await compacted
    }
    await sync(ada.replica, bob.replica)
    assert.deepEqual(await contentOf(bob.replica), await contentOf(ada.replica))
  })

  it('fill a node by no more than a quota a day, over all their authors, and go on the next day', async () => {
    const roster = new TestRoster(NAMES)
    const quota = { authors: 3, entries: 2, bytes: 100_000 }
    await using ada = await memberReplica(roster, 'ada', undefined, undefined, quota)
    await using bob = await memberReplica(roster, 'bob')
    await bob.replica.publish(publications(5))
    const eves = await clones(roster, 'eve', 6, (replica, i) =>
      replica.publish(publications(4, i * 4))
    )
    for (const eve of eves) await deliver(eve.replica, ada.replica)
    // Four records and four votes each.
    assert.equal(ada.replica.heads().length, 2)
    assert.equal(ada.replica.rejections().quota, 4)
    await deliver(bob.replica, ada.replica)
    assert.equal(ada.replica.heads().length, 3, 'others go on')
    roster.day += 1
    for (const eve of eves) await deliver(eve.replica, ada.replica)
    assert.equal(ada.replica.heads().length, 5)
    await closeAll(eves)
  })

  it('edit a playbook with a key that the member stands behind', async () => {
    const roster = new TestRoster(NAMES)
    await using ada = await memberReplica(roster, 'ada')
    await using bob = await memberReplica(roster, 'bob')
    const goal = digestOf(item.record)
    for (const title of ['one', 'two']) {
      await ada.replica.editPlaybook(goal, (doc) => insertStep(doc, 0, { title, body: 'step' }))
    }
    await deliver(ada.replica, bob.replica)
    assert.equal((await bob.replica.playbook(goal)).steps.length, 2)
  })

  it('share the limits of a playbook over all author keys of a member', async () => {
    const roster = new TestRoster(NAMES)
    await using ada = await memberReplica(roster, 'ada')
    const goal = digestOf(item.record)
    const body = 'x'.repeat(15 * 1024)
    // Together 615 kB, of which one member may add 512.
    const eves = await clones(roster, 'eve', 20, async (replica, i) => {
      await replica.editPlaybook(goal, (doc) => {
        insertStep(doc, 0, { title: `${i}`, body })
        insertStep(doc, 0, { title: `${i}`, body })
      })
    })
    for (const eve of eves) await deliver(eve.replica, ada.replica)
    const { acceptedEdits, pendingEdits } = await ada.replica.playbook(goal)
    assert.deepEqual({ acceptedEdits, pendingEdits }, { acceptedEdits: 16, pendingEdits: 4 })
    await closeAll(eves)
  })
})
