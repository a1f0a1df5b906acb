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

/** A stream whose frames and whose end a test chooses. */
class ToldStream {
  readonly #frames: (Uint8Array | undefined)[] = []
  #wake: (() => void) | undefined

  tell(frame: Uint8Array | undefined): void {
    this.#frames.push(frame)
    this.#wake?.()
  }

  readonly read: Parameters<StemBatches['read']>[0]['read'] = async (options) => {
    const signal = options?.signal
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    signal?.addEventListener('abort', () => resolve(), { once: true })
    if (this.#frames.length === 0) await promise
    signal?.throwIfAborted()
    return this.#frames.shift()
  }
}

let now = 1_000_000

function batchesOf(): StemBatches {
  const clock = { now: () => now }
  return new StemBatches({ minFrameBytes: MIN_STEM_FRAME_BYTES, maxBatchBytes: BATCH, clock })
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('batches on stems', () => {
  const { signal } = new AbortController()

  it('are read beside streams that are held open, of which those that waited the most end', async () => {
    const batches = batchesOf()
    const ended = new Set<number>()
    for (let i = 0; i < 40; i++) {
      batches.read(streamOf(15, true), signal, { peer: 'mallory' }).catch(() => ended.add(i))
      await settled()
      now += 100
    }
    const batch = await batches.read(streamOf(15, false), signal, { peer: 'bob' })
    assert.equal(batch.length, 15)
    await settled()
    const kept = Math.floor(MAX_STEM_READING_BYTES / (15 * FRAME))
    assert.ok(40 - ended.size <= kept, `${40 - ended.size} streams are held`)
    assert.ok(ended.size < 40 && ended.has(0) && !ended.has(39))
  })

  it('come slowly from one peer while others open many streams, again and again', async () => {
    const batches = batchesOf()
    const honest = new ToldStream()
    const read = batches.read(honest, signal, { peer: 'bob' })
    let ended = 0
    for (let i = 0; i < 15; i++) {
      honest.tell(new Uint8Array(FRAME))
      for (let j = 0; j < 28; j++) {
        batches
          .read(streamOf(15, true), signal, { peer: `mallory ${j % 7}` })
          .catch(() => (ended += 1))
      }
      await settled()
      now += 2_000
    }
    honest.tell(undefined)
    assert.equal((await read).length, 15)
    assert.ok(ended > 400, `${ended} streams ended`)
  })

  it('are read beside streams that any number of keys of one network hold open', async () => {
    const batches = batchesOf()
    const ended = new Set<number>()
    const size = Math.ceil(MAX_STEM_READING_BYTES / 900)
    for (let i = 0; i < 900; i++) {
      const sender = { peer: `mallory ${i}`, group: '203.0.113' }
      batches.read(streamOf(1, true, size), signal, sender).catch(() => ended.add(i))
    }
    await settled()
    now += 5_000
    for (const group of ['198.51.100', undefined]) {
      const batch = await batches.read(streamOf(15, false), signal, { peer: 'bob', group })
      assert.equal(batch.length, 15)
    }
    assert.ok(ended.size > 0)
  })

  it('end of the peer whose bytes have waited the most, where none has more than its share', async () => {
    const batches = batchesOf()
    const ended: string[] = []
    for (let i = 0; i < 9; i++) {
      batches
        .read(streamOf(15, true), signal, { peer: `peer ${i}` })
        .catch(() => ended.push(`peer ${i}`))
      await settled()
      now += 1_000
    }
    assert.deepEqual(ended, ['peer 0'])
  })

  it('have no frame that is shorter than the smallest entry', async () => {
    const position = { format: 1, seq: 1, prev: NO_ENTRY, doc: '', heads: [], base: 1 }
    const smallest = writeEntry(createEntry('swarm', createAuthor(), position, new Uint8Array()))
    const read = (bytes: number): Promise<Uint8Array[]> =>
      batchesOf().read(streamOf(1_000, false, bytes), signal, { peer: 'bob' })
    assert.equal((await read(smallest.length)).length, 1_000)
    await assert.rejects(read(smallest.length - 1), ProtocolError)
    await assert.rejects(read(0), ProtocolError)
  })

  it('of a peer that cuts its streams are refused for a minute', () => {
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
