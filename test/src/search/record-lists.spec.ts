import assert from 'node:assert/strict'
import { sha256 } from '../../../crdt/bytes/index.ts'
import { claimFieldsOf, slotOf } from '../../../src/search/claim-slot.ts'
import { RecordLists } from '../../../src/search/record-lists.ts'
import { SearchReader } from '../../../src/search/search-reader.ts'
import { openSearchFile } from '../../../src/search/search-schema.ts'
import { SearchWriter } from '../../../src/search/search-writer.ts'
import type { ListQuery, RecordItem } from '../../../src/search/search-query.ts'
import type { RecordRow, RowState } from '../../../src/search/record-row.ts'

const KINDS = ['fact', 'insight', 'skill'] as const

function row(i: number, rest: Partial<RecordRow> = {}): RecordItem {
  const { kind = 'insight' } = rest
  const record = { kind, entity: `subject ${i}`, content: `Text ${i} of a record.` }
  const numbers = { state: 'released', vouches: i, confidence: 500, tags: [] } as const
  return { digest: sha256(Buffer.from(`${i}`)), row: { record, kind, ...numbers, ...rest } }
}

/** Numbers of the rows with these digests. */
function numbersOf(digests: readonly Uint8Array[], of: number): number[] {
  const known = new Map(
    Array.from({ length: of }, (_, i) => [sha256(Buffer.from(`${i}`)).join(), i] as const)
  )
  return digests.map((digest) => known.get(digest.join()) ?? -1)
}

