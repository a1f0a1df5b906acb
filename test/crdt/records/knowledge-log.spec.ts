import assert from 'node:assert/strict'
import fc from 'fast-check'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { MalformedError, readLogUpdate } from '../../../crdt/index.ts'
import { MAX_RECORD_BYTES } from '../../../crdt/constants.ts'
import { writeLogUpdate } from '../../../crdt/records/knowledge-log.ts'
import { encodeValue, readValue } from '../../../crdt/records/value.ts'
import { readAll } from '../../../crdt/bytes/encoding.ts'
import { histories, recordValue } from '../../fixtures/values.ts'
import type { Value } from '../../../crdt/records/value.ts'

const CLIENT = 4_242_424_242_424_242

/** Cuts a history into updates of `size` values. */
function updatesOf(values: readonly Value[], size: number): Uint8Array[] {
  const updates: Uint8Array[] = []
  for (let clock = 0; clock < values.length; clock += size) {
    updates.push(writeLogUpdate(CLIENT, clock, values.slice(clock, clock + size)))
  }
  return updates
}

/** An update that real Yjs wrote. */
function byYjs(write: (log: Y.Map<unknown>, doc: Y.Doc) => void, root = 'log'): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = CLIENT
  write(doc.getMap(root), doc)
  return Y.encodeStateAsUpdate(doc)
}

const honest = recordValue({ kind: 'fact', entity: 'e', content: 'c' })
const bytes = encodeValue(honest, undefined)

/** No structs; one client, one range: clock 0, length 1. */
const deletes = encoding.encode((encoder) => {
  for (const number of [0, 1, CLIENT, 1, 0, 1]) encoding.writeVarUint(encoder, number)
})

