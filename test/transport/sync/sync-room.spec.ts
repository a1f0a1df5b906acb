import assert from 'node:assert/strict'
import { MAX_OPEN_SYNCS } from '../../../transport/constants.ts'
import { PeerWait } from '../../../transport/sync/peer-waits.ts'
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
    for (let i = 0; i < MAX_OPEN_SYNCS - 1; i++) void room.run(waits, new PeerWait(), signal)
    assert.equal(await room.run(() => Promise.resolve('works'), new PeerWait(), signal), 'works')
  })

  it('lets few work at a time, in the order in which they came', async () => {
    const room = new SyncRoom(2)
    let working = 0
    let most = 0
    const order: number[] = []
    const runs = Array.from({ length: 20 }, (_, i) =>
      room.run(
        async ({ waitFor }) => {
          for (let step = 0; step < 3; step++) {
            working += 1
            most = Math.max(most, working)
            await Promise.resolve()
            working -= 1
            await waitFor(() => Promise.resolve())
          }
          order.push(i)
        },
        new PeerWait(),
        signal
      )
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
    const runs = Array.from({ length: MAX_OPEN_SYNCS }, () =>
      room.run(waits, new PeerWait(), signal)
    )
    await turns(20)
    assert.equal(room.open, MAX_OPEN_SYNCS)
    const newer = room.run(waits, new PeerWait(), signal)
    newer.catch(() => undefined)
    await assert.rejects(runs[0] ?? assert.fail(), /left to a newer/)
    const second = runs[1]?.then(() => 'ended')
    assert.equal(await Promise.race([second, Promise.resolve('waits')]), 'waits')
  })

  /** A peer that answers when told, and may bring something by an answer. */
  function peerOf(
    room: SyncRoom,
    now: () => number
  ): {
    readonly wait: PeerWait
    run(): Promise<void>
    answer(isOfUse: boolean): Promise<void>
  } {
    const wait = new PeerWait(now)
    let next = Promise.withResolvers<boolean>()
    const task = async ({ waitFor, isOfUse, signal: ended }: SyncPlace): Promise<never> => {
      for (;;) {
        const stopped = new Promise<never>((_, reject) => {
          ended.addEventListener('abort', () => reject(ended.reason), { once: true })
        })
        if (await waitFor(() => Promise.race([next.promise, stopped]))) isOfUse()
      }
    }
    return {
      wait,
      run: () => room.run(task, wait, signal),
      async answer(isOfUse) {
        next.resolve(isOfUse)
        next = Promise.withResolvers()
        await turns(20)
      }
    }
  }

  it('leaves a slow peer that brings entries its place among fast ones that bring nothing', async () => {
    let now = 0
    const room = new SyncRoom(3, () => now)
    const fast = Array.from({ length: MAX_OPEN_SYNCS + 20 }, () => peerOf(room, () => now))
    const running = new Set<(typeof fast)[number]>()
    const begin = async (): Promise<void> => {
      for (const peer of fast.filter((each) => !running.has(each))) {
        running.add(peer)
        peer.run().catch(() => running.delete(peer))
        await turns(20)
      }
    }
    const pass = async (milliseconds: number): Promise<void> => {
      await begin()
      now += milliseconds
      for (const peer of running) await peer.answer(false)
    }
    for (let i = 0; i < 20; i++) await pass(500)
    const honest = peerOf(room, () => now)
    let end = 'goes on'
    honest.run().catch((error: unknown) => (end = String(error)))
    for (let i = 0; i < 80; i++) {
      await pass(500)
      // It takes 2 s for each answer. The first two bring nothing: they lead to what it has.
      if (i % 4 === 3) await honest.answer(i > 8)
      assert.equal(end, 'goes on', `ended after ${i / 2} s`)
      assert.equal(room.open, MAX_OPEN_SYNCS)
    }
  })

  it('begins no run of a peer that has cost more than all the others', async () => {
    let now = 0
    const room = new SyncRoom(3, () => now)
    const useless = peerOf(room, () => now)
    const ended = useless.run()
    ended.catch(() => undefined)
    await turns(5)
    now += 5_000
    for (let i = 0; i < MAX_OPEN_SYNCS; i++) void room.run(waits, new PeerWait(() => now), signal)
    await assert.rejects(ended, /left to a newer/)
    now += 4_000
    await assert.rejects(useless.run(), /bring more/)
    // Since then the others have cost more.
    now += 1_000
    void useless.run()
    await turns(20)
    assert.equal(room.open, MAX_OPEN_SYNCS)
  })

  it('leaves no place taken by a run that fails or is given up', async () => {
    const room = new SyncRoom(1)
    await assert.rejects(
      room.run(() => Promise.reject(new Error('fails')), new PeerWait(), signal),
      /fails/
    )
    const { promise, resolve } = Promise.withResolvers<string>()
    const working = room.run(() => promise, new PeerWait(), signal)
    const given = new AbortController()
    const waiting = room.run(() => Promise.resolve(), new PeerWait(), given.signal)
    given.abort(new Error('given up'))
    await assert.rejects(waiting, /given up/)
    const next = room.run(() => Promise.resolve('next'), new PeerWait(), signal)
    assert.equal(await Promise.race([next, turns(20)]), 'nobody')
    resolve('works')
    assert.deepEqual(await Promise.all([working, next]), ['works', 'next'])
    assert.equal(room.open, 0)
  })

  it('begins nothing once its node stops', async () => {
    const room = new SyncRoom(1)
    const stopped = AbortSignal.abort(new Error('stopped'))
    await assert.rejects(
      room.run(() => Promise.resolve('begun'), new PeerWait(), stopped),
      /stopped/
    )
    assert.equal(room.open, 0)
  })
})
