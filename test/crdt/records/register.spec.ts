import assert from 'node:assert/strict'
import fc from 'fast-check'
import * as encoding from 'lib0/encoding'
import { MalformedError } from '../../../crdt/index.ts'
import { readAll } from '../../../crdt/bytes/index.ts'
import { readRegister, writeRegister } from '../../../crdt/records/register.ts'
import { encodeValue, readValue } from '../../../crdt/records/value.ts'
import { recordValue, registers } from '../../fixtures/values.ts'
import type { Register } from '../../../crdt/index.ts'
import type { Value } from '../../../crdt/records/value.ts'

const blank: Register = {
  vote: 'vouch',
  confidence: 0.5,
  day: 1,
  validFrom: undefined,
  validTo: undefined,
  commitment: new Uint8Array(16).fill(7),
  tags: [],
  counters: []
}

const written = (register: Register): Uint8Array =>
  encoding.encode((encoder) => writeRegister(encoder, register))

const read = (bytes: Uint8Array): Register => readAll(bytes, readRegister)

/** A register in raw numbers: vote, confidence, day and the two times before the commitment. */
function raw(numbers: readonly number[]): Uint8Array {
  return encoding.encode((encoder) => {
    for (const number of numbers) encoding.writeVarUint(encoder, number)
    encoding.writeUint8Array(encoder, blank.commitment)
    encoding.writeUint8Array(encoder, Uint8Array.of(0, 0))
  })
}

describe('registers', () => {
  it('read back as they were written', () => {
    fc.assert(
      fc.property(registers, (register) => assert.deepEqual(read(written(register)), register))
    )
  })

  it('keep times before 1970 and at their bounds', () => {
    for (const time of [0, -1, 1, 2 ** 52 - 2, -(2 ** 52 - 2)]) {
      const register = { ...blank, validFrom: time, validTo: -time || 0 }
      assert.deepEqual(read(written(register)), register)
    }
  })

  it('are refused with a number out of range', () => {
    assert.deepEqual(read(raw([1, 500, 1, 0, 0])), blank)
    for (const numbers of [
      [4, 500, 1, 0, 0],
      [1, 1001, 1, 0, 0],
      [1, 500, 2 ** 22 + 1, 0, 0],
      [1, 500, 1, Number.MAX_SAFE_INTEGER, 0]
    ]) {
      assert.throws(() => read(raw(numbers)), MalformedError, numbers.join(' '))
    }
  })

  it('are refused with tags or counters that are out of order, doubled or too many', () => {
    assert.deepEqual(read(written({ ...blank, tags: ['a', 'b'] })).tags, ['a', 'b'])
    const wrong: Partial<Register>[] = [
      { tags: ['b', 'a'] },
      { tags: ['a', 'a'] },
      { tags: Array.from({ length: 17 }, (_, i) => String.fromCharCode(97 + i)) },
      { tags: ['x'.repeat(65)] },
      {
        counters: [
          ['b', 1],
          ['a', 1]
        ]
      },
      {
        counters: [
          ['a', 1],
          ['a', 2]
        ]
      },
      { counters: Array.from({ length: 9 }, (_, i) => [String(i), 1] as const) },
      { counters: [['x'.repeat(33), 1]] }
    ]
    for (const more of wrong) {
      assert.throws(
        () => read(written({ ...blank, ...more })),
        MalformedError,
        JSON.stringify(more)
      )
    }
  })
})

describe('values', () => {
  const record = recordValue({ kind: 'fact', entity: 'e', content: 'c' })
  const digest = record.type === 'record' ? record.digest : new Uint8Array()
  const vote: Value = { type: 'register', digest, register: blank }
  const retraction: Value = { type: 'retraction', digest, secret: new Uint8Array(16).fill(9) }
  const readAfter = (bytes: Uint8Array, before?: Value): Value =>
    readAll(bytes, (decoder) => readValue(decoder, before))

  it('name a record only where it is not the one right before', () => {
    const short = encodeValue(vote, record)
    const long = encodeValue(vote, undefined)
    assert.equal(long.length - short.length, 32)
    assert.deepEqual(readAfter(short, record), vote)
    assert.deepEqual(readAfter(long, retraction), vote)
    assert.throws(() => readAfter(long, record), MalformedError)
    assert.throws(() => readAfter(short), MalformedError)
    assert.throws(() => readAfter(short, retraction), MalformedError)
  })

  it('have one encoding: a changed or missing byte is refused or reads as another value', () => {
    for (const value of [record, vote, retraction]) {
      const bytes = encodeValue(value, undefined)
      for (let at = 0; at < bytes.length; at++) {
        assert.throws(() => readAfter(bytes.subarray(0, at)), MalformedError)
        for (let flip = 1; flip < 256; flip++) {
          const changed = Uint8Array.from(bytes)
          changed[at] = (changed[at] ?? 0) ^ flip
          try {
            assert.deepEqual(encodeValue(readAfter(changed), undefined), changed)
          } catch (error) {
            assert.ok(error instanceof MalformedError, `byte ${at} ^ ${flip}: ${String(error)}`)
          }
        }
      }
    }
  })
})