describe('the knowledge log', () => {
  it('is read the same by its author, who knows what is in it, right or wrong', () => {
    fc.assert(
      fc.property(histories, histories, (values, others) => {
        const update = writeLogUpdate(CLIENT, 0, values)
        const read = readLogUpdate(update, CLIENT, 0)
        assert.deepEqual(readLogUpdate(update, CLIENT, 0, values), read)
        assert.deepEqual(readLogUpdate(update, CLIENT, 0, others), read)
      })
    )
  })

  it('is a Yjs document that says exactly what our reader reads', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 12 }), (values, size) => {
        const doc = new Y.Doc()
        let clock = 0
        for (const update of updatesOf(values, size)) {
          Y.applyUpdate(doc, update)
          const read = readLogUpdate(update, CLIENT, clock).values
          assert.deepEqual(read, values.slice(clock, clock + size))
          clock += read.length
        }
        const log = doc.getMap<Uint8Array>('log')
        assert.equal(log.size, values.length)
        let before: Value | undefined
        for (const [i, value] of values.entries()) {
          // A register may lean on the record before it only within one update.
          if (i % size === 0) before = undefined
          const stored = log.get(i.toString(36))
          assert.ok(stored !== undefined)
          assert.deepEqual(
            readAll(stored, (decoder) => readValue(decoder, before)),
            value
          )
          before = value
        }
      }),
      { numRuns: 300 }
    )
  })

  it('comes back from Yjs in the same bytes', () => {
    fc.assert(
      fc.property(histories, (values) => {
        const update = writeLogUpdate(CLIENT, 0, values)
        const doc = new Y.Doc()
        Y.applyUpdate(doc, update)
        assert.deepEqual(Y.encodeStateAsUpdate(doc), update)
      })
    )
  })

  it('goes on at any clock with a key of that clock', () => {
    for (const clock of [35, 36, 1295, 1296, 2 ** 31]) {
      const update = writeLogUpdate(CLIENT, clock, [honest, honest])
      assert.deepEqual(readLogUpdate(update, CLIENT, clock).values, [honest, honest])
    }
  })

  it('reads what real Yjs writes in this shape', () => {
    const update = byYjs((log) => log.set('0', bytes))
    assert.deepEqual(readLogUpdate(update, CLIENT, 0).values, [honest])
  })

  it('has one encoding of every history: what is changed is refused or says something else', () => {
    fc.assert(
      fc.property(histories, fc.nat(), fc.integer({ min: 1, max: 255 }), (values, at, flip) => {
        const update = writeLogUpdate(CLIENT, 0, values)
        assert.throws(
          () => readLogUpdate(update.subarray(0, at % update.length), CLIENT, 0),
          MalformedError
        )
        const changed = Uint8Array.from(update)
        const index = at % update.length
        changed[index] = (changed[index] ?? 0) ^ flip
        try {
          const read = readLogUpdate(changed, CLIENT, 0).values
          assert.deepEqual(writeLogUpdate(CLIENT, 0, read), changed)
        } catch (error) {
          assert.ok(error instanceof MalformedError, String(error))
        }
      }),
      { numRuns: 1000 }
    )
  })

  const refused: readonly (readonly [string, () => Uint8Array])[] = [
    [
      'an overwrite of a key',
      () =>
        byYjs((log) => {
          log.set('0', bytes)
          log.set('0', bytes)
        })
    ],
    [
      'a delete',
      () =>
        byYjs((log) => {
          log.set('0', bytes)
          log.delete('0')
        })
    ],
    [
      'a value with a delete of it, which leaves the value whole',
      () => Y.mergeUpdates([writeLogUpdate(CLIENT, 0, [honest]), deletes])
    ],
    ['a delete set alone', () => deletes],
    ['a key that is not the clock', () => byYjs((log) => log.set('1', bytes))],
    ['a JSON-like value', () => byYjs((log) => log.set('0', { a: 1 }))],
    ['a string', () => byYjs((log) => log.set('0', 'text'))],
    ['a nested type', () => byYjs((log) => log.set('0', new Y.Map()))],
    ['a subdocument', () => byYjs((log) => log.set('0', new Y.Doc()))],
    ['another root', () => byYjs((log) => log.set('0', bytes), 'other')],
    ['text and arrays', () => byYjs((_, doc) => doc.getArray('log').push([bytes]), 'other')],
    ['no structs', () => Uint8Array.from([0, 0])],
    ['bytes that are no value', () => byYjs((log) => log.set('0', Uint8Array.of(9, 9, 9)))],
    ['bytes after a value', () => byYjs((log) => log.set('0', Uint8Array.from([...bytes, 0])))],
    [
      'bytes after the update',
      () => Buffer.concat([writeLogUpdate(CLIENT, 0, [honest]), Buffer.of(0)])
    ],
    ['another clock', () => writeLogUpdate(CLIENT, 1, [honest])],
    ['another client', () => writeLogUpdate(CLIENT - 1, 0, [honest])],
    [
      'an oversized value',
      () => byYjs((log) => log.set('0', new Uint8Array(MAX_RECORD_BYTES + 2)))
    ],
    [
      'a hole (Skip)',
      () => {
        const [first, , third] = [0, 1, 2].map((clock) => writeLogUpdate(CLIENT, clock, [honest]))
        return Y.mergeUpdates([first ?? new Uint8Array(), third ?? new Uint8Array()])
      }
    ],
    [
      'garbage-collected structs',
      () =>
        byYjs((log) => {
          const map = new Y.Map()
          log.set('0', map)
          map.set('x', 1)
          log.delete('0')
        })
    ],
    [
      'two clients',
      () => {
        const other = new Y.Doc()
        other.clientID = CLIENT - 1
        other.getMap('log').set('0', bytes)
        return Y.mergeUpdates([writeLogUpdate(CLIENT, 0, [honest]), Y.encodeStateAsUpdate(other)])
      }
    ],
    // 7 bytes that make Yjs allocate an array of a billion (measured: 125 ms, 180 MB).
    ['a struct count beyond its bytes', () => Uint8Array.from([1, 0x80, 0x94, 0xeb, 0xdc, 0x03, 1])]
  ]

  it('refuses an overwrite that comes in an update of its own', () => {
    const doc = new Y.Doc()
    doc.clientID = CLIENT
    const log = doc.getMap('log')
    log.set('0', bytes)
    let second: Uint8Array | undefined
    doc.on('update', (update: Uint8Array) => (second = update))
    log.set('0', bytes)
    assert.ok(second !== undefined)
    const overwrite = second
    assert.throws(() => readLogUpdate(overwrite, CLIENT, 1), MalformedError)
  })

  for (const [what, update] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(() => readLogUpdate(update(), CLIENT, 0), MalformedError)
    })
  }
})