describe('lists of records', () => {
  it('are by vouches, then confidence, of all kinds and states asked for', () => {
    const database = openSearchFile(':memory:').database
    const writer = new SearchWriter(database)
    const state = (i: number): RowState => (i % 2 === 0 ? 'released' : 'quarantined')
    writer.applyRecords(
      Array.from({ length: 30 }, (_, i) => row(i, { kind: KINDS[i % 3], state: state(i) })),
      30
    )
    const lists = new RecordLists(database)
    const all = { kinds: KINDS, tags: [], offset: 0, limit: 5 } as const
    const listed = (rest: Pick<ListQuery, 'states'> & Partial<ListQuery>): number[] =>
      numbersOf(lists.list({ ...all, ...rest }), 30)
    assert.deepEqual(listed({ states: ['released', 'quarantined'] }), [29, 28, 27, 26, 25])
    assert.deepEqual(listed({ states: ['released'] }), [28, 26, 24, 22, 20])
    assert.deepEqual(listed({ states: ['released'], offset: 5 }), [18, 16, 14, 12, 10])
    assert.deepEqual(listed({ states: ['released'], kinds: ['skill'] }), [26, 20, 14, 8, 2])
    assert.deepEqual(listed({ states: ['disputed'] }), [])
    database.close()
  })

  it('follow what changes: votes, states, tags, and what is removed', () => {
    const database = openSearchFile(':memory:').database
    const writer = new SearchWriter(database)
    const lists = new RecordLists(database)
    const listed = (
      tags: readonly string[],
      states: readonly RowState[] = ['released']
    ): number[] => numbersOf(lists.list({ kinds: KINDS, states, tags, offset: 0, limit: 9 }), 9)
    writer.applyRecords(
      [1, 2, 3].map((i) => row(i, { tags: ['a', `only ${i}`] })),
      3
    )
    assert.deepEqual(listed(['a']), [3, 2, 1])
    writer.applyRecords([row(1, { tags: ['a', 'b'], vouches: 7 })], 4)
    writer.applyRecords([row(3, { tags: ['a'], state: 'quarantined' })], 5)
    assert.deepEqual(listed(['a']), [1, 2])
    assert.deepEqual(listed(['b', 'a']), [1])
    assert.deepEqual(listed(['only 1']), [])
    assert.deepEqual(listed(['a'], ['quarantined']), [3])
    writer.applyRecords([{ digest: row(1).digest }], 6)
    assert.deepEqual(listed(['a']), [2])
    assert.deepEqual(listed(['b']), [])
    database.close()
  })

  it('have offers by support and head start, flagged ones apart', () => {
    const database = openSearchFile(':memory:').database
    const lists = new RecordLists(database)
    const offer = (i: number, support: number, headStart: number, isFlagged = false): RecordItem =>
      row(i, { kind: 'skill', offer: { support, headStart, isFlagged } })
    new SearchWriter(database).applyRecords(
      [offer(1, 2, 1), offer(2, 2, 5), offer(3, -1, 9), offer(4, 9, 1, true), row(5)],
      5
    )
    const listed = (isFlagged: boolean): number[] =>
      numbersOf(lists.offers({ isFlagged, offset: 0, limit: 9 }), 9)
    assert.deepEqual(listed(false), [2, 1, 3])
    assert.deepEqual(listed(true), [4])
    database.close()
  })

  it('find the claims that hold and began last, two values at once too', () => {
    const database = openSearchFile(':memory:').database
    const lists = new RecordLists(database)
    const claim = (i: number, value: string, begin: number, until?: number): RecordItem => {
      const record = { kind: 'fact', entity: 'X', content: `${i}`, attribute: 'v', value } as const
      return row(i, { kind: 'fact', record, validFrom: begin, validTo: until })
    }
    new SearchWriter(database).applyRecords(
      [
        claim(0, 'a', 10),
        claim(1, 'b', 20),
        claim(2, 'c', 20),
        claim(3, 'd', 30, 40),
        ...Array.from({ length: 20 }, (_, i) => claim(4 + i, 'later', 50))
      ],
      24
    )
    const slot = slotOf('x', 'V')
    const current = (asOf: number): number[] =>
      numbersOf(
        lists.current({ slot, asOf }).map(({ digest }) => digest),
        24
      )
    assert.deepEqual(current(15), [0])
    assert.deepEqual(
      current(25)
        .slice(0, 2)
        .toSorted((a, b) => a - b),
      [1, 2]
    )
    assert.equal(current(35)[0], 3)
    assert.deepEqual(
      current(45)
        .slice(0, 2)
        .toSorted((a, b) => a - b),
      [1, 2]
    )
    // Of one value three, so that others that began with it are seen.
    assert.equal(current(60).filter((i) => i >= 4).length, 3)
    const { value } = claimFieldsOf({ entity: 'x', attribute: 'v', value: 'later' }) ?? {}
    assert.deepEqual(lists.current({ slot, asOf: 60 })[0]?.value, value)
    assert.equal(lists.claims({ slot: slotOf('x'), offset: 0, limit: 99 }).length, 24)
    database.close()
  })

  it('are read by an index, without a scan of a table or a sort of it', () => {
    const database = openSearchFile(':memory:').database
    const prepared = new Set<string>()
    const prepare = database.prepare.bind(database)
    database.prepare = (sql) => {
      prepared.add(sql)
      return prepare(sql)
    }
    const lists = new RecordLists(database)
    const page = { offset: 0, limit: 5 }
    lists.list({ kinds: KINDS, states: ['released'], tags: [], ...page })
    lists.list({ kinds: KINDS, states: ['released'], tags: ['a'], ...page })
    lists.offers({ isFlagged: false, ...page })
    lists.claims({ slot: slotOf('x', 'y'), ...page })
    lists.current({ slot: slotOf('x', 'y'), asOf: 5 })
    const reader = new SearchReader(database)
    reader.search({ text: 'one two', limit: 5, origins: ['local', 'hive'], asOf: 5 })
    assert.ok(prepared.size >= 9)
    for (const sql of prepared) {
      const parameters = Array.from({ length: sql.split('?').length - 1 }, () => 1)
      if (sql.includes('MATCH')) parameters[0] = 'x' as never
      const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters)
      for (const { detail } of plan) {
        const text = String(detail)
        const isTable = /^SCAN (?!texts|held|found|CONSTANT|\(subquery)/.test(text)
        // bm25 orders the rows of rare terms, which are bounded.
        const isSorted = text.includes('TEMP B-TREE FOR ORDER BY') && !sql.includes('bm25')
        assert.ok(!isTable && !isSorted, `${text}\n${sql}`)
      }
    }
    database.close()
  })
})
