import assert from 'node:assert/strict'
import { clientIdOf, createAuthor, digestOf, readEntry, writeEntry } from '../../../crdt/index.ts'
import { createEntry, NO_ENTRY } from '../../../crdt/feeds/entry.ts'
import { pack, unpack } from '../../../crdt/feeds/payload.ts'
import { readLogUpdate, writeLogUpdate } from '../../../crdt/records/knowledge-log.ts'
import { joinPayload, splitPayload } from '../../../crdt/feeds/voice-part.ts'
import { CLOSED_SWARM, memberReplica, TestRoster } from '../../fixtures/closed-swarm.ts'
import { deliver } from '../../fixtures/replicas.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import type { Entry, Replica } from '../../../crdt/index.ts'
import type { VoicePart } from '../../../crdt/feeds/voice-part.ts'

const NAMES = ['ada', 'bob', 'cy', 'dee', 'eve']

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

describe('voices that a replica checks', () => {
  const item = publication('Only members speak.')

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
