import assert from 'node:assert/strict'
import { join } from 'node:path'
import { digestOf } from '../../../crdt/index.ts'
import { memberReplica, TestRoster } from '../../fixtures/closed-swarm.ts'
import { deliver } from '../../fixtures/replicas.ts'
import { insertStep } from '../../../crdt/playbooks/steps.ts'
import { publication } from '../../fixtures/publications.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { standingOf, votesOn } from '../../fixtures/votes-on.ts'

const NAMES = ['ada', 'bob', 'cy', 'dee', 'eve']

describe('voices of a member whose node starts again', () => {
  const item = publication('The last word stands.')

  it('go on after a restart with the next generation, which stands', async () => {
    const roster = new TestRoster(NAMES)
    await using ada = await memberReplica(roster, 'ada')
    await using bob = await memberReplica(roster, 'bob')
    await ada.replica.publish([item])
    ada.replica.rotateAuthor()
    await ada.replica.revise({ ...item, vote: 'dispute' })
    await deliver(ada.replica, bob.replica)
    assert.equal(bob.replica.heads().length, 2)
    const { vouches, disputes } = await standingOf(bob.replica, item)
    assert.deepEqual({ vouches, disputes }, { vouches: 0, disputes: 1 })
  })

  it('go on in the epoch in which they spoke last where a clock is set back', async () => {
    const roster = new TestRoster(NAMES)
    await using directory = await temporaryDirectory()
    await using bob = await memberReplica(roster, 'bob')
    const goal = digestOf(item.record)
    const saying = async (vote: 'dispute' | 'vouch', title: string): Promise<void> => {
      await using ada = await memberReplica(roster, 'ada', directory.path)
      await ada.replica.revise({ ...item, vote })
      await ada.replica.editPlaybook(goal, (doc) => insertStep(doc, 0, { title, body: 'step' }))
      await deliver(ada.replica, bob.replica)
      const { vouches, disputes } = await standingOf(bob.replica, item)
      assert.deepEqual([vouches, disputes], vote === 'vouch' ? [1, 0] : [0, 1])
    }
    roster.epoch += 1
    await saying('vouch', 'ahead')
    roster.epoch -= 1
    roster.hour = 167
    await saying('dispute', 'set back')
    await saying('vouch', 'again')
    roster.epoch += 1
    roster.hour = 0
    await saying('dispute', 'later')
    const { steps } = await bob.replica.playbook(goal)
    assert.deepEqual(steps.map(({ title }) => title).toSorted(), [
      'again',
      'ahead',
      'later',
      'set back'
    ])
  })

  it('of a directory that was restored from an older copy stand after what its loss had said', async () => {
    const roster = new TestRoster(NAMES)
    await using bob = await memberReplica(roster, 'bob')
    await using lost = await memberReplica(roster, 'ada')
    // Restarts in the epoch since the copy was made.
    roster.hour = 30
    for (let i = 0; i < 20; i++) {
      await lost.replica.publish([publication(`restart ${i}`)])
      lost.replica.rotateAuthor()
    }
    await lost.replica.revise({ ...item, vote: 'vouch' })
    await deliver(lost.replica, bob.replica)
    // An hour later no peer is there, and the node publishes nevertheless.
    roster.hour += 1
    await using restored = await memberReplica(roster, 'ada')
    await restored.replica.publish([{ ...item, vote: 'dispute' }])
    await deliver(restored.replica, bob.replica)
    assert.deepEqual(await votesOn(bob.replica, item), [0, 1])
    // In the same hour it is behind, until it hears a peer and looks again.
    for (let i = 0; i < 30; i++) {
      lost.replica.rotateAuthor()
      await lost.replica.publish([publication(`more ${i}`)])
    }
    await lost.replica.revise({ ...item, vote: 'vouch' })
    await deliver(lost.replica, bob.replica)
    assert.deepEqual(await votesOn(bob.replica, item), [1, 0])
    await deliver(bob.replica, restored.replica)
    restored.replica.hearPeers()
    await restored.replica.revise({ ...item, vote: 'dispute' })
    await deliver(restored.replica, bob.replica)
    assert.deepEqual(await votesOn(bob.replica, item), [0, 1])
  })

  it('of two copies that both run do not give up their authors for ever', async () => {
    const roster = new TestRoster(NAMES)
    await using bob = await memberReplica(roster, 'bob')
    const copies = [await memberReplica(roster, 'ada'), await memberReplica(roster, 'ada')] as const
    for (let i = 0; i < 60; i++) {
      for (const [a, b] of [copies, copies.toReversed()]) {
        await a?.replica.publish([publication(`${i}`)])
        if (a === undefined || b === undefined) continue
        await deliver(a.replica, b.replica)
        b.replica.hearPeers()
      }
    }
    for (const { replica } of copies) await deliver(replica, bob.replica)
    const authors = bob.replica.heads().length
    assert.ok(authors > 4 && authors <= 2 * (16 + 1), `${authors} authors`)
    for (const copy of copies) await copy[Symbol.asyncDispose]()
  })

  it('go on with their author after a clean stop, within its epoch', async () => {
    await using folder = await temporaryDirectory()
    const path = join(folder.path, 'store')
    const roster = new TestRoster(NAMES)
    const authors: number[] = []
    for (const [i, content] of ['a', 'b', 'c'].entries()) {
      if (i === 2) roster.epoch += 1
      await using ada = await memberReplica(roster, 'ada', path, 'here')
      ada.replica.hearPeers()
      await ada.replica.publish([publication(content)])
      authors.push(ada.replica.heads().length)
      await ada.replica.keepAuthor()
    }
    assert.deepEqual(authors, [1, 1, 2])
  })
})
