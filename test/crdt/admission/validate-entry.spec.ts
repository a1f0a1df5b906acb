import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createAuthor, writeEntry } from '../../../crdt/index.ts'
import {
  ENTRY_FORMAT,
  MAX_ENTRY_BYTES,
  MAX_PAYLOAD_BYTES,
  MAX_UNPACKED_BYTES
} from '../../../crdt/constants.ts'
import { pack } from '../../../crdt/feeds/payload.ts'
import { forge, unsigned } from '../../fixtures/forgery.ts'
import { publication } from '../../fixtures/publications.ts'
import { contentOf, replicaOn } from '../../fixtures/replicas.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { RejectReason } from '../../../crdt/index.ts'
import type { TestReplica } from '../../fixtures/replicas.ts'

const honest = Buffer.from('any update')

/** A Zstandard frame (RFC 8878, section 3.1.1) of one raw block, with a window of 2^`log` bytes. */
function frameWithWindow(log: number, content: Uint8Array): Uint8Array {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3, 0, 0, 0])
  header.writeUIntLE(1 | (content.length << 3), 6, 3)
  return Buffer.concat([header, content])
}

describe('admission', () => {
  let node: TestReplica
  const author = createAuthor()
  const first = forge({ author })

  beforeEach(async () => {
    node = await replicaOn()
    await node.replica.publish([publication('what was known before')])
    await node.replica.admit(writeEntry(first))
  })
  afterEach(() => node[Symbol.asyncDispose]())

  async function assertRejected(
    bytes: Uint8Array,
    reason: RejectReason,
    isOffence: boolean
  ): Promise<void> {
    const before = await contentOf(node.replica)
    assert.deepEqual(await node.replica.admit(bytes), { outcome: 'rejected', reason, isOffence })
    assert.deepEqual(await contentOf(node.replica), before)
    assert.deepEqual(node.replica.rejections(), { [reason]: 1 })
  }

  const refused: readonly (readonly [RejectReason, string, () => Uint8Array])[] = [
    ['oversized', 'more bytes than an entry has', () => new Uint8Array(MAX_ENTRY_BYTES + 1)],
    ['malformed', 'bytes that are no entry', () => randomBytes(300)],
    ['malformed', 'an entry that is cut short', () => writeEntry(forge()).subarray(0, -1)],
    [
      'malformed',
      'an entry with something behind it',
      () => Buffer.concat([writeEntry(forge()), Buffer.of(0)])
    ],
    ['signature', 'an entry with no signature', () => unsigned(forge())],
    ['signature', 'an entry signed for another swarm', () => writeEntry(forge({ swarm: 'other' }))],
    [
      'payload',
      'a payload that was not signed',
      () => writeEntry({ ...forge(), payload: forge().payload })
    ],
    [
      'document',
      'a document that its format does not know',
      () => writeEntry(forge({ doc: 'playbook/1' }))
    ],
    [
      'document',
      'heads outside of a playbook',
      () => writeEntry(forge({ heads: [randomBytes(32)] }))
    ],
    [
      'unpack',
      'a payload that does not unpack',
      () => writeEntry(forge({ payload: randomBytes(100) }))
    ],
    [
      'unpack',
      'a payload that unpacks to too much',
      () => {
        const bomb = pack(new Uint8Array(MAX_UNPACKED_BYTES + 1))
        assert.ok(bomb.length < MAX_PAYLOAD_BYTES)
        return writeEntry(forge({ payload: bomb }))
      }
    ],
    [
      'unpack',
      'a payload that asks for more memory than it may unpack to',
      () => writeEntry(forge({ payload: frameWithWindow(21, honest) }))
    ],
    [
      'structure',
      'an update that does not go on where the feed ends',
      () => writeEntry(forge({ clock: 1 }))
    ],
    ['structure', 'bytes that are no update', () => writeEntry(forge({ update: randomBytes(50) }))]
  ]

  for (const [reason, what, bytes] of refused) {
    it(`refuses ${what}, at its sender's cost`, () => assertRejected(bytes(), reason, true))
  }

  it("refuses an entry that follows another one than is held, at nobody's cost", async () => {
    const next = forge({ author, seq: 2, prev: randomBytes(32), clock: 2 })
    await assertRejected(writeEntry(next), 'fork', false)
  })

  it('admits no entry of which a single byte was changed', async () => {
    const bytes = writeEntry(forge())
    const before = await contentOf(node.replica)
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ (1 + (at % 255))
      assert.equal((await node.replica.admit(changed)).outcome, 'rejected', `byte ${at}`)
      assert.equal((await node.replica.admit(bytes.subarray(0, at))).outcome, 'rejected')
    }
    assert.deepEqual(await contentOf(node.replica), before)
  })

  it('ignores what it holds, however it is signed', async () => {
    assert.deepEqual(await node.replica.admit(writeEntry(first)), { outcome: 'held' })
    const second = forge({ author, seq: 2, prev: first.hash, clock: 2 })
    assert.equal((await node.replica.admit(writeEntry(second))).outcome, 'admitted')
    assert.deepEqual(await node.replica.admit(writeEntry(first)), { outcome: 'held' })
    assert.deepEqual(await node.replica.admit(unsigned(second)), { outcome: 'held' })
    assert.deepEqual(node.replica.rejections(), {})
  })

  it('reports a gap with what it has', async () => {
    const later = forge({ author, seq: 5, prev: randomBytes(32) })
    const admission = await node.replica.admit(writeEntry(later))
    assert.ok(admission.outcome === 'gap')
    assert.equal(admission.have, 1)
    assert.deepEqual(node.replica.rejections(), {})
  })

  it('does not report a gap on the word of somebody else', async () => {
    await assertRejected(
      unsigned(forge({ author, seq: 5, prev: randomBytes(32) })),
      'signature',
      true
    )
  })

  it('keeps and serves an entry of a higher format without reading it', async () => {
    const next = forge({
      author,
      seq: 2,
      prev: first.hash,
      format: ENTRY_FORMAT + 1,
      clock: 2
    })
    const [, , known] = await contentOf(node.replica)
    assert.equal((await node.replica.admit(writeEntry(next))).outcome, 'admitted')
    const served = await Array.fromAsync(node.replica.entriesAfter(author.key, 1))
    assert.deepEqual(
      served.map((bytes) => Buffer.from(bytes)),
      [Buffer.from(writeEntry(next))]
    )
    assert.deepEqual((await contentOf(node.replica))[2], known)
    // And nothing older may follow it: its clock is unknown.
    const older = forge({ author, seq: 3, prev: next.hash, clock: 2 })
    // No offence: where the base is 3, it is the first entry.
    await assertRejected(writeEntry(older), 'format', false)
  })

  it("refuses all that follows an ill-formed entry, at nobody's cost", async () => {
    const ill = forge({ author, seq: 2, prev: first.hash, update: randomBytes(50) })
    await assertRejected(writeEntry(ill), 'structure', true)
    const before = await contentOf(node.replica)
    const after = forge({ author, seq: 3, prev: ill.hash, clock: 2 })
    const later = forge({ author, seq: 9, prev: randomBytes(32) })
    for (const next of [after, later, ill]) {
      assert.deepEqual(await node.replica.admit(writeEntry(next)), {
        outcome: 'rejected',
        reason: 'ended',
        isOffence: false
      })
    }
    assert.deepEqual(await node.replica.admit(writeEntry(first)), { outcome: 'held' })
    assert.deepEqual(await contentOf(node.replica), before)
    assert.deepEqual(node.replica.rejections(), { structure: 1, ended: 3 })
  })

  it('remembers, also after a restart, that an ill-formed entry ended a feed', async () => {
    await using directory = await temporaryDirectory()
    const ill = forge({ author, seq: 2, prev: first.hash, update: randomBytes(50) })
    const next = forge({ author, seq: 3, prev: ill.hash, clock: 2 })
    {
      await using a = await replicaOn(directory.path)
      await a.replica.admit(writeEntry(first))
      assert.equal((await a.replica.admit(writeEntry(ill))).outcome, 'rejected')
    }
    await using b = await replicaOn(directory.path)
    assert.equal(b.replica.heads().length, 1)
    assert.deepEqual(await b.replica.admit(writeEntry(next)), {
      outcome: 'rejected',
      reason: 'ended',
      isOffence: false
    })
  })
})
