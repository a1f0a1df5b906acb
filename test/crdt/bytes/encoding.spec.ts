import assert from 'node:assert/strict'
import fc from 'fast-check'
import * as encoding from 'lib0/encoding'
import { MalformedError } from '../../../crdt/index.ts'
import { readAll, readBlob, readBytes, readText, readUint } from '../../../crdt/bytes/index.ts'

const MAX = Number.MAX_SAFE_INTEGER

describe('strict reading', () => {
  it('reads every number that was written, in its one form', () => {
    fc.assert(
      fc.property(fc.nat(MAX), (number) => {
        const bytes = encoding.encode((encoder) => encoding.writeVarUint(encoder, number))
        assert.equal(
          readAll(bytes, (decoder) => readUint(decoder, MAX)),
          number
        )
        const last = bytes.length - 1
        const longer = Buffer.concat([bytes, Buffer.of(0)])
        longer[last] = (longer[last] ?? 0) | 0x80
        assert.throws(() => readAll(longer, (decoder) => readUint(decoder, MAX)), MalformedError)
      })
    )
  })

  it('refuses numbers over their bound, endless ones and missing ones', () => {
    const read = (bytes: number[], max = MAX): number =>
      readAll(Uint8Array.from(bytes), (decoder) => readUint(decoder, max))
    assert.throws(() => read([5], 4), MalformedError)
    assert.throws(() => read(Array.from({ length: 20 }, () => 0xff)), MalformedError)
    assert.throws(() => read([0x80]), MalformedError)
    // Past 147 bytes of zero bits the reader of lib0 multiplies 0 by Infinity and returns NaN.
    const padding = Array.from({ length: 160 }, () => 0x80)
    assert.throws(() => read([...padding, 1]), MalformedError)
    assert.throws(() => read([]), MalformedError)
  })

  it('never reads beyond the view it was given', () => {
    const whole = Uint8Array.from([3, 1, 2, 0x41, 0x42, 0x43])
    const view = whole.subarray(0, 3)
    assert.throws(() => readAll(view, (decoder) => readBlob(decoder, 100)), MalformedError)
    assert.throws(() => readAll(view, (decoder) => readText(decoder, 100)), MalformedError)
    const rest = readAll(view, (decoder) => {
      assert.throws(() => readBytes(decoder, 4), MalformedError)
      return readBytes(decoder, 3)
    })
    assert.deepEqual(rest, view)
    const cut = Uint8Array.of(0x80, 1).subarray(0, 1)
    assert.throws(() => readAll(cut, (decoder) => readUint(decoder, 1000)), MalformedError)
  })

  it('refuses trailing bytes, too long blobs and text that is not UTF-8', () => {
    assert.throws(
      () => readAll(Uint8Array.of(1, 2), (decoder) => readUint(decoder, 9)),
      MalformedError
    )
    assert.throws(
      () => readAll(Uint8Array.of(2, 1, 1), (decoder) => readBlob(decoder, 1)),
      MalformedError
    )
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]]) {
      const text = Uint8Array.from([bytes.length, ...bytes])
      assert.throws(() => readAll(text, (decoder) => readText(decoder, 9)), MalformedError)
    }
  })

  it('keeps a byte order mark, so that equal text has equal bytes', () => {
    const bytes = encoding.encode((encoder) => encoding.writeVarString(encoder, '\ufeffa'))
    assert.equal(
      readAll(bytes, (decoder) => readText(decoder, 9)),
      '\ufeffa'
    )
  })
})
