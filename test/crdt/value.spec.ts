import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LimitError, MalformedError, readAll, readLogUpdate } from '../../crdt/index.ts'
import { MAX_NAME_BYTES, MAX_RECORD_BYTES } from '../../crdt/constants.ts'
import { writeLogUpdate } from '../../crdt/knowledge-log.ts'
import { preparePublication, valuesOf } from '../../crdt/publication.ts'
import { encodeValue, readValue } from '../../crdt/value.ts'
import { publication } from '../fixtures/publications.ts'
import { histories, recordValue } from '../fixtures/values.ts'
import type { LimitErrorCode, Publication, Register } from '../../crdt/index.ts'
import type { Value } from '../../crdt/value.ts'

const CLIENT = 4_242_424_242_424_242

const register: Register = {
  vote: 'dispute',
  confidence: 0.875,
  day: 20_000,
  validFrom: -1,
  validTo: 1_800_000_000_000,
  commitment: new Uint8Array(16).fill(7),
  tags: ['a', 'b'],
  counters: [
    ['failures', 1],
    ['uses', 300]
  ]
}

const record = recordValue({ kind: 'fact', entity: 'e', content: 'c', attribute: 'a', value: 'v' })
const digest = record.type === 'record' ? record.digest : new Uint8Array()
const elsewhere = new Uint8Array(32).fill(1)

/** Every type of value, and a register in both of its forms. */
const history: readonly Value[] = [
  record,
  { type: 'register', digest, register },
  { type: 'register', digest: elsewhere, register: { ...register, tags: [], counters: [] } },
  { type: 'retraction', digest, secret: new Uint8Array(16).fill(9) }
]

const read = (update: Uint8Array): Value[] => readLogUpdate(update, CLIENT, 0)

/** Whether it decodes; then its values have no other encoding than these bytes. */
function decodesToItself(update: Uint8Array, what: string): boolean {
  let values: Value[]
  try {
    values = read(update)
  } catch (error) {
    assert.ok(error instanceof MalformedError, `${what}: ${String(error)}`)
    return false
  }
  assert.deepEqual(writeLogUpdate(CLIENT, 0, values), update, what)
  return true
}

describe('the values of a log', () => {
  it('read back as they were written, whatever came before them', () => {
    fc.assert(
      fc.property(histories, (values) => {
        let before: Value | undefined
        for (const value of values) {
          const bytes = encodeValue(value, before)
          const after = before
          assert.deepEqual(
            readAll(bytes, (decoder) => readValue(decoder, after)),
            value
          )
          before = value
        }
      })
    )
  })

  it('are as long as a record may be, and no longer', () => {
    const content = 'x'.repeat(MAX_RECORD_BYTES - 1 - 2 - 3 - 1)
    const largest = recordValue({ kind: 'fact', entity: 'e', content })
    assert.deepEqual(read(writeLogUpdate(CLIENT, 0, [largest])), [largest])
    assert.ok(largest.type === 'record')
    // The same record with one byte more of content: its length takes three bytes still.
    const bytes = Buffer.concat([largest.bytes.subarray(0, -1), Buffer.from('x\0')])
    bytes.writeUInt8(bytes.readUInt8(3) + 1, 3)
    assert.throws(() => readAll(Buffer.concat([Buffer.of(1), bytes]), readAny), {
      name: 'MalformedError',
      message: 'record too large'
    })
    assert.throws(() => read(writeLogUpdate(CLIENT, 0, [{ ...largest, bytes }])), MalformedError)
  })

  it('are of a known type and form', () => {
    const named = encodeValue({ type: 'register', digest: elsewhere, register }, undefined)
    assert.equal(readAll(named, readAny).type, 'register')
    for (const [at, wrong] of [
      [0, 0],
      [0, 4],
      [1, 2]
    ] as const) {
      const changed = Uint8Array.from(named)
      changed[at] = wrong
      assert.throws(() => readAll(changed, readAny), MalformedError, `byte ${at} is ${wrong}`)
    }
  })

  const illFormed: readonly (readonly [string, Partial<Register>])[] = [
    ['tags out of order', { tags: ['b', 'a'] }],
    ['a tag twice', { tags: ['a', 'a'] }],
    ['a confidence over 1', { confidence: 1.001 }],
    ['counters out of order', { counters: register.counters.toReversed() }],
    ['a day that is no date', { day: 2 ** 22 + 1 }]
  ]
  for (const [what, more] of illFormed) {
    it(`spoil their whole update with ${what}`, () => {
      const [first = record, , ...rest] = history
      const vote: Value = { type: 'register', digest, register: { ...register, ...more } }
      assert.throws(() => read(writeLogUpdate(CLIENT, 0, [first, vote, ...rest])), MalformedError)
    })
  }

  it('spoil their whole update with a vote that is none', () => {
    const update = writeLogUpdate(CLIENT, 0, [...history])
    assert.deepEqual(read(update), history)
    // The vote, before the two bytes of 875 thousandths, of a register that names no record.
    const vote = Buffer.from(update).indexOf(Buffer.of(2, 1, 2, 0xeb, 0x06)) + 2
    assert.ok(vote > 2)
    update[vote] = 3
    assert.throws(() => read(update), MalformedError)
  })

  it('have one encoding: every byte cut off, added or changed is refused or says something else', () => {
    const update = writeLogUpdate(CLIENT, 0, history)
    assert.ok(decodesToItself(update, 'unchanged'))
    for (let at = 0; at < update.length; at++) {
      assert.throws(() => read(update.subarray(0, at)), MalformedError, `cut at ${at}`)
      // A view into more: what follows it must not be read.
      assert.throws(() => read(update.subarray(at + 1)), MalformedError, `from ${at + 1}`)
    }
    let read_ = 0
    for (let at = 0; at < update.length; at++) {
      for (let flip = 1; flip < 256; flip++) {
        const changed = Uint8Array.from(update)
        changed[at] = (changed[at] ?? 0) ^ flip
        if (decodesToItself(changed, `byte ${at} ^ ${flip}`)) read_ += 1
      }
    }
    // Digests, secrets and letters may be any; else nothing above was compared.
    assert.ok(read_ > 10_000)
  })
})

