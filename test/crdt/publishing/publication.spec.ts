import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LimitError, readLogUpdate } from '../../../crdt/index.ts'
import { MAX_NAME_BYTES, MAX_RECORD_BYTES } from '../../../crdt/constants.ts'
import { writeLogUpdate } from '../../../crdt/records/knowledge-log.ts'
import { preparePublication, valuesOf } from '../../../crdt/publishing/publication.ts'
import { publication } from '../../fixtures/publications.ts'
import type { LimitErrorCode, Publication } from '../../../crdt/index.ts'
import type { Value } from '../../../crdt/records/value.ts'

const CLIENT = 4_242_424_242_424_242

function of(more: Partial<Publication['record']>): Partial<Publication> {
  return { record: { kind: 'fact', entity: 'e', content: 'c', ...more } }
}

describe('a publication', () => {
  const outOfBounds: readonly (readonly [LimitErrorCode, string, Partial<Publication>])[] = [
    ['RECORD_TOO_LARGE', 'a long content', of({ content: 'x'.repeat(MAX_RECORD_BYTES) })],
    ['RECORD_TOO_LARGE', 'a long value', of({ attribute: 'a', value: 'é'.repeat(20_000) })],
    ['NAME_INVALID', 'a long entity', of({ entity: 'e'.repeat(MAX_NAME_BYTES + 1) })],
    ['NAME_INVALID', 'a long attribute', of({ attribute: 'é'.repeat(MAX_NAME_BYTES / 2 + 1) })],
    ['TEXT_INVALID', 'half a surrogate pair', of({ attribute: 'a', value: '\udc00' })],
    ['TAGS_INVALID', 'a long tag', { tags: ['é'.repeat(33)] }],
    ['TEXT_INVALID', 'half a surrogate pair in a tag', { tags: ['\ud800'] }],
    ['TAGS_INVALID', 'too many tags', { tags: Array.from({ length: 17 }, (_, i) => `${i}`) }],
    ['NUMBER_INVALID', 'a confidence of more than 1', { confidence: 1.0001 }]
  ]
  for (const [code, what, more] of outOfBounds) {
    it(`with ${what} is refused as ${code}`, () => {
      assert.throws(
        () => preparePublication(publication('c', more)),
        (error) => error instanceof LimitError && error.code === code
      )
    })
  }

  it('of anything at all is refused by code, or says in the log what it said', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 })
    const tooMuch = fc.constantFrom('\ud800', 'x'.repeat(MAX_RECORD_BYTES))
    const number = fc.oneof(fc.double(), fc.integer())
    const mostly = <T>(fine: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
      fc.oneof({ weight: 9, arbitrary: fine }, { weight: 1, arbitrary: odd })
    const bound = 2 ** 52 - 2
    const time = fc.option(mostly(fc.integer({ min: -bound, max: bound }), number), {
      nil: undefined
    })
    const anything = fc.record<Publication>({
      record: fc.record({
        kind: fc.constantFrom('fact', 'insight', 'skill', 'goal'),
        entity: text,
        content: mostly(text, tooMuch),
        attribute: fc.option(text, { nil: undefined }),
        value: fc.option(text, { nil: undefined })
      }),
      confidence: mostly(fc.double({ min: 0, max: 1, noNaN: true }), number),
      day: mostly(fc.nat(30_000), number),
      vote: fc.constantFrom('none', 'vouch', 'dispute', undefined),
      validFrom: time,
      validTo: time,
      tags: fc.array(text, { maxLength: 18 })
    })
    let said = 0
    let refused = 0
    fc.assert(
      fc.property(anything, (item) => {
        let values: Value[]
        try {
          values = valuesOf(preparePublication(item), false)
        } catch (error) {
          assert.ok(error instanceof LimitError, String(error))
          refused += 1
          return
        }
        const update = writeLogUpdate(CLIENT, 0, values)
        const [body, vote] = readLogUpdate(update, CLIENT, 0).values
        assert.deepEqual(body, values[0])
        assert.ok(body && vote?.type === 'register' && values[1]?.type === 'register')
        const { vote: opinion, confidence, commitment, tags } = values[1].register
        assert.partialDeepStrictEqual(vote.register, { vote: opinion, commitment, tags })
        for (const field of ['day', 'validFrom', 'validTo'] as const) {
          // `-0` is written as 0.
          assert.ok(vote.register[field] === values[1].register[field], field)
        }
        assert.ok(Math.abs(vote.register.confidence - confidence) <= 0.0005)
        assert.deepEqual(writeLogUpdate(CLIENT, 0, [body, vote]), update)
        said += 1
      }),
      { numRuns: 1000 }
    )
    assert.ok(said > 100 && refused > 100, `${said} said, ${refused} refused`)
  })
})
