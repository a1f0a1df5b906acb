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
  readAll,
  readRecord,
  toHex
} from '../../crdt/index.ts'
import { records } from '../fixtures/values.ts'
import type { HiveRecord, LimitErrorCode } from '../../crdt/index.ts'

const fact = (content: string, more: Partial<HiveRecord> = {}): HiveRecord => ({
  kind: 'fact',
  entity: 'e',
  content,
  ...more
})

function limit(code: LimitErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof LimitError && error.code === code
}

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

  it('have a canonical form that is its own', () => {
    fc.assert(fc.property(records, (record) => assert.deepEqual(canonicalRecord(record), record)))
  })

  it('are refused over their limits, by code', () => {
    assert.throws(() => encodeRecord(fact('x'.repeat(MAX_RECORD_BYTES))), limit('RECORD_TOO_LARGE'))
    assert.throws(
      () => encodeRecord(fact('x', { entity: 'e'.repeat(MAX_NAME_BYTES + 1) })),
      limit('NAME_INVALID')
    )
    assert.throws(() => encodeRecord(fact('x\ud800')), limit('TEXT_INVALID'))
    encodeRecord(fact('x'.repeat(MAX_RECORD_BYTES - 20)))
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
