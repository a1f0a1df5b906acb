import assert from 'node:assert/strict'
import { MAX_CUT_STEMS, MAX_STEM_READING_BYTES } from '../../../transport/constants.ts'
import { CutStems } from '../../../transport/stem/cut-stems.ts'
import { StemBatches } from '../../../transport/stem/stem-batches.ts'

const FRAME = 64 * 1024
const BATCH = 1024 * 1024

/** A stream of as many frames, which then ends, or is held open. */
function streamOf(count: number, isHeld: boolean): Parameters<StemBatches['read']>[0] {
  let left = count
  return {
    async read({ signal } = {}) {
      left -= 1
      if (left >= 0) return new Uint8Array(FRAME)
      if (!isHeld) return undefined
      return new Promise((_, reject) => {
        signal?.throwIfAborted()
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
    }
  }
}

describe('batches on stems', () => {
  const { signal } = new AbortController()

  it('are read beside streams that are held open, of which those that began first end', async () => {
    const batches = new StemBatches(BATCH)
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