function readAny(decoder: Parameters<typeof readValue>[0]): Value {
  return readValue(decoder, undefined)
}

describe('a publication', () => {
  const outOfBounds: readonly (readonly [LimitErrorCode, string, Partial<Publication>])[] = [
    ['RECORD_TOO_LARGE', 'a long content', of({ content: 'x'.repeat(MAX_RECORD_BYTES) })],
    ['RECORD_TOO_LARGE', 'a long value', of({ attribute: 'a', value: 'é'.repeat(20_000) })],
    ['NAME_INVALID', 'a long entity', of({ entity: 'e'.repeat(MAX_NAME_BYTES + 1) })],
    ['NAME_INVALID', 'a long attribute', of({ attribute: 'é'.repeat(MAX_NAME_BYTES / 2 + 1) })],
    ['TEXT_INVALID', 'half a surrogate pair', of({ attribute: 'a', value: '\udc00' })],
    ['TAGS_INVALID', 'a long tag', { tags: ['é'.repeat(33)] }],
    ['TAGS_INVALID', 'half a surrogate pair in a tag', { tags: ['\ud800'] }],
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
    const number = fc.oneof(fc.double(), fc.double({ min: 0, max: 1 }), fc.integer())
    const anything = fc.record<Publication>({
      record: fc.record({
        kind: fc.constantFrom('fact', 'insight', 'skill', 'goal'),
        entity: text,
        content: fc.oneof(text, fc.constant('\ud800'), fc.constant('x'.repeat(MAX_RECORD_BYTES))),
        attribute: fc.option(text, { nil: undefined }),
        value: fc.option(text, { nil: undefined })
      }),
      confidence: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), number),
      day: fc.oneof(fc.nat(30_000), number),
      vote: fc.constantFrom('none', 'vouch', 'dispute', undefined),
      validFrom: fc.option(fc.oneof(fc.maxSafeInteger(), number), { nil: undefined, freq: 2 }),
      validTo: fc.option(fc.oneof(fc.maxSafeInteger(), number), { nil: undefined, freq: 2 }),
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
        const [body, vote] = read(writeLogUpdate(CLIENT, 0, values))
        assert.deepEqual(body, values[0])
        assert.ok(vote?.type === 'register' && values[1]?.type === 'register')
        const { confidence, ...rest } = vote.register
        assert.ok(Math.abs(confidence - item.confidence) <= 0.0005)
        // `-0` is written as 0.
        const { day, validFrom, validTo } = item
        const zero = { day: day || 0, validFrom: plain(validFrom), validTo: plain(validTo) }
        const { confidence: _, ...expected } = values[1].register
        assert.deepEqual(rest, { ...expected, ...zero })
        said += 1
      }),
      { numRuns: 2000 }
    )
    assert.ok(said > 100 && refused > 100, `${said} said, ${refused} refused`)
  })
})

function of(more: Partial<Publication['record']>): Partial<Publication> {
  return { record: { kind: 'fact', entity: 'e', content: 'c', ...more } }
}

function plain(time: number | undefined): number | undefined {
  return time === 0 ? 0 : time
}
