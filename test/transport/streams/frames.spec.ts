import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MalformedError, openReplica, openStore } from '../../../crdt/index.ts'
import { HEADS_PER_PAGE, MAX_GOSSIP_BYTES } from '../../../transport/constants.ts'
import { ProtocolError } from '../../../transport/errors.ts'
import { readGossip, writeGossip } from '../../../transport/gossip/gossip-frames.ts'
import { readSyncFrame, writeSyncFrame } from '../../../transport/sync/sync-frames.ts'
import { publications } from '../../fixtures/publications.ts'
import type { SyncFrame } from '../../../transport/sync/sync-frames.ts'

const plain = { noNullPrototype: true }
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const head = fc
  .record({ author: hash, seq: fc.nat(), head: hash, fork: fc.nat(), part: fc.nat() }, plain)
  .map(({ part, ...each }) => ({ ...each, base: 1 + (part % (each.seq + 1)) }))
const frame: fc.Arbitrary<SyncFrame> = fc.oneof(
  fc.record(
    { type: fc.constant('digest' as const), digest: hash, acceptsEntries: fc.boolean() },
    plain
  ),
  fc.record(
    {
      type: fc.constant('heads' as const),
      heads: fc.array(head, { minLength: 1, maxLength: 20 }),
      more: fc.boolean()
    },
    plain
  ),
  fc.record({ type: fc.constant('entry' as const), bytes: fc.uint8Array() }, plain),
  fc.constant({ type: 'done' as const })
)

describe('sync frames', () => {
  it('read back as they were written', () => {
    fc.assert(
      fc.property(frame, (written) => {
        assert.deepEqual(readSyncFrame(writeSyncFrame(written)), written)
      })
    )
  })

  it('are refused with anything missing, and with anything more unless it is an entry', () => {
    fc.assert(
      fc.property(frame, fc.nat(), (written, cut) => {
        fc.pre(written.type !== 'entry')
        const bytes = writeSyncFrame(written)
        assert.throws(() => readSyncFrame(bytes.subarray(0, cut % bytes.length)), MalformedError)
        assert.throws(() => readSyncFrame(Buffer.concat([bytes, Buffer.of(0)])), MalformedError)
      })
    )
  })

  it('refuse more heads than a page holds before reading them', () => {
    const count = HEADS_PER_PAGE + 1
    const bytes = Buffer.from([1, 0, 0x80 | (count & 0x7f), count >> 7])
    assert.throws(() => readSyncFrame(bytes), MalformedError)
  })

  it('refuse an empty page that announces more, which would never end', () => {
    assert.throws(() => readSyncFrame(Uint8Array.of(1, 1, 0)), ProtocolError)
  })
})

describe('gossip messages', () => {
  it('carry a small entry whole and a large one by its signed header', async () => {
    const store = await openStore()
    const replica = await openReplica({ store })
    const [small] = (await replica.publish(publications(1))).entries
    const [large] = (await replica.publish(publications(500, 1))).entries
    assert.ok(small !== undefined && large !== undefined)
    assert.equal(readGossip(writeGossip(small)).type, 'entry')
    const message = readGossip(writeGossip(large))
    assert.ok(message.type === 'header')
    assert.deepEqual(message.header.hash, large.hash)
    for (const entry of [small, large]) assert.ok(writeGossip(entry).length <= MAX_GOSSIP_BYTES)
    await store.close()
  })

  it('are refused when they are neither', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        fc.pre(bytes[0] !== 0)
        assert.throws(() => readGossip(bytes), MalformedError)
      })
    )
  })
})
