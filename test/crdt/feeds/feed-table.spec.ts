import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { FeedTable } from '../../../crdt/feeds/feed-table.ts'
import type { Feed } from '../../../crdt/index.ts'

function feedOf(i: number, change: Partial<Feed> = {}): Feed {
  return {
    author: hash('sha256', `author ${i}`, 'buffer'),
    head: hash('sha256', `head ${i}`, 'buffer'),
    seq: i + 1,
    clock: Number.MAX_SAFE_INTEGER - i,
    format: 3,
    end: 0,
    fork: 0,
    base: 1,
    doc: 'knowledge',
    ...change
  }
}

/** In plain arrays, so that a Buffer and a Uint8Array are the same. */
function plain({ author, head, ...rest }: Feed): object {
  return { ...rest, author: [...author], head: [...head] }
}

describe('a table of feeds', () => {
  it('reads back every feed, over many blocks, after changes', () => {
    const table = new FeedTable()
    const feeds = Array.from({ length: 20_000 }, (_, i) => feedOf(i))
    for (const feed of feeds) table.write(feed)
    const changed = feeds.map((feed, i) =>
      i % 3 === 0
        ? { ...feed, seq: 2 ** 52 + i, fork: i, end: 3, base: 2, doc: `playbook ${i}` }
        : feed
    )
    for (const feed of changed) table.write(feed)
    assert.equal(table.size, feeds.length)
    for (const feed of changed) {
      const row = table.find(feed.author)
      assert.ok(row !== undefined)
      assert.deepEqual(plain(table.read(row)), plain(feed))
    }
    assert.equal(table.find(hash('sha256', 'nobody', 'buffer')), undefined)
  })

  it('gives copies that later changes leave alone', () => {
    const table = new FeedTable()
    const row = table.write(feedOf(1))
    const before = table.read(row)
    table.write(feedOf(1, { seq: 9, head: new Uint8Array(32) }))
    assert.deepEqual(plain(before), plain(feedOf(1)))
  })

  it('knows who writes to a document, and no longer who did', () => {
    const table = new FeedTable()
    const goal = 'playbook of a goal'
    table.write(feedOf(1, { doc: goal }))
    table.write(feedOf(2, { doc: goal }))
    table.write(feedOf(3))
    const authors = (doc: string): number[] => table.writersOf(doc).map(({ seq }) => seq)
    assert.deepEqual(authors(goal), [2, 3])
    table.write(feedOf(1, { doc: '' }))
    assert.deepEqual(authors(goal), [3])
    assert.deepEqual(authors('another'), [])
    assert.deepEqual([...table.rowsWithoutDoc()], [0])
  })
})
