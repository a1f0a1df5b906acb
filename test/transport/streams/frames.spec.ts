import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MalformedError, openReplica, openStore } from '../../../crdt/index.ts'
import {
  MAX_GOSSIP_BYTES,
  MAX_PULLED_FEEDS,
  MAX_REQUESTED_NODES
} from '../../../transport/constants.ts'
import { readGossip, writeGossip } from '../../../transport/gossip/gossip-frames.ts'
import {
  readSyncAnswer,
  readSyncRequest,
  writeSyncAnswer,
  writeSyncRequest
} from '../../../transport/sync/sync-frames.ts'
import { publications } from '../../fixtures/publications.ts'
import type { SyncAnswer, SyncRequest } from '../../../transport/sync/sync-frames.ts'

const plain = { noNullPrototype: true }
const bytesOf = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })
const hash = bytesOf(32)
const limits = { seq: fc.nat(), fork: fc.nat(), part: fc.nat() }
const withBase = <T extends { part: number; seq: number }>({
  part,
  ...each
}: T): Omit<T, 'part'> & { base: number } => ({ ...each, base: 1 + (part % (each.seq + 1)) })
const head = fc.record({ author: hash, head: hash, ...limits }, plain).map(withBase)
const sketch = fc.record({ author: hash, fingerprint: bytesOf(8), ...limits }, plain).map(withBase)
const summary = fc.record(
  { acceptsEntries: fc.boolean(), digest: hash, authors: fc.nat(), entries: fc.nat() },
  plain
)
const typed = <T extends string, R extends object>(
  type: T,
  rest: { [K in keyof R]: fc.Arbitrary<R[K]> }
): fc.Arbitrary<{ type: T } & R> =>
  fc.record(rest, plain).map((each) => ({ type, ...(each as unknown as R) }))
const digits = fc
  .array(
    fc.nat({ max: 15 }).map((digit) => digit.toString(16)),
    { maxLength: 64 }
  )
  .map((each) => each.join(''))

const request: fc.Arbitrary<SyncRequest> = fc.oneof(
  typed('summary', { summary }),
  typed('nodes', { salt: bytesOf(16), prefixes: fc.array(digits, { maxLength: 32 }) }),
  typed('pull', { heads: fc.array(head, { maxLength: 20 }) }),
  fc.constant({ type: 'turn' as const })
)
const answer: fc.Arbitrary<SyncAnswer> = fc.oneof(
  typed('summary', { summary }),
  typed('node', {
    node: fc.oneof(
      typed('leaf', { heads: fc.array(sketch, { maxLength: 8 }) }),
      typed('inner', {
        children: fc.array(fc.option(bytesOf(8), { nil: undefined }), {
          minLength: 16,
          maxLength: 16
        })
      })
    )
  }),
  typed('entry', { bytes: fc.uint8Array() }),
  typed('proof', { bytes: fc.uint8Array() }),
  typed('done', { more: fc.boolean() }),
  fc.constant({ type: 'wait' as const })
)

describe('sync frames', () => {
  it('read back as they were written', () => {
    fc.assert(
      fc.property(request, answer, (asked, answered) => {
        assert.deepEqual(readSyncRequest(writeSyncRequest(asked)), asked)
        assert.deepEqual(readSyncAnswer(writeSyncAnswer(answered)), answered)
      })
    )
  })

  it('are refused with anything missing, and with anything more unless the rest is bytes', () => {
    fc.assert(
      fc.property(request, answer, fc.nat(), (asked, answered, cut) => {
        fc.pre(answered.type !== 'entry' && answered.type !== 'proof')
        for (const [bytes, read] of [
          [writeSyncRequest(asked), readSyncRequest],
          [writeSyncAnswer(answered), readSyncAnswer]
        ] as const) {
          assert.throws(() => read(bytes.subarray(0, cut % bytes.length)), MalformedError)
          assert.throws(() => read(Buffer.concat([bytes, Buffer.of(0)])), MalformedError)
        }
      })
    )
  })

  it('refuse more items than a request or a leaf holds before reading them', () => {
    for (const [bytes, read] of [
      [Buffer.of(1, ...Buffer.alloc(16), MAX_REQUESTED_NODES + 1), readSyncRequest],
      [Buffer.of(2, MAX_PULLED_FEEDS + 1), readSyncRequest],
      [Buffer.of(1, 1, 9), readSyncAnswer]
    ] as const) {
      assert.throws(() => read(bytes), MalformedError)
    }
  })

  it('refuse a prefix that is longer than a key, and one with digits behind its end', () => {
    const salt = Buffer.alloc(16)
    for (const prefix of [Buffer.of(65, ...Buffer.alloc(33)), Buffer.of(1, 0x1f)]) {
      assert.throws(
        () => readSyncRequest(Buffer.concat([Buffer.of(1), salt, Buffer.of(1), prefix])),
        MalformedError
      )
    }
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
