import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  canonicalRecord,
  canonicalTags,
  digestOf,
  encodeRecord,
  LimitError,
  MAX_NAME_BYTES,
  MAX_RECORD_BYTES,
  MAX_TAGS,
  readRecord
} from '../../../crdt/index.ts'
import { readAll, toHex } from '../../../crdt/bytes/index.ts'
import { canonicalText } from '../../../crdt/records/record.ts'
import { records } from '../../fixtures/values.ts'
import type { HiveRecord, LimitErrorCode } from '../../../crdt/index.ts'

const fact = (content: string, more: Partial<HiveRecord> = {}): HiveRecord => ({
  kind: 'fact',
  entity: 'e',
  content,
  ...more
})

function limit(code: LimitErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof LimitError && error.code === code
}

/** Any Unicode, with much of what canonical form changes. */
const wild = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom(' ', '\n', '\u00a0', '\u2001', 'e', '\u0301')
    ),
    { maxLength: 12 }
  )
  .map((parts) => parts.join(''))

const wildRecords = fc.record<HiveRecord>({
  kind: fc.constantFrom('fact', 'insight', 'skill', 'goal'),
  entity: wild,
  content: wild,
  attribute: wild,
  value: wild
})

describe('records', () => {
  it('read back as they were written', () => {
    fc.assert(
      fc.property(records, (record) => {
        assert.deepEqual(readAll(encodeRecord(record), readRecord), record)
      })
    )
  })

  it('are equal when they differ in white space and Unicode form only', () => {
    const digest = (record: HiveRecord): string => toHex(digestOf(record))
    assert.equal(digest(fact(' caf\u00e9\n\topens ')), digest(fact('cafe\u0301 opens')))
    assert.notEqual(digest(fact('Case')), digest(fact('case')))
    assert.notEqual(digest(fact('a')), digest(fact('a', { attribute: 'x', value: '' })))
    assert.notEqual(digest(fact('a', { kind: 'skill' })), digest(fact('a')))
  })

  it('keep white space where it carries meaning', () => {
    assert.equal(canonicalRecord(fact('a\n  b', { kind: 'skill' })).content, 'a\n  b')
  })

  it('have a canonical form that is its own, whatever they are made of', () => {
    fc.assert(
      fc.property(wildRecords, (record) => {
        const canonical = canonicalRecord(record)
        assert.deepEqual(canonicalRecord(canonical), canonical)
        assert.deepEqual(readAll(encodeRecord(canonical), readRecord), canonical)
      }),
      { numRuns: 1000 }
    )
  })

  it('have no value without an attribute', () => {
    const blank = fact('a', { attribute: ' \n', value: 'v' })
    assert.deepEqual(canonicalRecord(blank), fact('a'))
  })

  it('are refused over their limits, by code', () => {
    assert.throws(() => encodeRecord(fact('x'.repeat(MAX_RECORD_BYTES))), limit('RECORD_TOO_LARGE'))
    assert.throws(
      () => encodeRecord(fact('x', { entity: 'e'.repeat(MAX_NAME_BYTES + 1) })),
      limit('NAME_INVALID')
    )
    assert.throws(() => encodeRecord(fact('x\ud800')), limit('TEXT_INVALID'))
    // Kind, entity with its length, the content's length and no attribute.
    const most = MAX_RECORD_BYTES - 1 - 2 - 3 - 1
    assert.equal(encodeRecord(fact('x'.repeat(most))).length, MAX_RECORD_BYTES)
    assert.throws(() => encodeRecord(fact('x'.repeat(most + 1))), limit('RECORD_TOO_LARGE'))
  })
})

describe('tags', () => {
  it('take one form whatever their order and repetition', () => {
    assert.deepEqual(canonicalTags([' b', 'a', 'b', '']), ['a', 'b'])
  })

  it('are refused when there are too many or one is too long', () => {
    const many = Array.from({ length: MAX_TAGS + 1 }, (_, i) => `tag ${i}`)
    assert.throws(() => canonicalTags(many), limit('TAGS_INVALID'))
    assert.throws(() => canonicalTags(['x'.repeat(65)]), limit('TAGS_INVALID'))
  })
})

describe('canonical text', () => {
  it('is what folding white space and NFC give, also of texts that need neither', () => {
    const folded = (text: string): string => text.normalize('NFC').trim().replace(/\s+/gu, ' ')
    const words = fc
      .array(fc.constantFrom('a', 'Zz', ' ', '  ', '\t', '\u3000', 'é', 'e\u0301', '-', '~'))
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(words, (text) => {
        assert.equal(canonicalText(text), folded(text))
        assert.equal(canonicalText(canonicalText(text)), folded(text))
      })
    )
    for (const length of [0, 1, 32_768, 32_769, 1_000_000]) {
      const text = 'a b '.repeat(Math.ceil(length / 4)).slice(0, length)
      assert.equal(canonicalText(text), folded(text))
      assert.equal(canonicalText(`${text}é`), folded(`${text}é`))
    }
  })
})
