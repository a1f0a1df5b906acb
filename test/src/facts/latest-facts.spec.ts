import assert from 'node:assert/strict'
import { SEAL_BYTES } from '../../../crdt/bytes/index.ts'
import { LatestFacts } from '../../../src/facts/latest-facts.ts'

/** Facts with numbers as digests, and bytes that begin with a free seal. */
function facts(from: number, to: number, size = SEAL_BYTES + 1) {
  return Array.from({ length: to - from }, (_, i) => {
    const digest = Buffer.alloc(32)
    digest.writeUInt32BE(from + i)
    return { digest, digestKey: digest.toString('latin1'), bytes: new Uint8Array(size).fill(from) }
  })
}

const digestsOf = (from: number, to: number): Uint8Array[] =>
  facts(from, to).map(({ digest }) => digest)

describe('the latest facts', () => {
  it('are the last ones that landed, by position', () => {
    const latest = new LatestFacts()
    latest.add(facts(0, 300), 300)
    assert.deepEqual(latest.newest(0, 512), digestsOf(0, 300))
    latest.add(facts(300, 700), 700)
    assert.deepEqual(latest.newest(0, 512), digestsOf(188, 700))
    assert.deepEqual(latest.newest(690, 512), digestsOf(690, 700))
    assert.deepEqual(latest.newest(700, 512), [])
    assert.equal(latest.newest(0, 513), undefined)
    const [gone, here] = [...facts(187, 188), ...facts(699, 700)].map(({ digestKey }) => digestKey)
    assert.equal(latest.bytesOf(gone ?? ''), undefined)
    assert.deepEqual(latest.bytesOf(here ?? ''), Uint8Array.of(300 % 256))
  })

  it('are read from the log after a change of another kind, and where they are too large', () => {
    const latest = new LatestFacts()
    latest.add(facts(0, 10), 10)
    // One position of the log was taken by another change.
    latest.add(facts(11, 20), 20)
    assert.equal(latest.newest(0, 512), undefined)
    assert.deepEqual(latest.newest(11, 512), digestsOf(11, 20))
    latest.clear()
    assert.equal(latest.newest(11, 512), undefined)
    latest.add(facts(20, 520, 2 ** 12), 520)
    assert.equal(latest.newest(20, 512), undefined)
    assert.deepEqual(latest.newest(264, 512), digestsOf(264, 520))
  })
})
