import assert from 'node:assert/strict'
import { join } from 'node:path'
import { clientIdOf, createAuthor, digestOf, readEntry, writeEntry } from '../../../crdt/index.ts'
import { createEntry, NO_ENTRY } from '../../../crdt/feeds/entry.ts'
import { pack, unpack } from '../../../crdt/feeds/payload.ts'
import { readLogUpdate, writeLogUpdate } from '../../../crdt/records/knowledge-log.ts'
import { joinPayload, splitPayload } from '../../../crdt/feeds/voice-part.ts'
import { CLOSED_SWARM, memberReplica, TestRoster } from '../../fixtures/closed-swarm.ts'
import { contentOf, deliver, sync } from '../../fixtures/replicas.ts'
import { insertStep } from '../../../crdt/playbooks/steps.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Entry, Publication, Replica } from '../../../crdt/index.ts'
import type { VoicePart } from '../../../crdt/feeds/voice-part.ts'
import type { TestReplica } from '../../fixtures/replicas.ts'

const NAMES = ['ada', 'bob', 'cy', 'dee', 'eve']

async function standingOf(replica: Replica, item: Publication) {
  const attested = await replica.get(digestOf(item.record))
  assert.ok(attested !== undefined)
  return attested.standing
}

/** Vouches and disputes; a record without any vote is not attested. */
async function votesOn(replica: Replica, item: Publication): Promise<readonly [number, number]> {
  const standing = (await replica.get(digestOf(item.record)))?.standing
  return [standing?.vouches ?? 0, standing?.disputes ?? 0]
}

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

/** The first entry of a replica, with another voice part, signed by another author. */
async function forged(from: Replica, change: (part: VoicePart) => VoicePart): Promise<Uint8Array> {
  const [head] = from.heads()
  assert.ok(head !== undefined)
  const [bytes] = await Array.fromAsync(from.entriesAfter(head.author, 0))
  assert.ok(bytes !== undefined)
  const entry = readEntry(bytes)
  const { part, update } = splitPayload(CLOSED_SWARM, entry.payload)
  assert.ok(part !== undefined)
  const { format, doc } = entry
  const position = { format, doc, seq: 1, prev: NO_ENTRY, heads: [], base: 1 }
  const author = createAuthor()
  const { values } = readLogUpdate(unpack(update), clientIdOf(CLOSED_SWARM, entry.author))
  const own = pack(writeLogUpdate(clientIdOf(CLOSED_SWARM, author.key), 0, values))
  return writeEntry(createEntry(CLOSED_SWARM, author, position, joinPayload(change(part), own)))
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
    await closeAll(copies)
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

  it('need a member of the ring: an unknown one waits and blames nobody', async () => {
    const roster = new TestRoster(NAMES)
    const known = new TestRoster(NAMES)
    roster.add('fay')
    await using fay = await memberReplica(roster, 'fay')
    await using ada = await memberReplica(known, 'ada')
    await fay.replica.publish([item])
    const [head] = fay.replica.heads()
    assert.ok(head !== undefined)
    const [bytes = new Uint8Array()] = await Array.fromAsync(
      fay.replica.entriesAfter(head.author, 0)
    )
    const refused = await ada.replica.admit(bytes)
    assert.deepEqual(refused, { outcome: 'rejected', reason: 'unknown-member', isOffence: false })
    known.add('fay')
    assert.equal((await ada.replica.admit(bytes)).outcome, 'admitted')
  })

  it('wait for an epoch that has not come', async () => {
    const roster = new TestRoster(NAMES)
    const behind = new TestRoster(NAMES)
    await using eve = await memberReplica(roster, 'eve')
    await using ada = await memberReplica(behind, 'ada')
    roster.epoch += 2
    await eve.replica.publish([item])
    await deliver(eve.replica, ada.replica)
    assert.equal(ada.replica.heads().length, 0)
    behind.epoch += 1
    await deliver(eve.replica, ada.replica)
    assert.equal(ada.replica.heads().length, 1)
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

  it('refuse what no member signed: other authors, tags, proofs, epochs and generations', async () => {
    const roster = new TestRoster(NAMES)
    await using eve = await memberReplica(roster, 'eve')
    await eve.replica.publish([item])
    const other = new Uint8Array(32).fill(7)
    const changes: readonly ((part: VoicePart) => VoicePart)[] = [
      (part) => part,
      (part) => ({ ...part, introduction: undefined }),
      (part) => ({ ...part, tags: [], proof: undefined }),
      (part) => ({ ...part, tags: [other] }),
      (part) => ({ ...part, tags: [...part.tags, ...part.tags] }),
      (part) => ({ ...part, epoch: part.epoch - 1 }),
      (part) => ({ ...part, generation: part.generation + 1 }),
      (part) => ({ ...part, proof: new Uint8Array(64) })
    ]
    for (const [i, change] of changes.entries()) {
      await using ada = await memberReplica(roster, 'ada')
      const refused = await ada.replica.admit(await forged(eve.replica, change))
      const wanted = { outcome: 'rejected', reason: 'voice', isOffence: true }
      assert.deepEqual(refused, wanted, `change ${i}`)
      assert.equal(await ada.replica.get(digestOf(item.record)), undefined)
    }
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

  it('of entries that an author goes on with are checked too', async () => {
    const roster = new TestRoster(NAMES)
    await using eve = await memberReplica(roster, 'eve')
    await using ada = await memberReplica(roster, 'ada')
    await eve.replica.publish([item])
    await eve.replica.publish(publications(2))
    const [head] = eve.replica.heads()
    assert.ok(head !== undefined)
    const [first, second] = (await Array.fromAsync(eve.replica.entriesAfter(head.author, 0))).map(
      (bytes): Entry => readEntry(bytes)
    )
    assert.ok(first !== undefined && second !== undefined)
    const { part } = splitPayload(CLOSED_SWARM, second.payload)
    assert.equal(part?.introduction, undefined)
    assert.equal(part?.tags.length, 2)
    await deliver(eve.replica, ada.replica)
    assert.equal(ada.replica.headOf(head.author).seq, 2)
  })
})
