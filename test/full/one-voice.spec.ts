import assert from 'node:assert/strict'
import { digestOf } from '../../crdt/index.ts'
import { memberReplica, TestRoster } from '../fixtures/closed-swarm.ts'
import { publication } from '../fixtures/publications.ts'
import type { Publication } from '../../crdt/index.ts'

const AUTHORS = 10_000
const EPOCHS = 4

describe('one member with 10,000 author keys', () => {
  it('is one voice on a record of each kind, and adds nothing to what others say', async function () {
    this.timeout(30 * 60_000)
    const roster = new TestRoster(['ada', 'bob', 'eve'])
    const generous = { authors: AUTHORS, entries: 10 ** 9, bytes: 2 ** 40 }
    await using ada = await memberReplica(roster, 'ada', undefined, undefined, generous)
    await using bob = await memberReplica(roster, 'bob')
    await using eve = await memberReplica(roster, 'eve')
    const kinds: readonly Publication[] = [
      publication('a fact'),
      { ...publication(''), record: { kind: 'insight', entity: 'an', content: 'insight' } },
      { ...publication(''), record: { kind: 'goal', entity: '', content: 'a goal' } },
      {
        ...publication(''),
        record: { kind: 'lesson', entity: 'a lesson', content: 'of something' }
      },
      {
        ...publication(''),
        record: { kind: 'fact', entity: 'a', content: '', attribute: 'claim', value: 'v' },
        validFrom: 5
      }
    ]
    await bob.replica.publish(kinds)
    await eve.replica.publish(kinds.map((each) => ({ ...each, confidence: 0.99 })))
    for (let i = 0; i < AUTHORS; i++) {
      if (i % (AUTHORS / EPOCHS) === 0) roster.epoch += 1
      eve.replica.rotateAuthor()
      const item = kinds[i % kinds.length] ?? publication('a fact')
      await eve.replica.revise({
        ...item,
        vote: i % 2 === 0 ? 'dispute' : 'vouch',
        day: 20_000 + (i % 100),
        tags: [`tag ${i % 7}`]
      })
    }
    for (const { replica } of [bob, eve]) {
      for (const { author, seq } of replica.heads()) {
        assert.ok(seq > 0)
        for await (const bytes of replica.entriesAfter(author, 0)) {
          const { outcome } = await ada.replica.admit(bytes)
          assert.equal(outcome, 'admitted')
        }
      }
    }
    assert.ok(ada.replica.heads().length >= AUTHORS)
    for (const { record } of kinds) {
      const standing = (await ada.replica.get(digestOf(record)))?.standing
      assert.ok(standing !== undefined)
      const { vouches, disputes, opinions, tags } = standing
      assert.equal(vouches + disputes, 2)
      assert.equal(
        opinions.reduce((sum, [, voices]) => sum + voices, 0),
        2
      )
      assert.ok(tags.every(([, voices]) => voices <= 2))
    }
  })
})
