import assert from 'node:assert/strict'
import { once } from 'node:events'
import { streamPair } from '@libp2p/utils'
import { FrameStream } from '../../../transport/streams/frame-stream.ts'
import { framed } from '../../fixtures/forgery.ts'

describe('a stream of frames', () => {
  it('wakes who reads once a frame, however small the chunks are that it comes in', async () => {
    const [sending, receiving] = await streamPair()
    const frames = new FrameStream(receiving, 70_000)
    const { signal } = new AbortController()
    let waits = 0
    const listen = signal.addEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof listen>) => {
      waits += 1
      listen(...args)
    }
    const [small, large] = [new Uint8Array([1]), new Uint8Array(2_000).fill(7)]
    const bytes = Buffer.concat([framed(large), framed(new Uint8Array()), framed(small)])
    const read = (async () => {
      const all: (Uint8Array | undefined)[] = []
      for (let i = 0; i < 4; i++) all.push(await frames.read({ signal }))
      return all
    })()
    for (const byte of bytes) {
      if (!sending.send(Uint8Array.of(byte))) await once(sending, 'drain')
    }
    await sending.close()
    assert.deepEqual(await read, [large, new Uint8Array(), small, undefined])
    // The length of the first has two bytes.
    assert.ok(waits <= 8, `${waits} waits for ${bytes.length} chunks`)
  })
})
