import assert from 'node:assert/strict'
import { SEAL_BYTES } from '../../../crdt/bytes/index.ts'
import { encodeFact } from '../../../src/fact-format/index.ts'
import { identifyFact } from '../../../src/fact-format/fact.ts'
import { withUnindexed } from '../../../src/search/unindexed.ts'
import type { UnindexedItem } from '../../../src/search/unindexed.ts'

const NOTHING = { hits: [], withheld: { quarantined: 0, disputed: 0, vouches: 0 } }

function itemOf(content: string, marks: { projects?: string[]; isStale?: boolean }): UnindexedItem {
  const { encoded, digestKey } = identifyFact({ entity: 'upload', content, confidence: 0.9 })
  const stored = encodeFact({
    record: encoded,
    confidence: 0.9,
    isPrivate: false,
    recordedAt: 0,
    validFrom: undefined,
    agent: 'a',
    source: undefined,
    tags: [],
    ...marks
  }).subarray(SEAL_BYTES)
  return { origin: 'local', digest: Buffer.from(digestKey, 'latin1'), stored }
}

describe('items that are not indexed yet', () => {
  it('of other projects and stale ones take no place in an answer', () => {
    const others = Array.from({ length: 200 }, (_, i) =>
      itemOf(`It retries ${i} times.`, i % 2 === 0 ? { projects: ['blog'] } : { isStale: true })
    )
    const own = itemOf('It retries at most as often as the server allows.', {})
    const shop = itemOf('It retries at most as often as the client allows.', { projects: ['shop'] })
    const items = [...others, own, shop]
    const found = (query: object): number[] => {
      const all = { text: 'upload retries', limit: 2, origins: ['local'], ...query } as const
      const { hits } = withUnindexed(NOTHING, items, all)
      return hits.map(({ digest }) => items.findIndex((item) => item.digest === digest))
    }
    assert.deepEqual(found({ project: null }), [200])
    assert.deepEqual(new Set(found({ project: 'shop' })), new Set([200, 201]))
    assert.ok(found({ project: 'blog' }).every((item) => item % 2 === 0 && item < 200))
    assert.ok(found({ project: null, includeStale: true }).every((item) => item % 2 === 1))
    assert.equal(found({}).length, 2)
  })
})
