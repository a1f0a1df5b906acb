import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { MalformedError } from '../../../crdt/errors.ts'
import {
  createCredential,
  MAX_CREDENTIAL_BYTES,
  MAX_RING_KEYS,
  readCredential,
  verifyCredential
} from '../../../crdt/voices/credential.ts'
import { epochKeyOf } from '../../../crdt/voices/epoch-key.ts'
import { ORDER, readScalar } from '../../../crdt/voices/group.ts'
import { epochTag } from '../../../crdt/voices/tags.ts'
import { isVoiceKey } from '../../../crdt/voices/voice-key.ts'
import { verifySignature } from '../../../crdt/bytes/index.ts'
import {
  bytesOf,
  EPOCH,
  inOrder,
  madeCredential,
  SWARM,
  voiceKeys
} from '../../fixtures/voice-rings.ts'

/** Bytes of the epoch, the signer and the tag, before the number of keys. */
const TAG_AT = 2 + 32
const COUNT_AT = TAG_AT + 32

describe('credentials', () => {
  it('read back as what they were made of, in 99 bytes and 48 for each key', () => {
    for (const size of [1, 3, MAX_RING_KEYS]) {
      const keys = voiceKeys(size)
      const [key] = keys
      assert.ok(key)
      const { bytes, ring } = madeCredential(keys)
      const credential = readCredential(bytes)
      assert.equal(bytes.length, 99 + 48 * size)
      assert.equal(credential.epoch, EPOCH)
      assert.equal(credential.ring.length, size)
      assert.deepEqual(new Uint8Array(credential.signer), bytesOf('signer'))
      assert.deepEqual(new Uint8Array(credential.tag), epochTag(key, SWARM, EPOCH))
      assert.ok(verifyCredential(SWARM, bytes, ring))
      assert.ok(bytes.length <= MAX_CREDENTIAL_BYTES)
    }
  })

  it('have one tag for a member and an epoch, whatever the ring, and no other in common', () => {
    const keys = voiceKeys(4)
    const { tag, bytes } = madeCredential(keys)
    assert.deepEqual(madeCredential(keys.slice(0, 2)).tag, tag)
    assert.deepEqual(madeCredential(keys, { signer: bytesOf('another') }).tag, tag)
    const others = [
      madeCredential(keys, { position: 1 }),
      madeCredential(keys, { epoch: EPOCH + 1 }),
      madeCredential(keys, { swarm: 'wasps' })
    ]
    for (const other of others) assert.notDeepEqual(other.tag, tag)
    // Random nonces: nothing but the tag repeats.
    assert.notDeepEqual(madeCredential(keys).bytes, bytes)
  })

  it('are refused after a change of any byte', () => {
    const { bytes, ring } = madeCredential(voiceKeys(2))
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      assert.ok(!verifyCredential(SWARM, changed, ring), `byte ${at}`)
    }
  })

  it('are refused in another swarm, with other keys, and with keys in another order', () => {
    const keys = voiceKeys(3)
    const { bytes, ring } = madeCredential(keys)
    const others = inOrder(voiceKeys(3, 'other'))
    assert.ok(!verifyCredential('wasps', bytes, ring))
    assert.ok(!verifyCredential('', bytes, ring))
    assert.ok(!verifyCredential(SWARM, bytes, others))
    assert.ok(!verifyCredential(SWARM, bytes, ring.toReversed()))
    assert.ok(!verifyCredential(SWARM, bytes, ring.slice(1)))
    assert.ok(!verifyCredential(SWARM, bytes, [...ring, ...others]))
  })

  it('are refused with parts of others', () => {
    const keys = voiceKeys(2)
    const { bytes, ring } = madeCredential(keys)
    const others = [
      madeCredential(keys, { position: 1 }),
      madeCredential(keys, { signer: bytesOf('another') }),
      madeCredential(keys)
    ]
    const parts = [2, TAG_AT, COUNT_AT, COUNT_AT + 17, COUNT_AT + 49, COUNT_AT + 81, bytes.length]
    for (const other of others) {
      for (const [index, end] of parts.slice(1).entries()) {
        const mixed = Uint8Array.from(bytes)
        const start = parts[index] ?? 0
        mixed.set(other.bytes.subarray(start, end), start)
        if (Buffer.compare(mixed, bytes) === 0) continue
        assert.ok(!verifyCredential(SWARM, mixed, ring), `bytes ${start} to ${end}`)
      }
    }
  })

  it('have one encoding: no other scalars, elements, lengths, numbers or orders', () => {
    const { bytes, ring } = madeCredential(voiceKeys(2))
    const replaced = (at: number, part: Uint8Array): Uint8Array => {
      const changed = Uint8Array.from(bytes)
      changed.set(part, at)
      return changed
    }
    const higher = (at: number): Uint8Array => {
      const scalar = readScalar(bytes.subarray(at, at + 32)) + ORDER
      return Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex').toReversed()
    }
    const ids = COUNT_AT + 1
    const first = ids + 32
    const malformed = [
      replaced(first, higher(first)),
      replaced(first + 32, higher(first + 32)),
      replaced(first + 64, higher(first + 64)),
      replaced(ids, Buffer.concat([bytes.slice(ids + 16, ids + 32), bytes.slice(ids, ids + 16)])),
      replaced(ids, bytes.slice(ids + 16, ids + 32)),
      Buffer.concat([bytes, Buffer.of(0)]),
      bytes.slice(0, -1),
      Buffer.concat([Buffer.of(0x80 | (EPOCH % 128), 0x80 | (EPOCH >> 7), 0), bytes.subarray(2)]),
      Buffer.concat([bytes.subarray(0, COUNT_AT), Buffer.of(0), bytes.subarray(first, first + 32)]),
      new Uint8Array(),
      new Uint8Array(MAX_CREDENTIAL_BYTES + 1)
    ]
    for (const [index, changed] of malformed.entries()) {
      assert.throws(() => readCredential(changed), MalformedError, `case ${index}`)
      assert.ok(!verifyCredential(SWARM, changed, ring), `case ${index}`)
    }
    // Elements are decoded by the check.
    const field = Buffer.from(bytes.subarray(TAG_AT, COUNT_AT).toReversed()).toString('hex')
    const negated = 2n ** 255n - 19n - BigInt(`0x${field}`)
    const tags = [
      new Uint8Array(32),
      new Uint8Array(32).fill(0xff),
      Buffer.from(negated.toString(16).padStart(64, '0'), 'hex').toReversed()
    ]
    for (const tag of tags) assert.ok(!verifyCredential(SWARM, replaced(TAG_AT, tag), ring))
  })

  it('are refused with any edit', () => {
    const { bytes, ring } = madeCredential(voiceKeys(1))
    const byte = fc.integer({ min: 0, max: 255 })
    const edit = fc.record({
      at: fc.nat(bytes.length),
      remove: fc.nat(40),
      insert: fc.array(byte, { maxLength: 40 })
    })
    fc.assert(
      fc.property(edit, ({ at, remove, insert }) => {
        const changed = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(insert),
          bytes.subarray(at + remove)
        ])
        fc.pre(Buffer.compare(changed, bytes) !== 0)
        assert.ok(!verifyCredential(SWARM, changed, ring))
      }),
      { numRuns: 200 }
    )
  })

  it('are made for rings that can sign only', () => {
    const [key, other] = voiceKeys(2)
    assert.ok(key && other)
    const init = { swarm: SWARM, epoch: EPOCH, key, signer: bytesOf('signer') }
    const rings = [
      [],
      [other.key],
      [key.key, key.key],
      [key.key, new Uint8Array(32)],
      [key.key, new Uint8Array(31)],
      voiceKeys(MAX_RING_KEYS + 1).map((each) => each.key)
    ]
    for (const ring of rings) {
      assert.throws(() => createCredential({ ...init, ring }), MalformedError)
    }
    const ring = [key.key]
    assert.throws(
      () => createCredential({ ...init, ring, signer: new Uint8Array(31) }),
      MalformedError
    )
    assert.ok(isVoiceKey(key.key))
    assert.ok(!isVoiceKey(new Uint8Array(32)))
    assert.ok(!isVoiceKey(key.key.subarray(1)))
  })
})

describe('epoch keys', () => {
  it('follow from seed, swarm and epoch, and sign', () => {
    const seed = bytesOf('member')
    const { key, sign } = epochKeyOf(seed, SWARM, EPOCH)
    assert.deepEqual(epochKeyOf(seed, SWARM, EPOCH).key, key)
    const message = bytesOf('message')
    assert.ok(verifySignature(key, message, sign(message)))
    const others = [
      epochKeyOf(bytesOf('another'), SWARM, EPOCH),
      epochKeyOf(seed, 'wasps', EPOCH),
      epochKeyOf(seed, SWARM, EPOCH + 1)
    ]
    for (const other of others) assert.notDeepEqual(other.key, key)
  })
})
