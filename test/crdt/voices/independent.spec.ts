import assert from 'node:assert/strict'
import { verifyCredential } from '../../../crdt/voices/credential.ts'
import { proveTags, verifyTags } from '../../../crdt/voices/record-tags.ts'
import { epochTag, recordTag } from '../../../crdt/voices/tags.ts'
import { ringIdOf, voiceKeyOf } from '../../../crdt/voices/voice-key.ts'
import {
  createSodiumCredential,
  proveSodiumTags,
  sodiumEpochTag,
  sodiumKeyOf,
  sodiumRecordTag,
  sodiumRingId,
  verifySodiumCredential,
  verifySodiumTags
} from '../../fixtures/sodium-voices.ts'
import {
  bytesOf,
  EPOCH,
  inOrder,
  madeBatch,
  madeCredential,
  SWARM,
  voiceKeys
} from '../../fixtures/voice-rings.ts'

describe('voices beside an implementation with libsodium', () => {
  it('derive the same keys, ids and tags', () => {
    for (const name of ['a', 'b', 'c']) {
      const seed = bytesOf(name)
      const ours = voiceKeyOf(seed)
      const theirs = sodiumKeyOf(seed)
      assert.deepEqual({ ...ours }, { ...theirs })
      assert.deepEqual(ringIdOf(ours.key), new Uint8Array(sodiumRingId(ours.key)))
      assert.deepEqual(epochTag(ours, SWARM, EPOCH), sodiumEpochTag(theirs, SWARM, EPOCH))
      assert.deepEqual(recordTag(ours, SWARM, seed), sodiumRecordTag(theirs, SWARM, seed))
    }
  })

  for (const size of [1, 2, 5, 64]) {
    it(`verify each other's credentials in a ring of ${size}`, () => {
      const keys = voiceKeys(size)
      const position = size >> 1
      const ours = madeCredential(keys, { position })
      assert.ok(verifySodiumCredential(SWARM, ours.bytes, ours.ring))
      assert.ok(!verifySodiumCredential('wasps', ours.bytes, ours.ring))
      const key = sodiumKeyOf(bytesOf(`member ${position}`))
      const ring = keys.map((each) => each.key)
      const theirs = createSodiumCredential(SWARM, EPOCH, ring, key, bytesOf('signer'))
      assert.ok(verifyCredential(SWARM, theirs, inOrder(keys)))
      assert.ok(!verifyCredential('wasps', theirs, inOrder(keys)))
      assert.equal(theirs.length, ours.bytes.length)
    })
  }

  for (const count of [1, 3, 130]) {
    it(`verify each other's proofs of ${count} tags`, () => {
      const [key] = voiceKeys(1)
      assert.ok(key)
      const { proof, tag, ...batch } = madeBatch(key, count)
      assert.ok(verifySodiumTags(batch, tag, proof))
      const theirs = proveSodiumTags(batch, sodiumKeyOf(bytesOf('member 0')))
      assert.ok(verifyTags({ ...batch, tag, proof: theirs }))
      const other = { ...batch, context: bytesOf('another') }
      assert.ok(!verifySodiumTags(other, tag, proveTags({ ...batch, key })))
      assert.ok(!verifyTags({ ...other, tag, proof: theirs }))
    })
  }
})
