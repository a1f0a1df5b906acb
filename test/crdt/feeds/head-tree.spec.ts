import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import fc from 'fast-check'
import { toHex } from '../../../crdt/bytes/index.ts'
import { HeadTree, LEAF_HEADS } from '../../../crdt/feeds/head-tree.ts'
import type { FeedHead } from '../../../crdt/index.ts'

/** Heads by row, and a tree over them. */
class Rows {
  readonly heads: (FeedHead | undefined)[] = []
  readonly authors: Uint8Array[] = []
  readonly tree = new HeadTree({
    authorByteOf: (row, index) => this.authors[row]?.[index] ?? 0,
    headOf: (row) => this.heads[row],
    writeHead: (row, heads, number) => {
      const head = this.heads[row]
      return head === undefined ? undefined : heads.set(number, head)
    }
  })

  set(author: Uint8Array, head: FeedHead | undefined): void {
    const known = this.authors.findIndex((each) => Buffer.compare(each, author) === 0)
    const row = known === -1 ? this.authors.push(author) - 1 : known
    this.heads[row] = head
    this.tree.touch(row, known === -1)
  }
}

function authorOf(i: number): Uint8Array {
  return hash('sha256', `author ${i}`, 'buffer')
}

function headOf(author: Uint8Array, seq: number): FeedHead {
  return { author, seq, head: hash('sha256', `head ${seq}`, 'buffer'), fork: 0, base: 1 }
}

function filled(authors: readonly Uint8Array[], seq = 1): Rows {
  const rows = new Rows()
  for (const author of authors) rows.set(author, headOf(author, seq))
  return rows
}

/** Authors whose heads differ, found as a peer finds them. */
function differences(ours: HeadTree, theirs: HeadTree, prefix = ''): string[] {
  const [our, their] = [ours.nodeAt(prefix), theirs.nodeAt(prefix)]
  if (their.type === 'leaf') return their.heads.map(({ author }) => toHex(author))
  return their.children.flatMap((child, digit) => {
    const same = our.type === 'inner' ? our.children[digit] : undefined
    const isSame = same !== undefined && Buffer.compare(same, child) === 0
    return isSame ? [] : differences(ours, theirs, prefix + digit.toString(16))
  })
}

describe('the tree of heads', () => {
  it('follows from the set of heads, in whatever order they came and were changed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 9 })), { maxLength: 300 }),
        fc.boolean(),
        (changes, looks) => {
          const rows = new Rows()
          const last = new Map<number, number>()
          for (const [i, seq] of changes) {
            rows.set(authorOf(i), seq === 0 ? undefined : headOf(authorOf(i), seq))
            last.set(i, seq)
            if (looks) rows.tree.digest()
          }
          const again = new Rows()
          for (const [i, seq] of [...last].toSorted(([a], [b]) => b - a)) {
            if (seq > 0) again.set(authorOf(i), headOf(authorOf(i), seq))
          }
          assert.deepEqual(rows.tree.digest(), again.tree.digest())
          assert.deepEqual(rows.tree.totals(), again.tree.totals())
        }
      )
    )
  })

  it('has another digest as soon as one head differs in any part', () => {
    const rows = filled(Array.from({ length: 1000 }, (_, i) => authorOf(i)))
    const author = authorOf(500)
    const head = headOf(author, 1)
    const seen = new Set([toHex(rows.tree.digest())])
    for (const change of [
      { seq: 2 },
      { head: new Uint8Array(32) },
      { fork: 1 },
      { fork: 2 ** 40 },
      { base: 2 }
    ]) {
      rows.set(author, { ...head, ...change })
      seen.add(toHex(rows.tree.digest()))
    }
    rows.set(author, undefined)
    seen.add(toHex(rows.tree.digest()))
    assert.equal(seen.size, 7)
    rows.set(author, head)
    assert.equal(seen.has(toHex(rows.tree.digest())), true)
  })

  it('leads to every head that differs, and to few others', () => {
    const authors = Array.from({ length: 5000 }, (_, i) => authorOf(i))
    const [ours, theirs] = [filled(authors), filled(authors)]
    const changed = authors.filter((_, i) => i % 97 === 0)
    for (const author of changed) theirs.set(author, headOf(author, 2))
    const found = differences(ours.tree, theirs.tree)
    const names = new Set(found)
    for (const author of changed) assert.ok(names.has(toHex(author)))
    assert.ok(found.length <= changed.length * LEAF_HEADS, `${found.length} heads`)
    assert.deepEqual(differences(theirs.tree, theirs.tree), [])
  })

  it('finds all heads from nothing, and nothing from all', () => {
    const authors = Array.from({ length: 700 }, (_, i) => authorOf(i))
    const full = filled(authors)
    const none = new Rows()
    assert.deepEqual(differences(none.tree, full.tree), authors.map(toHex).toSorted())
    assert.deepEqual(differences(full.tree, none.tree), [])
  })

  it('goes as deep as keys agree, and no deeper', () => {
    const alike = Array.from({ length: 200 }, (_, i) => {
      const author = Buffer.alloc(32, 0xab)
      author.writeUInt16BE(i, 30)
      return new Uint8Array(author)
    })
    const [ours, theirs] = [filled(alike), filled(alike)]
    assert.deepEqual(ours.tree.digest(), filled(alike.toReversed()).tree.digest())
    const [author = new Uint8Array()] = alike
    theirs.set(author, headOf(author, 3))
    assert.ok(differences(ours.tree, theirs.tree).includes(toHex(author)))
    assert.equal(ours.tree.nodeAt('ab'.repeat(30)).type, 'inner')
  })

  it('says what the digest would be with other heads, and keeps its own', () => {
    for (const count of [1, 8, 64, 65, 3000]) {
      const authors = Array.from({ length: count }, (_, i) => authorOf(i))
      const rows = filled(authors)
      const before = rows.tree.digest()
      const others = authors.filter((_, i) => i % 10 === 0)
      const heads = new Map(
        others.map((author) => [authors.indexOf(author), headOf(author, 7)] as const)
      )
      const with7 = filled(authors)
      for (const author of others) with7.set(author, headOf(author, 7))
      assert.deepEqual(rows.tree.digestWith(heads), with7.tree.digest())
      assert.deepEqual(rows.tree.digestWith(new Map()), before)
      assert.deepEqual(rows.tree.digest(), before)
    }
  })
})
