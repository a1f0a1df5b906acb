import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { MalformedError } from '../../../crdt/errors.ts'
import {
  BASE,
  hashToPoint,
  hashToScalar,
  multiplyPublic,
  multiplySecret,
  ORDER,
  readPoint,
  readScalar,
  writePoint,
  writeScalar
} from '../../../crdt/voices/group.ts'
import { bucketSum, weightedSum } from '../../../crdt/voices/weighted-sum.ts'
import { sodium } from '../../fixtures/sodium-voices.ts'

/** RFC 9496, appendix A.1: the first multiples of the generator. */
const MULTIPLES = [
  'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76',
  '6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919',
  '94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259'
]

/** RFC 9496, appendix A.2. */
const BAD_ENCODINGS = [
  '00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20',
  'c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562',
  '26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371',
  '4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f',
  'de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad7b',
  'bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042',
  '3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e',
  'a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220',
  'd483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e',
  '8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
]

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('the group of voices', () => {
  it('has the multiples of RFC 9496, appendix A.1', () => {
    const products = MULTIPLES.map((_, index) => multiplySecret(BASE, BigInt(index + 1)))
    assert.deepEqual(products.map(writePoint).map(toHex), MULTIPLES)
    assert.deepEqual(MULTIPLES.map(hex).map(readPoint).map(writePoint).map(toHex), MULTIPLES)
  })

  it('refuses the encodings of RFC 9496, appendix A.2, the identity and other lengths', () => {
    const lengths = [0, 31, 33].map((length) => new Uint8Array(length))
    for (const bytes of [...BAD_ENCODINGS.map(hex), new Uint8Array(32), ...lengths]) {
      assert.throws(() => readPoint(bytes), MalformedError, toHex(bytes))
    }
  })

  it('hashes to the group and to scalars as RFC 9497, appendix A.1.1', () => {
    const context = 'OPRFV1-\0-ristretto255-SHA512'
    const input = Buffer.concat([Buffer.alloc(32, 0xa3), Buffer.of(0, 8), Buffer.from('test key')])
    const secret = hashToScalar(`DeriveKeyPair${context}`, Buffer.concat([input, Buffer.of(0)]))
    assert.equal(
      toHex(writeScalar(secret)),
      '5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e'
    )
    const blind = readScalar(
      hex('64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706')
    )
    const blinded = multiplySecret(hashToPoint(`HashToGroup-${context}`, Buffer.of(0)), blind)
    assert.equal(
      toHex(writePoint(blinded)),
      '609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c'
    )
    assert.equal(
      toHex(writePoint(multiplySecret(blinded, secret))),
      '7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e'
    )
  })

  it('reads scalars below the order only', () => {
    for (const scalar of [0n, 1n, ORDER - 1n]) {
      assert.equal(readScalar(writeScalar(scalar)), scalar)
    }
    for (const scalar of [ORDER, ORDER + 1n, 2n ** 255n, 2n ** 256n - 1n]) {
      const bytes = hex(scalar.toString(16).padStart(64, '0')).toReversed()
      assert.throws(() => readScalar(bytes), MalformedError)
    }
    assert.throws(() => readScalar(new Uint8Array(31)), MalformedError)
  })

  it('multiplies and adds as libsodium', () => {
    const wide = fc.uint8Array({ minLength: 64, maxLength: 64 })
    fc.assert(
      fc.property(wide, wide, (point, scalar) => {
        const element = sodium.crypto_core_ristretto255_from_hash(point)
        const factor = sodium.crypto_core_ristretto255_scalar_reduce(scalar)
        const product = sodium.crypto_scalarmult_ristretto255(factor, element)
        const ours = readPoint(element)
        assert.deepEqual(writePoint(multiplySecret(ours, readScalar(factor))), product)
        assert.deepEqual(writePoint(multiplyPublic(ours, readScalar(factor))), product)
        assert.deepEqual(
          writePoint(ours.add(readPoint(product))),
          sodium.crypto_core_ristretto255_add(element, product)
        )
      }),
      { numRuns: 20 }
    )
  })

  it('sums by buckets of any window what single products sum to', () => {
    const points = Array.from({ length: 120 }, (_, index) => hashToPoint('sum', Buffer.of(index)))
    const coefficients = points.map((_, index) => {
      const bytes = createHash('sha256').update(`${index}`).digest().subarray(0, 16)
      return index === 0 ? 2n ** 128n - 1n : BigInt(`0x${bytes.toString('hex')}`)
    })
    coefficients[1] = 0n
    const expected = points
      .map((point, index) => multiplyPublic(point, coefficients[index] ?? 0n))
      .reduce((sum, each) => sum.add(each))
    assert.ok(weightedSum(points, coefficients).equals(expected))
    const few = weightedSum(points.slice(0, 3), coefficients.slice(0, 3))
    for (const window of [2, 3, 5, 8]) {
      assert.ok(bucketSum(points, coefficients, window).equals(expected), `window ${window}`)
      assert.ok(bucketSum(points.slice(0, 3), coefficients.slice(0, 3), window).equals(few))
    }
  })
})
