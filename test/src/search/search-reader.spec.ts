import assert from 'node:assert/strict'
import { FOREVER } from '../../../src/search/index.ts'
import { SearchDatabase } from '../../../src/search/search-database.ts'
import type { FactItem, SearchQuery } from '../../../src/search/search-query.ts'

/** More items than bm25 ranks. */
const MANY = 6_000

describe('the words of a question', () => {
  let database: SearchDatabase

  before(() => {
    database = new SearchDatabase(':memory:')
    const items = Array.from({ length: MANY }, (_, i) => item(i, `build cache number ${i}`))
    database.applyFacts([...items, item(MANY, 'evict the cache of zebras')], MANY + 1, false)
  })

  after(() => database.close())

  it('that no text has do not hide what is known of the others', () => {
    assert.equal(database.search(question('clear build cache')).hits.length, 10)
    assert.equal(database.search(question('clear build')).hits.length, 10)
    assert.equal(found('clear cache 77')[0], 77)
    assert.deepEqual(database.search(question('clear')).hits, [])
  })

  it('that few texts have come first', () => {
    assert.equal(found('build zebras')[0], MANY)
    assert.equal(found('cache of zebras that build')[0], MANY)
  })

  it('are found as soon as a text has them', () => {
    assert.equal(found('quagga 77')[0], 77)
    database.applyFacts([item(MANY + 1, 'quagga')], MANY + 2, false)
    assert.ok(
      found('quagga 77')
        .slice(0, 2)
        .includes(MANY + 1)
    )
  })

  it('are found in an item that takes the number of the last one', () => {
    assert.equal(found('kakapo 77')[0], 77)
    const at = MANY + 2
    database.applyFacts([item(at, 'dodo')], at + 1, false)
    assert.equal(found('dodo 78')[0], at)
    assert.equal(found('moa 78')[0], 78)
    database.applyFacts([{ digest: item(at, '').digest }, item(at + 1, 'moa')], at + 3, false)
    assert.equal(
      found('moa 78')
        .slice(0, 2)
        .includes(at + 1),
      true
    )
  })

  function found(text: string): number[] {
    const { hits } = database.search(question(text))
    return hits.map(({ digest }) => new DataView(digest.buffer, digest.byteOffset).getUint32(0))
  }
})

function question(text: string): SearchQuery {
  return { text, limit: 10, origins: ['local'] }
}

function item(i: number, content: string): FactItem {
  const digest = new Uint8Array(32)
  new DataView(digest.buffer).setUint32(0, i)
  const rest = {
    tags: [],
    context: '',
    confidence: 0.9,
    recordedAt: i,
    begins: [0],
    until: FOREVER,
    projects: [],
    stale: 'none'
  } as const
  return { digest, text: { entity: 'ci', content, ...rest } }
}
