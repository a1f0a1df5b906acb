import assert from 'node:assert/strict'
import { createAuthor, writeEntry } from '../../../crdt/index.ts'
import { createEntry, NO_ENTRY } from '../../../crdt/feeds/entry.ts'
import {
  MAX_CUT_STEMS,
  MAX_STEM_READING_BYTES,
  MIN_STEM_FRAME_BYTES
} from '../../../transport/constants.ts'
import { ProtocolError } from '../../../transport/errors.ts'
import { CutStems } from '../../../transport/stem/cut-stems.ts'
import { StemBatches } from '../../../transport/stem/stem-batches.ts'

const FRAME = 64 * 1024
const BATCH = 1024 * 1024

/** A stream of as many frames, which then ends, or is held open. */
function streamOf(
  count: number,
  isHeld: boolean,
  bytes = FRAME
): Parameters<StemBatches['read']>[0] {
  let left = count
  return {
    async read({ signal } = {}) {
      left -= 1
      if (left >= 0) return new Uint8Array(bytes)
      if (!isHeld) return undefined
      return new Promise((_, reject) => {
        signal?.throwIfAborted()
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
    }
  }
}

function batchesOf(): StemBatches {
  return new StemBatches({ minFrameBytes: MIN_STEM_FRAME_BYTES, maxBatchBytes: BATCH })
}

describe('batches on stems', () => {
  const { signal } = new AbortController()

  it('are read beside streams that are held open, of which those that began first end', async () => {
    const batches = batchesOf()
    const held = Array.from({ length: 40 }, () => batches.read(streamOf(15, true), signal))
    const ended = new Set<number>()
    for (const [i, stream] of held.entries()) stream.catch(() => ended.add(i))
    const batch = await batches.read(streamOf(15, false), signal)
    assert.equal(batch.length, 15)
    for (let i = 0; i < 100; i++) await Promise.resolve()
    const kept = Math.floor(MAX_STEM_READING_BYTES / (15 * FRAME))
    assert.ok(40 - ended.size <= kept, `${40 - ended.size} streams are held`)
    assert.ok(ended.size < 40 && ended.has(0) && !ended.has(39))
  })

  it('have no frame that is shorter than the smallest entry', async () => {
    const position = { format: 1, seq: 1, prev: NO_ENTRY, doc: '', heads: [], base: 1 }
    const smallest = writeEntry(createEntry('swarm', createAuthor(), position, new Uint8Array()))
    const read = (bytes: number): Promise<Uint8Array[]> =>
      batchesOf().read(streamOf(1_000, false, bytes), signal)
    assert.equal((await read(smallest.length)).length, 1_000)
    await assert.rejects(read(smallest.length - 1), ProtocolError)
    await assert.rejects(read(0), ProtocolError)
  })

  it('of a peer that cuts its streams are refused for a minute', () => {
    let now = 1_000_000
    const cuts = new CutStems({ now: () => now })
    for (let i = 0; i < MAX_CUT_STEMS; i++) {
      assert.equal(cuts.isRefused('mallory'), false)
      cuts.add('mallory')
    }
    assert.equal(cuts.isRefused('mallory'), true)
    assert.equal(cuts.isRefused('bob'), false)
    now += 60_000
    assert.equal(cuts.isRefused('mallory'), false)
  })
})
