import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { zstdDecompressSync } from 'node:zlib'
import { MalformedError } from '../../../crdt/index.ts'
import { MAX_UNPACKED_BYTES } from '../../../crdt/constants.ts'
import { pack, packHashes, unpack } from '../../../crdt/feeds/payload.ts'

describe('payloads', () => {
  it('unpack to what was packed', () => {
    const update = Buffer.from('an update '.repeat(1_000))
    assert.deepEqual(Buffer.from(unpack(pack(update))), update)
    assert.ok(pack(update).length < update.length / 10)
  })

  it('are one frame at each length, also where node:zlib would fill a chunk', () => {
    const lengths = [0, 1, 32_768, 65_536, MAX_UNPACKED_BYTES]
    // 16,374 random bytes become a frame of 16,384.
    for (let length = 16_300; length < 16_400; length++) lengths.push(length)
    for (const length of lengths) {
      const update = randomBytes(length)
      assert.ok(update.equals(unpack(pack(update))), `${length} bytes`)
    }
  })

  it('are one frame: bytes or a second frame behind it are refused', () => {
    const frame = pack(Buffer.from('an update'))
    for (const more of [Buffer.of(0), frame]) {
      assert.throws(() => unpack(Buffer.concat([frame, more])), MalformedError)
    }
  })

  it('are refused when they are cut short, or unpack to too much', () => {
    const frame = pack(Buffer.from('an update'))
    assert.throws(() => unpack(frame.subarray(0, -1)), MalformedError)
    assert.throws(() => unpack(pack(new Uint8Array(MAX_UNPACKED_BYTES + 1))), MalformedError)
  })

  it('of hashes are stored, as Zstandard itself does', () => {
    for (let length = 0; length < 300; length++) {
      const hashes = randomBytes(length)
      const frame = packHashes(hashes)
      assert.ok(hashes.equals(zstdDecompressSync(frame)), `${length} bytes`)
      assert.ok(hashes.equals(unpack(frame)), `${length} bytes`)
      assert.ok(frame.length <= pack(hashes).length, `${length} bytes`)
    }
    assert.throws(() => unpack(packHashes(randomBytes(16)), 15), MalformedError)
  })

  it('that are stored are read as Zstandard reads them, whatever was changed in them', () => {
    let read = 0
    for (let byte = 0; byte < 12; byte++) {
      for (let value = 0; value < 256; value++) {
        const frame = Buffer.from(packHashes(Buffer.from('12345678')))
        frame.writeUInt8(value, byte)
        const content = attempt(unpack, frame)
        // Zstandard reads also what has bytes behind it.
        if (content === undefined) continue
        assert.equal(content, attempt(zstdDecompressSync, frame), frame.toString('hex'))
        read += 1
      }
    }
    assert.ok(read > 3 * 256)
  })
})

/** What reads the frame, in hex; undefined if it is refused. */
function attempt(read: (frame: Uint8Array) => Uint8Array, frame: Uint8Array): string | undefined {
  try {
    return Buffer.from(read(frame)).toString('hex')
  } catch {
    return undefined
  }
}
