import assert from 'node:assert/strict'
import fc from 'fast-check'
import { encodeRecord } from '../../../crdt/index.ts'
import { SEAL_BYTES, sha256 } from '../../../crdt/bytes/index.ts'
import {
  canonicalProjects,
  factOf,
  readFact,
  recentFactOf,
  writeFact
} from '../../../src/fact-format/index.ts'
import { readTail, writeTail } from '../../../src/fact-format/fact-context.ts'
import { readRow, writeRow } from '../../../crdt/records/standing-row.ts'
import { lessons } from '../../fixtures/values.ts'

const AT = new Date(1_700_000_000_000)
/** What the version before lessons wrote. */
const OLD_TAILS = [
  ['0103416e6100004278bcfe56800000', { speaker: 'Ana', at: AT }, []],
  [
    '0203416e6100004278bcfe568000000463686174000000070241d800000000000041e0000000000000',
    { speaker: 'Ana', at: AT, conversation: 'chat', turn: 7 },
    [1_610_612_736, 2_147_483_648]
  ],
  ['010000007ff80000000000000141d8000000000000', undefined, [1_610_612_736]]
] as const

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
const time = fc.integer({ min: 0, max: 2 ** 40 })

describe('stored facts', () => {
  it('of the version before lessons are read, and written as they were', () => {
    for (const [hex, context, again] of OLD_TAILS) {
      const bytes = Buffer.from(hex, 'hex')
      const tail = readTail(bytes)
      assert.deepEqual([tail.context, tail.again, tail.projects], [context, again, undefined])
      assert.equal(writeTail(tail).toString('hex'), hex)
    }
    assert.deepEqual(readTail(new Uint8Array()), {})
  })

  it('are read as they were written, with their projects and marks', () => {
    const context = fc.record(
      { speaker: name, at: time.map((ms) => new Date(ms)), previous: name },
      { requiredKeys: ['speaker'], noNullPrototype: true }
    )
    const facts = fc.record({
      record: lessons,
      isPrivate: fc.boolean(),
      isStale: fc.boolean(),
      projects: fc.array(name, { maxLength: 8 }).map(canonicalProjects),
      context: fc.option(
        fc
          .tuple(context, fc.option(name))
          .map(([rest, conversation]) =>
            conversation === null ? rest : { ...rest, conversation, turn: 3 }
          ),
        { nil: undefined }
      ),
      again: fc.array(time, { maxLength: 3 })
    })
    fc.assert(
      fc.property(facts, ({ record, isPrivate, isStale, projects, context: of, again }) => {
        const encoded = encodeRecord(record)
        const digest = sha256(encoded)
        const fact = {
          digest,
          record: encoded,
          confidence: 0.5,
          private: isPrivate,
          recordedAt: AT,
          agent: 'default',
          tags: ['a'],
          ...(of === undefined ? {} : { context: of }),
          ...(projects.length === 0 ? {} : { projects }),
          ...(isStale ? { stale: true as const } : {}),
          ...(again.length === 0 ? {} : { validAgainFrom: again.map((ms) => new Date(ms)) })
        }
        const stored = writeFact(fact).subarray(SEAL_BYTES)
        const read = readFact(digest, stored)
        assert.deepEqual({ ...read, record: encoded }, fact)
        assert.deepEqual(Buffer.from(read.record), Buffer.from(encoded))
        assert.deepEqual(recentFactOf(stored), {
          confidence: 0.5,
          isPrivate,
          isScoped: isStale || projects.length > 0
        })
        const { kind, action, versions, verify } = factOf(read)
        assert.equal(kind, 'lesson')
        assert.deepEqual(
          [action, versions, verify],
          [record.action, record.versions, record.verify]
        )
      })
    )
  })
})

describe('stored sums of votes', () => {
  it('of the version before stale votes have none', () => {
    const sums = {
      stored: 9,
      speaking: 9,
      vouches: 6,
      disputes: 3,
      stales: 2,
      opinions: new Map([[900, 9]]),
      day: 20_000,
      validFrom: undefined,
      validTo: undefined
    }
    const bytes = writeRow({ form: 'sums', hasWithdrawals: false, sums })
    assert.deepEqual(readRow(bytes), { form: 'sums', hasWithdrawals: false, sums })
    // Form 2, without the fifth count.
    const old = Buffer.concat([Buffer.of(2), bytes.subarray(1, 6), bytes.subarray(7)])
    assert.deepEqual(readRow(old), {
      form: 'sums',
      hasWithdrawals: false,
      sums: { ...sums, stales: 0 }
    })
  })
})
