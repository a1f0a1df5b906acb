import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MalformedError, readLogUpdate } from '../../../crdt/index.ts'
import { readAll } from '../../../crdt/bytes/index.ts'
import { MAX_RECORD_BYTES } from '../../../crdt/constants.ts'
import { writeLogUpdate } from '../../../crdt/records/knowledge-log.ts'
import { encodeValue, readValue } from '../../../crdt/records/value.ts'
import { histories, recordValue } from '../../fixtures/values.ts'
import type { Register } from '../../../crdt/index.ts'
import type { Value } from '../../../crdt/records/value.ts'

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

const readAny = (bytes: Uint8Array): Value =>
  readAll(bytes, (decoder) => readValue(decoder, undefined))

const read = (update: Uint8Array): Value[] => readLogUpdate(update, CLIENT, 0).values

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
    assert.throws(() => readAny(Buffer.concat([Buffer.of(1), bytes])), {
      name: 'MalformedError',
      message: 'record too large'
    })
    assert.throws(() => read(writeLogUpdate(CLIENT, 0, [{ ...largest, bytes }])), MalformedError)
  })

  it('are of a known type and form', () => {
    const named = encodeValue({ type: 'register', digest: elsewhere, register }, undefined)
    assert.equal(readAny(named).type, 'register')
    assert.throws(() => readAny(Uint8Array.of(0)), MalformedError)
    // The type, and whether the digest follows.
    for (const start of [[0], [4], [3, 1], [2, 2]]) {
      const changed = Uint8Array.from(named)
      changed.set(start)
      assert.throws(() => readAny(changed), MalformedError, `begins with ${start.join()}`)
    }
  })

  const illFormed: readonly (readonly [string, Partial<Register>])[] = [
    ['tags out of order', { tags: ['b', 'a'] }],
    ['a tag twice', { tags: ['a', 'a'] }],
    ['a confidence over 1', { confidence: 1.001 }],
    ['counters out of order', { counters: register.counters.toReversed() }]
  ]
  for (const [what, more] of illFormed) {
    it(`spoil their whole update with ${what}`, () => {
      const [first = record, , ...rest] = history
      const vote: Value = { type: 'register', digest, register: { ...register, ...more } }
      assert.throws(() => read(writeLogUpdate(CLIENT, 0, [first, vote, ...rest])), MalformedError)
    })
  }

  it('spoil their whole update with a vote that is none', () => {
    const update = writeLogUpdate(CLIENT, 0, history)
    assert.deepEqual(read(update), history)
    // The vote, before the two bytes of 875 thousandths, of a register that names no record.
    const vote = Buffer.from(update).indexOf(Buffer.of(2, 1, 2, 0xeb, 0x06)) + 2
    assert.ok(vote > 2)
    update[vote] = 4
    assert.throws(() => read(update), MalformedError)
  })

  it('have one encoding: a changed or missing byte is refused or reads as another value', () => {
    const update = writeLogUpdate(CLIENT, 0, history)
    let decoded = 0
    for (let at = 0; at < update.length; at++) {
      assert.throws(() => read(update.subarray(0, at)), MalformedError, `cut at ${at}`)
      assert.throws(() => read(update.subarray(at + 1)), MalformedError, `from ${at + 1}`)
      for (let flip = 1; flip < 256; flip++) {
        const changed = Uint8Array.from(update)
        changed[at] = (changed[at] ?? 0) ^ flip
        if (decodesToItself(changed, `byte ${at} ^ ${flip}`)) decoded += 1
      }
    }
    // Digests, secrets and letters may be any; else nothing above was compared.
    assert.ok(decoded > 10_000)
  })
})
