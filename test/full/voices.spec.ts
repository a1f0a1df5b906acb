import assert from 'node:assert/strict'
import { verifyCredential } from '../../crdt/voices/credential.ts'
import { ORDER, readScalar } from '../../crdt/voices/group.ts'
import { verifyTags } from '../../crdt/voices/record-tags.ts'
import { percentile } from '../../bench/samples.ts'
import { randomOf } from '../fixtures/random.ts'
import { bytesOf, madeBatch, madeCredential, voiceKeys, SWARM } from '../fixtures/voice-rings.ts'
import type { VerifyInit } from '../../crdt/voices/voices.ts'
import type { MadeCredential } from '../fixtures/voice-rings.ts'

const CREDENTIALS = 90_000
const BATCHES = 10_000

/** One forgery of this number is well-formed, so that its check goes all the way. */
const WELL_FORMED = 20

/** Milliseconds to refuse a malformed one, for 99 of 100. */
const PATIENCE = 5

const COUNT_AT = 2 + 32 + 32

const random = randomOf(20_261)
const upTo = (limit: number): number => Math.floor(random() * limit)
const pick = <T>(list: readonly T[]): T => {
  const item = list[upTo(list.length)]
  assert.ok(item !== undefined)
  return item
}

/** The bytes with this scalar raised by the order. */
function raised(bytes: Uint8Array, at: number): Uint8Array {
  const scalar = readScalar(bytes.subarray(at, at + 32)) + ORDER
  return replaced(bytes, at, Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex').toReversed())
}

function replaced(bytes: Uint8Array, at: number, part: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes)
  changed.set(part, at)
  return changed
}

function randomBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => upTo(256))
}

describe('100,000 forgeries of voices', function () {
  this.timeout(1_800_000)
  const members = voiceKeys(64)
  const made = [2, 3, 8, 64].flatMap((size) =>
    [0, 1].map((position) => madeCredential(members.slice(0, size), { position }))
  )
  const small = made.slice(0, 4)

  /** Malformed bytes: none reads as a credential with elements and scalars. */
  const malformed: ((from: MadeCredential) => Uint8Array)[] = [
    ({ bytes }) => bytes.slice(0, upTo(bytes.length)),
    ({ bytes }) => Buffer.concat([bytes, randomBytes(1 + upTo(40))]),
    ({ bytes }) => {
      const at = 1 + upTo(bytes.length - 1)
      return Buffer.concat([bytes.subarray(0, at), randomBytes(1 + upTo(40)), bytes.subarray(at)])
    },
    ({ bytes }) => randomBytes(bytes.length),
    ({ bytes, ring }) => raised(bytes, COUNT_AT + 1 + ring.length * 8 + 32 * upTo(ring.length + 1)),
    ({ bytes }) => replaced(bytes, COUNT_AT, Uint8Array.of(pick([0, 1, 65, 127, 128, 255]))),
    ({ bytes, ring }) => {
      const at = COUNT_AT + 1 + 8 * upTo(ring.length - 1)
      const [a, b] = [bytes.slice(at, at + 8), bytes.slice(at + 8, at + 16)]
      return replaced(bytes, at, Buffer.concat([b, a]))
    },
    ({ bytes }) => replaced(bytes, 2 + 32, new Uint8Array(32)),
    ({ bytes }) => replaced(bytes, 2 + 32 + 31, Uint8Array.of(0x80 | upTo(128))),
    ({ bytes }) => replaced(bytes, 2 + 32, Uint8Array.of((bytes[2 + 32] ?? 0) | 1))
  ]

  /** Well-formed ones, of small rings: a part of another credential, or a changed one. */
  const wellFormed: ((from: MadeCredential) => Uint8Array)[] = [
    ({ bytes }) => {
      const other = pick(small.filter((each) => each.bytes.length === bytes.length)).bytes
      const at = pick([2, 2 + 32, bytes.length - 32, bytes.length - 64, bytes.length - 96])
      return replaced(bytes, at, other.subarray(at, at + 32))
    },
    ({ bytes }) => replaced(bytes, 2, randomBytes(32)),
    ({ bytes }) => replaced(bytes, 0, Uint8Array.of(0x80 | upTo(128))),
    ({ bytes }) => {
      const at = bytes.length - 32 * (1 + upTo(3))
      return replaced(bytes, at, Buffer.concat([randomBytes(31), Uint8Array.of(upTo(16))]))
    }
  ]

  it(`accept none of ${CREDENTIALS} credentials`, () => {
    const times: number[] = []
    let tried = 0
    while (tried < CREDENTIALS) {
      const isWellFormed = tried % WELL_FORMED === 0
      const from = pick(isWellFormed ? small : made)
      const forgery = pick(isWellFormed ? wellFormed : malformed)(from)
      if (Buffer.compare(forgery, from.bytes) === 0) continue
      tried++
      const started = performance.now()
      assert.ok(!verifyCredential(SWARM, forgery, from.ring), Buffer.from(forgery).toString('hex'))
      if (!isWellFormed) times.push(performance.now() - started)
    }
    const p99 = percentile(times, 0.99)
    assert.ok(p99 <= PATIENCE, `${p99} ms`)
  })

  it(`accept none of ${BATCHES} proofs of tags`, () => {
    const [first, second] = members
    assert.ok(first && second)
    const [own, other] = [madeBatch(first, 4), madeBatch(second, 5)]
    const swapped = (list: readonly Uint8Array[], item: Uint8Array): Uint8Array[] => {
      const at = upTo(list.length)
      return list.map((each, index) => (index === at ? item : each))
    }
    const malformedBatch: ((from: VerifyInit) => VerifyInit)[] = [
      (from) => ({ ...from, proof: from.proof.slice(0, upTo(64)) }),
      (from) => ({ ...from, proof: randomBytes(64).fill(0xff, 31, 32) }),
      (from) => ({ ...from, proof: raised(from.proof, pick([0, 32])) }),
      (from) => ({ ...from, tags: swapped(from.tags, new Uint8Array(32)) }),
      (from) => ({ ...from, tags: swapped(from.tags, randomBytes(32).fill(0xff, 31)) }),
      (from) => ({ ...from, tags: from.tags.slice(1) }),
      (from) => ({ ...from, tag: new Uint8Array(32) })
    ]
    const wellFormedBatch: ((from: VerifyInit) => VerifyInit)[] = [
      (from) => ({ ...from, context: randomBytes(upTo(40)) }),
      (from) => ({ ...from, proof: other.proof, tag: pick([own, other]).tag }),
      (from) => ({ ...from, tags: swapped(from.tags, pick(other.tags)) }),
      (from) => ({ ...from, digests: swapped(from.digests, bytesOf(`${random()}`)) }),
      (from) => ({ ...from, tag: other.tag }),
      (from) => ({ ...from, epoch: from.epoch + 1 + upTo(9) })
    ]
    const times: number[] = []
    for (let tried = 0; tried < BATCHES; tried++) {
      const isWellFormed = tried % WELL_FORMED === 0
      const forgery = pick(isWellFormed ? wellFormedBatch : malformedBatch)(own)
      const started = performance.now()
      assert.ok(!verifyTags(forgery))
      if (!isWellFormed) times.push(performance.now() - started)
    }
    const p99 = percentile(times, 0.99)
    assert.ok(p99 <= PATIENCE, `${p99} ms`)
  })
})
