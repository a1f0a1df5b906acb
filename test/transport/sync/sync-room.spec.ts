import assert from 'node:assert/strict'
import { MAX_NEW_SYNCS, MAX_OPEN_SYNCS, NEW_PEER_PATIENCE } from '../../../transport/constants.ts'
import { PeerWait } from '../../../transport/sync/peer-waits.ts'
import { SyncRoom } from '../../../transport/sync/sync-room.ts'
import type { RoomPeer, SyncPlace } from '../../../transport/sync/sync-room.ts'

describe('a room for syncs', () => {
  const { signal } = new AbortController()

  /** A peer that is not new. */
  function known(wait = new PeerWait()): RoomPeer {
    return { wait, isNew: () => false, group: undefined }
  }

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
    for (let i = 0; i < MAX_OPEN_SYNCS - 1; i++) void room.run(waits, known(), signal)
    assert.equal(await room.run(() => Promise.resolve('works'), known(), signal), 'works')
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
        known(),
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
    const runs = Array.from({ length: MAX_OPEN_SYNCS }, () => room.run(waits, known(), signal))
    await turns(20)
    assert.equal(room.open, MAX_OPEN_SYNCS)
    const newer = room.run(waits, known(), signal)
    newer.catch(() => undefined)
    await assert.rejects(runs[0] ?? assert.fail(), /left to a newer/)
    const second = runs[1]?.then(() => 'ended')
    assert.equal(await Promise.race([second, Promise.resolve('waits')]), 'waits')
  })

  /** A peer that answers when told, and may bring something by an answer. */
  function peerOf(
    room: SyncRoom,
    now: () => number,
    of?: RoomPeer
  ): {
    readonly wait: PeerWait
    run(): Promise<void>
    answer(isOfUse: boolean): Promise<void>
  } {
    const wait = of?.wait ?? new PeerWait(now)
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
      run: () => room.run(task, of ?? known(wait), signal),
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
    for (let i = 0; i < MAX_OPEN_SYNCS; i++)
      void room.run(waits, known(new PeerWait(() => now)), signal)
    await assert.rejects(ended, /left to a newer/)
    now += 4_000
    await assert.rejects(useless.run(), /bring more/)
    // Since then the others have cost more.
    now += 1_000
    void useless.run()
    await turns(20)
    assert.equal(room.open, MAX_OPEN_SYNCS)
  })

  /** A peer under a new key, until it has brought something. */
  function newPeer(now: () => number, group: string): RoomPeer & { hasBrought: boolean } {
    const peer = {
      wait: new PeerWait(now),
      group,
      hasBrought: false,
      isNew: () => !peer.hasBrought
    }
    return peer
  }

  it('serves slow peers and a new one while many new keys of one network come each second', async () => {
    let now = 0
    const clock = (): number => now
    const room = new SyncRoom(3, clock)
    const ended = new Set<string>()
    const begin = (name: string, peer: { run(): Promise<void> }): void =>
      void peer.run().catch((error: unknown) => ended.add(`${name}: ${String(error)}`))
    const slow = Array.from({ length: 20 }, () => peerOf(room, clock))
    for (const [i, peer] of slow.entries()) begin(`slow ${i}`, peer)
    let attackers = 0
    const attack = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const liar = peerOf(room, clock, newPeer(clock, '198.51.100'))
        void liar.run().catch(() => (attackers += 1))
        await turns(5)
      }
    }
    await attack(100)
    const joiner = newPeer(clock, '192.0.2')
    const joining = peerOf(room, clock, joiner)
    begin('joiner', joining)
    for (let i = 1; i <= 200; i++) {
      await attack(10)
      now += 100
      // Each of them takes 2 s for an answer, and the third one of the new peer brings something.
      if (i % 20 !== 0) continue
      for (const peer of slow) await peer.answer(true)
      joiner.hasBrought ||= i === 60
      await joining.answer(joiner.hasBrought)
    }
    assert.deepEqual([...ended], [])
    assert.ok(attackers > 1_000, `${attackers} ended`)
    assert.equal(room.open, MAX_OPEN_SYNCS)
  })

  it('leaves new keys of many networks a quarter, and each the time for an answer', async () => {
    let now = 0
    const clock = (): number => now
    const room = new SyncRoom(3, clock)
    let ended = 0
    const slow = Array.from({ length: MAX_OPEN_SYNCS }, () => peerOf(room, clock))
    for (const peer of slow) void peer.run().catch(() => (ended += 1))
    await turns(20)
    const lived: number[] = []
    let refused = 0
    for (let i = 0; i < 2_000; i++) {
      const began = now
      const liar = peerOf(room, clock, newPeer(clock, `198.51.${i}`))
      liar.run().catch((error: unknown) => {
        if (/other new peers/.test(String(error))) refused += 1
        else lived.push(now - began)
      })
      await turns(5)
      now += 10
    }
    assert.equal(ended, MAX_NEW_SYNCS)
    assert.ok(lived.length > 100 && refused > 100, `${lived.length} and ${refused}`)
    assert.ok(Math.min(...lived) >= NEW_PEER_PATIENCE, `${Math.min(...lived)} ms`)
    // A known peer ends a run of the new peers above their share, or the run that cost the most.
    void slow[0]?.run()
    await turns(20)
    assert.equal(room.open, MAX_OPEN_SYNCS)
  })

  it('leaves no place taken by a run that fails or is given up', async () => {
    const room = new SyncRoom(1)
    await assert.rejects(
      room.run(() => Promise.reject(new Error('fails')), known(), signal),
      /fails/
    )
    const { promise, resolve } = Promise.withResolvers<string>()
    const working = room.run(() => promise, known(), signal)
    const given = new AbortController()
    const waiting = room.run(() => Promise.resolve(), known(), given.signal)
    given.abort(new Error('given up'))
    await assert.rejects(waiting, /given up/)
    const next = room.run(() => Promise.resolve('next'), known(), signal)
    assert.equal(await Promise.race([next, turns(20)]), 'nobody')
    resolve('works')
    assert.deepEqual(await Promise.all([working, next]), ['works', 'next'])
    assert.equal(room.open, 0)
  })

  it('begins nothing once its node stops', async () => {
    const room = new SyncRoom(1)
    const stopped = AbortSignal.abort(new Error('stopped'))
    await assert.rejects(
      room.run(() => Promise.resolve('begun'), known(), stopped),
      /stopped/
    )
    assert.equal(room.open, 0)
  })
})
