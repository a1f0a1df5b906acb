import assert from 'node:assert/strict'
import { once } from 'node:events'
import { openStore } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import {
  elementsOf,
  readFilterResponse,
  readChunk,
  writeFilterResponse,
  writeFilterRequest,
  writeChunk
} from '../../../transport/filters/filter-frames.ts'
import { createHost } from '../../../transport/host/host.ts'
import { FrameStream } from '../../../transport/streams/frame-stream.ts'
import { startNode } from '../../fixtures/nodes.ts'
import { MAX_DELTA_ELEMENTS, MIN_CHUNK_BYTES } from '../../../transport/constants.ts'
import type { FilterVersion } from '../../../crdt/index.ts'
import type { FilterResponse } from '../../../transport/filters/filter-frames.ts'
import type { Host } from '../../../transport/host/host.ts'
import type { Attacker } from '../../fixtures/attacker.ts'
import type { TestNode } from '../../fixtures/nodes.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { framed } from '../../fixtures/forgery.ts'
import { elements, filled, fullSlices, observedOf } from '../../fixtures/peer-filters.ts'

const signal = (): AbortSignal => AbortSignal.timeout(15_000)

describe('what a peer answers for its filter', () => {
  /** Answers what is asked together, each time with the next of `answers`; END closes the stream. */
  async function answeringOn(
    victim: TestNode,
    answers: readonly (readonly Uint8Array[])[],
    onClose: () => void = () => undefined
  ): Promise<Attacker> {
    let round = 0
    return attackerOn(victim, signal(), {
      filter: (stream) => {
        stream.addEventListener('close', onClose)
        stream.addEventListener('message', () => {
          for (const frame of answers[round++] ?? []) {
            if (frame === END) void stream.close()
            else stream.send(framed(frame))
          }
        })
      }
    })
  }

  const END = new Uint8Array()
  const generation = new Uint8Array(8)
  const HUGE = writeFilterResponse({
    type: 'full',
    generation,
    counts: fullSlices(5).map(({ count }) => count)
  })
  const [slice] = filled('x', 10).slices()
  const bits = slice?.bits ?? new Uint8Array()
  const full = (count: number, raw: Uint8Array): Uint8Array[] => [
    writeFilterResponse({ type: 'full', generation, counts: [count] }),
    writeChunk(raw.subarray(0, 65_536)),
    writeChunk(raw.subarray(65_536))
  ]
  const none = writeFilterResponse({ type: 'none' })
  const ELEMENT = writeChunk(new Uint8Array(8))
  const badChunk = writeChunk(new Uint8Array(70_000))

  for (const [what, answer] of [
    ['there is none any more', [none, none]],
    ['it sends bits that do not fit', full(40_000, new Uint8Array(bits.length))]
  ] as const) {
    it(`is no longer consulted when ${what}`, async () => {
      await using victim = await startNode({ filterInterval: 0 })
      const changed = once(victim.swarm, 'filter:change', { signal: signal() })
      await using _ = await answeringOn(victim, [[...full(10, bits), none], answer])
      await changed
      const [element = new Uint8Array()] = elements('x', 1)
      assert.ok(victim.swarm.mayHave('observed', element))
      await victim.swarm.synchronize({ signal: signal() })
      assert.ok(!victim.swarm.mayHave('observed', element))
      assert.equal(victim.swarm.filters()[0]?.peers, 0)
    })
  }

  it('may announce a limited number of bytes at once, and an exchange that ends frees its share', async () => {
    await using victim = await startNode({ filterInterval: 0 })
    // The first ends early, and takes no room from the second.
    await using attacker = await answeringOn(victim, [
      [HUGE, END],
      [HUGE, badChunk]
    ])
    const offence = once(victim.swarm, 'peer:offend', { signal: signal() })
    await victim.swarm.synchronize({ signal: signal() })
    assert.equal((await offence)[0].peer, attacker.peer)
    // Of two that announce and send nothing, one is let in, and waited for longer than this.
    const streams = new EventTarget()
    const refused = once(streams, 'close', { signal: AbortSignal.timeout(10_000) })
    const onClose = (): void => void streams.dispatchEvent(new Event('close'))
    await using first = await answeringOn(victim, [[HUGE]], onClose)
    await using second = await answeringOn(victim, [[HUGE]], onClose)
    await refused
    assert.notEqual(first.peer, second.peer)
    assert.equal(victim.swarm.offences, 1, 'it may be honest')
  })

  for (const [size, isOffence] of [
    [8, true],
    [MIN_CHUNK_BYTES, false]
  ] as const) {
    const what = isOffence ? 'is an offence' : 'is none'
    it(`${what} where it comes in chunks of ${size} bytes`, async () => {
      await using victim = await startNode({ filterInterval: 0 })
      const chunks = Array.from({ length: Math.ceil(bits.length / size) }, (_, i) =>
        writeChunk(bits.subarray(i * size, (i + 1) * size))
      )
      const announced = writeFilterResponse({ type: 'full', generation, counts: [10] })
      const ended = Promise.race([
        once(victim.swarm, 'peer:offend', { signal: signal() }),
        once(victim.swarm, 'filter:change', { signal: signal() })
      ])
      await using _ = await answeringOn(victim, [[announced, ...chunks, none]])
      await ended
      assert.equal(victim.swarm.offences, isOffence ? 1 : 0)
    })
  }

  it('comes beside others that announce much and send nothing', async () => {
    await using victim = await startNode({ filterInterval: 0 })
    const streams = new EventTarget()
    const ended = once(streams, 'close', { signal: signal() })
    const large = fullSlices(4)
    const raw = Buffer.concat(large.map((part) => part.bits))
    const announced = writeFilterResponse({
      type: 'full',
      generation,
      counts: large.map(({ count }) => count)
    })
    const chunks = Array.from({ length: Math.ceil(raw.length / 65_536) }, (_, i) =>
      writeChunk(raw.subarray(i * 65_536, (i + 1) * 65_536))
    )
    await using first = await answeringOn(victim, [[HUGE]], () =>
      streams.dispatchEvent(new Event('close'))
    )
    await using second = await answeringOn(victim, [[announced]])
    await using third = await answeringOn(victim, [[announced]])
    const changed = once(victim.swarm, 'filter:change', { signal: signal() })
    await using honest = await answeringOn(victim, [[announced, ...chunks, none]])
    assert.equal((await changed)[0].peer, honest.peer)
    await ended
    assert.equal(
      victim.swarm.offences,
      0,
      `${first.peer}, ${second.peer} and ${third.peer} may be honest`
    )
  })

  it('is no offence where the filter made room for others meanwhile', async () => {
    let host: Host | undefined
    await using victim = await startNode({
      filterInterval: 0,
      createHost: async (init) => (host = await createHost(init))
    })
    let peer = ''
    let asked = 0
    const changed = once(victim.swarm, 'filter:change', { signal: signal() })
    await using attacker = await attackerOn(victim, signal(), {
      filter: (stream) => {
        stream.addEventListener('message', () => {
          const first = [...full(10, bits), none]
          const later = [writeFilterResponse({ type: 'delta', count: 1 }), ELEMENT, none]
          if (asked++ > 0) host?.services.filters.peerFilters.drop(peer, 'observed')
          for (const frame of asked === 1 ? first : later) stream.send(framed(frame))
        })
      }
    })
    peer = attacker.peer
    await changed
    await victim.swarm.synchronize({ signal: signal() })
    assert.deepEqual([asked, victim.swarm.offences], [2, 0])
    assert.equal(victim.swarm.filters()[0]?.peers, 0)
    // Nothing is held, and a peer that was asked for all of it sends a part.
    await victim.swarm.synchronize({ signal: signal() })
    assert.deepEqual([asked, victim.swarm.offences], [3, 1])
  })

  it('raises an event also where it is empty', async () => {
    await using a = await startNode({ memory: true, filterInterval: 0 })
    const bootstrap = a.swarm.multiaddrs
    await using b = await startNode({ memory: true, filterInterval: 0, bootstrap })
    const [{ kind }] = await once(b.swarm, 'filter:change', { signal: signal() })
    assert.equal(kind, 'published')
    assert.equal(b.swarm.filters().find((each) => each.kind === 'published')?.peers, 1)
  })

  it('is its elements and no bits where there are few', async () => {
    const store = await openStore()
    const observed = await observedOf(store, elements('a', 100))
    await using a = await startNode({ observed, filterInterval: 0 })
    await using asking = await attackerOn(a, signal())
    const frames = new FrameStream(await asking.open('filter'), 100_000)
    const ask = async (known?: FilterVersion): Promise<FilterResponse> => {
      await frames.writeAll([writeFilterRequest({ kind: 'observed', known })])
      return readFilterResponse((await frames.read()) ?? new Uint8Array())
    }
    const begun = { generation: Uint8Array.from(observed.generation), version: 0 }
    const first = await ask()
    assert.ok(first.type === 'full' && first.counts.length === 0)
    assert.equal(toHex(first.generation), toHex(begun.generation))
    assert.deepEqual(await ask(begun), { type: 'delta', count: 100 })
    const raw = readChunk((await frames.read()) ?? new Uint8Array(), 800)
    assert.deepEqual([...elementsOf(raw)].map(toHex), elements('a', 100).map(toHex))
    await store.close()
  })

  it('is a whole filter where a delta would be too long', async () => {
    const store = await openStore()
    const observed = await observedOf(store, elements('a', 1))
    await using a = await startNode({ memory: true, observed, filterInterval: 0 })
    const bootstrap = a.swarm.multiaddrs
    await using b = await startNode({ memory: true, filterInterval: 0, bootstrap })
    await once(b.swarm, 'filter:change', { signal: signal() })
    const many = elements('many', MAX_DELTA_ELEMENTS + 1_000)
    await store.commit(observed.insert(many))
    await b.swarm.synchronize({ signal: signal() })
    assert.ok(many.slice(-1_000).every((element) => b.swarm.mayHave('observed', element)))
    assert.deepEqual([a.swarm.offences, b.swarm.offences], [0, 0])
    await store.close()
  })
})
