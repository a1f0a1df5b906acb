import assert from 'node:assert/strict'
import { createHash, createHmac, hash, randomBytes } from 'node:crypto'
import { elementHasher, filterKeyOf, GrowingFilter, MalformedError } from '../../../crdt/index.ts'
import { capacityOf, parametersOf } from '../../../crdt/filters/growing-filter.ts'

/** The same digests for the same prefix. */
function digests(prefix: string, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => hash('sha256', `${prefix} ${i}`, 'buffer'))
}

function filled(count: number): GrowingFilter {
  const filter = new GrowingFilter()
  for (const digest of digests('known', count)) filter.add(digest)
  return filter
}

describe('a growing filter', () => {
  it('knows whatever was added, and keeps its rate while it grows', function () {
    this.timeout(30_000)
    const filter = new GrowingFilter()
    const added = digests('known', 400_000)
    const others = digests('unknown', 100_000)
    let next = 0
    for (const size of [1_000, 65_536, 70_000, 330_000, 400_000]) {
      for (; next < size; next++) filter.add(added[next] ?? new Uint8Array())
      assert.ok(added.slice(0, size).every((digest) => filter.has(digest)))
      const rate = others.filter((digest) => filter.has(digest)).length / others.length
      assert.ok(rate <= 0.01, `${rate} at ${size}`)
      assert.ok(
        Math.abs(rate - filter.falsePositiveRate()) < 0.002,
        `${rate} is not ${filter.falsePositiveRate()}`
      )
    }
    assert.deepEqual(
      filter.slices().map(({ bits }) => bits.length),
      [98_304, 393_216, 1_769_472]
    )
  })

  it('stays below 1 % with every slice full', () => {
    let none = 1
    for (let i = 0; i < 8; i++) {
      const { bits, hashes } = parametersOf(i)
      none *= 1 - (1 - Math.exp((-hashes * capacityOf(i)) / bits)) ** hashes
    }
    assert.ok(1 - none < 0.0093)
  })

  it('looks at the first 8 bytes of a digest and nothing else', () => {
    const filter = new GrowingFilter()
    const digest = randomBytes(32)
    assert.equal(filter.add(digest), true)
    assert.equal(filter.add(digest), false)
    assert.equal(filter.has(digest.subarray(0, 8)), true)
    assert.equal(filter.has(randomBytes(8)), false)
  })

  it('reads back from its slices', () => {
    const filter = filled(70_000)
    const copy = new GrowingFilter(filter.slices())
    assert.equal(copy.count, filter.count)
    assert.ok(digests('known', 70_000).every((digest) => copy.has(digest)))
  })

  const [honest = { count: 0, bits: new Uint8Array() }] = filled(30_000).slices()
  const lies: readonly (readonly [string, ConstructorParameters<typeof GrowingFilter>[0]])[] = [
    [
      'more than half full',
      [{ count: 65_536, bits: new Uint8Array(honest.bits.length).fill(255) }]
    ],
    ['full of nothing', [{ count: 30_000, bits: new Uint8Array(honest.bits.length) }]],
    ['of more elements than their bits', [{ count: 33_000, bits: honest.bits }]],
    ['of fewer elements than their bits', [{ count: 27_000, bits: honest.bits }]],
    ['of another size', [{ count: 10, bits: new Uint8Array(honest.bits.length + 1) }]],
    ['that take less than they were given', [{ count: 70_000, bits: honest.bits }]],
    ['behind one that is not full', [honest, { count: 0, bits: new Uint8Array(393_216) }]]
  ]
  for (const [what, slices] of lies) {
    it(`refuses slices ${what}`, () => {
      assert.throws(() => new GrowingFilter(slices), MalformedError)
    })
  }
})

describe('an element of an exchanged filter', () => {
  it('is the first 8 bytes of HMAC-SHA-256', () => {
    const key = filterKeyOf('swarm', randomBytes(95))
    const digest = createHash('sha256').update('a record').digest()
    const expected = createHmac('sha256', key).update(digest).digest().subarray(0, 8)
    assert.deepEqual(Buffer.from(elementHasher(key)(digest)), expected)
  })

  it('differs by swarm key', () => {
    const digest = randomBytes(32)
    const elements = [undefined, randomBytes(95), randomBytes(95)].map((key) =>
      Buffer.from(elementHasher(filterKeyOf('swarm', key))(digest)).toString('hex')
    )
    assert.equal(new Set(elements).size, 3)
  })
})
