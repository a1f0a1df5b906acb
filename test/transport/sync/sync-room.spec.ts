import assert from 'node:assert/strict'
import { MAX_OPEN_SYNCS } from '../../../transport/constants.ts'
import { SyncRoom } from '../../../transport/sync/sync-room.ts'
import type { SyncPlace } from '../../../transport/sync/sync-room.ts'

describe('a room for syncs', () => {
  const { signal } = new AbortController()

  /** A run that waits for its peer until it is ended. */
  const waits = ({ waitFor, signal: ended }: SyncPlace): Promise<never> =>
    waitFor(
      () =>
        new Promise((_, reject) => {
          ended.addEventListener('abort', () => reject(ended.reason), { once: true })
        })
    )

  async function turns(count: number): Promise<string> {
    for (let i = 0; i < count; i++) await Promise.resolve()
    return 'nobody'
  }

  it('lets in who works while any number waits for its peer', async () => {
    const room = new SyncRoom(1)
    for (let i = 0; i < MAX_OPEN_SYNCS - 1; i++) void room.run(waits, signal)
    assert.equal(await room.run(() => Promise.resolve('works'), signal), 'works')
  })

  it('lets few work at a time, in the order in which they came', async () => {
    const room = new SyncRoom(2)
    let working = 0
    let most = 0
    const order: number[] = []
    const runs = Array.from({ length: 20 }, (_, i) =>
      room.run(async ({ waitFor }) => {
        for (let step = 0; step < 3; step++) {
          working += 1
          most = Math.max(most, working)
          await Promise.resolve()
          working -= 1
          await waitFor(() => Promise.resolve())
        }
        order.push(i)
      }, signal)
    )
    await Promise.all(runs)
    assert.equal(most, 2)
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b)
    )
  })

  it('ends the one that has waited the longest where too many are open', async () => {
    const room = new SyncRoom(3)
    const runs = Array.from({ length: MAX_OPEN_SYNCS }, () => room.run(waits, signal))
    await turns(20)
    assert.equal(room.open, MAX_OPEN_SYNCS)
    const newer = room.run(waits, signal)
    newer.catch(() => undefined)
    await assert.rejects(runs[0] ?? assert.fail(), /left to a newer/)
    const second = runs[1]?.then(() => 'ended')
    assert.equal(await Promise.race([second, Promise.resolve('waits')]), 'waits')
  })

  it('leaves no place taken by a run that fails or is given up', async () => {
    const room = new SyncRoom(1)
    await assert.rejects(
      room.run(() => Promise.reject(new Error('fails')), signal),
      /fails/
    )
    const { promise, resolve } = Promise.withResolvers<string>()
    const working = room.run(() => promise, signal)
    const given = new AbortController()
    const waiting = room.run(() => Promise.resolve(), given.signal)
    given.abort(new Error('given up'))
    await assert.rejects(waiting, /given up/)
    const next = room.run(() => Promise.resolve('next'), signal)
    assert.equal(await Promise.race([next, turns(20)]), 'nobody')
    resolve('works')
    assert.deepEqual(await Promise.all([working, next]), ['works', 'next'])
    assert.equal(room.open, 0)
  })

  it('begins nothing once its node stops', async () => {
    const room = new SyncRoom(1)
    const stopped = AbortSignal.abort(new Error('stopped'))
    await assert.rejects(
      room.run(() => Promise.resolve('begun'), stopped),
      /stopped/
    )
    assert.equal(room.open, 0)
  })
})
