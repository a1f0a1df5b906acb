import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { MalformedError } from '../../../crdt/errors.ts'
import { BASE, ORDER, readPoint, readScalar, writePoint } from '../../../crdt/voices/group.ts'
import {
  MAX_RECORD_TAGS,
  proveTags,
  TAG_PROOF_BYTES,
  verifyTags
} from '../../../crdt/voices/record-tags.ts'
import { recordBase } from '../../../crdt/voices/record-bases.ts'
import { epochTag, recordTag } from '../../../crdt/voices/tags.ts'
import { bytesOf, EPOCH, madeBatch, SWARM, voiceKeys } from '../../fixtures/voice-rings.ts'
import type { VerifyInit } from '../../../crdt/voices/voices.ts'

const [KEY, OTHER] = voiceKeys(2) as [
  ReturnType<typeof voiceKeys>[number],
  ReturnType<typeof voiceKeys>[number]
]

describe('record tags', () => {
  it('are one for a member and a record, in any epoch', () => {
    const digest = bytesOf('record')
    const tag = recordTag(KEY, SWARM, digest)
    assert.deepEqual(recordTag(KEY, SWARM, digest), tag)
    const others = [
      recordTag(OTHER, SWARM, digest),
      recordTag(KEY, 'wasps', digest),
      recordTag(KEY, SWARM, bytesOf('another')),
      epochTag(KEY, SWARM, EPOCH)
    ]
    for (const other of others) assert.notDeepEqual(other, tag)
  })

  it('of own votes leave nothing behind that speeds up a check', () => {
    const digest = bytesOf('voted on')
    const own = recordBase(SWARM, digest, 'own')
    assert.equal(recordBase(SWARM, digest, 'own'), own, 'kept for the next use')
    const batch = madeBatch(KEY, 300)
    const time = (): number => {
      const begin = performance.now()
      assert.ok(verifyTags(batch))
      return performance.now() - begin
    }
    const first = time()
    const again = Math.min(time(), time(), time())
    assert.ok(first > 1.2 * again, `${first} ms, then ${again} ms`)
  })

  it('have one proof of 64 bytes, and none without tags', () => {
    for (const count of [1, 2, 100]) {
      const batch = madeBatch(KEY, count)
      assert.equal(batch.proof.length, TAG_PROOF_BYTES)
      assert.ok(verifyTags(batch))
    }
    const none = madeBatch(KEY, 0)
    assert.equal(none.proof.length, 0)
    assert.ok(verifyTags(none))
    assert.ok(!verifyTags({ ...none, proof: new Uint8Array(TAG_PROOF_BYTES) }))
    assert.ok(!verifyTags({ ...madeBatch(KEY, 1), proof: new Uint8Array() }))
  })

  it('prove nothing about another swarm, epoch, context, member, record, tag or order', () => {
    const batch = madeBatch(KEY, 3)
    const { digests, tags } = batch
    const changed = (list: readonly Uint8Array[], item: Uint8Array): Uint8Array[] => [
      ...list.slice(0, 2),
      item
    ]
    const forgeries: VerifyInit[] = [
      { ...batch, swarm: 'wasps' },
      { ...batch, epoch: EPOCH + 1 },
      { ...batch, context: bytesOf('another') },
      { ...batch, context: new Uint8Array() },
      { ...batch, tag: epochTag(OTHER, SWARM, EPOCH) },
      { ...batch, tag: epochTag(KEY, SWARM, EPOCH + 1) },
      { ...batch, digests: changed(digests, bytesOf('another')) },
      { ...batch, tags: changed(tags, recordTag(OTHER, SWARM, bytesOf('record 2'))) },
      { ...batch, tags: changed(tags, recordTag(KEY, SWARM, bytesOf('another'))) },
      { ...batch, digests: digests.toReversed() },
      { ...batch, digests: digests.toReversed(), tags: tags.toReversed() },
      { ...batch, digests: digests.slice(1), tags: tags.slice(1) },
      { ...batch, tags: tags.slice(1) },
      { ...batch, digests: [], tags: [] }
    ]
    for (const [index, forgery] of forgeries.entries()) {
      assert.ok(!verifyTags(forgery), `forgery ${index}`)
    }
  })

  it('have no proof that another member, or a false tag among true ones, can make', () => {
    const batch = madeBatch(KEY, 3)
    const stolen = proveTags({ ...batch, key: OTHER })
    assert.ok(!verifyTags({ ...batch, proof: stolen }))
    assert.ok(!verifyTags({ ...batch, proof: stolen, tag: epochTag(OTHER, SWARM, EPOCH) }))
    const tags = [...batch.tags.slice(0, 2), recordTag(OTHER, SWARM, bytesOf('record 2'))]
    assert.ok(!verifyTags({ ...batch, tags, proof: proveTags({ ...batch, tags, key: KEY }) }))
  })

  it('are refused with errors that would cancel out in a plain sum', () => {
    const batch = madeBatch(KEY, 2)
    const [first, second] = batch.tags.map(readPoint)
    assert.ok(first && second)
    const tags = [first.add(BASE), second.subtract(BASE)].map(writePoint)
    assert.ok(!verifyTags({ ...batch, tags, proof: proveTags({ ...batch, tags, key: KEY }) }))
  })

  it('are refused after a change of any byte of the proof or of a tag', () => {
    const batch = madeBatch(KEY, 1)
    const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
      bytes.map((byte, index) => (index === at ? byte ^ (1 << (at % 8)) : byte))
    for (let at = 0; at < TAG_PROOF_BYTES; at++) {
      assert.ok(!verifyTags({ ...batch, proof: flipped(batch.proof, at) }), `proof ${at}`)
    }
    const [own] = batch.tags
    assert.ok(own)
    for (let at = 0; at < own.length; at++) {
      assert.ok(!verifyTags({ ...batch, tags: [flipped(own, at)] }), `tag ${at}`)
      assert.ok(!verifyTags({ ...batch, tag: flipped(batch.tag, at) }), `epoch tag ${at}`)
    }
  })

  it('have one encoding, and no identity among them', () => {
    const batch = madeBatch(KEY, 2)
    const higher = (at: number): Uint8Array => {
      const scalar = readScalar(batch.proof.subarray(at, at + 32)) + ORDER
      const bytes = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex').toReversed()
      const proof = Uint8Array.from(batch.proof)
      proof.set(bytes, at)
      return proof
    }
    const zero = new Uint8Array(32)
    const [first] = batch.tags
    assert.ok(first)
    const malformed: VerifyInit[] = [
      { ...batch, proof: higher(0) },
      { ...batch, proof: higher(32) },
      { ...batch, proof: batch.proof.subarray(1) },
      { ...batch, tag: zero },
      { ...batch, tags: [first, zero] },
      { ...batch, tags: [first, zero.subarray(1)] },
      { ...batch, digests: [bytesOf('record 0'), zero.subarray(1)] }
    ]
    for (const [index, each] of malformed.entries()) assert.ok(!verifyTags(each), `case ${index}`)
    // A member with a secret of 0 would have the identity everywhere.
    const zeros = { ...batch, tag: zero, tags: [zero, zero] }
    assert.ok(!verifyTags({ ...zeros, proof: new Uint8Array(64) }))
  })

  it('refuse more than the limit, and lists of different lengths', () => {
    const items = Array.from({ length: MAX_RECORD_TAGS + 1 }, () => bytesOf('record'))
    const batch = { ...madeBatch(KEY, 1), digests: items, tags: items }
    assert.throws(() => proveTags({ ...batch, key: KEY }), MalformedError)
    assert.ok(!verifyTags(batch))
    assert.throws(() => proveTags({ ...batch, tags: [], key: KEY }), MalformedError)
  })

  it('are proved together in any number and with repeated records', () => {
    const records = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(records, fc.uint8Array({ maxLength: 40 }), (numbers, context) => {
        const digests = numbers.map((number) => bytesOf(`record ${number}`))
        const tags = digests.map((digest) => recordTag(KEY, SWARM, digest))
        const batch = { swarm: SWARM, epoch: EPOCH, context, digests, tags }
        const proof = proveTags({ ...batch, key: KEY })
        assert.ok(verifyTags({ ...batch, tag: epochTag(KEY, SWARM, EPOCH), proof }))
      }),
      { numRuns: 15 }
    )
  })
})
