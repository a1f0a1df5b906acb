import assert from 'node:assert/strict'
import { once } from 'node:events'
import { GrowingFilter, MalformedError, openStore } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { MAX_PEER_FILTER_BYTES } from '../../../transport/constants.ts'
import {
  readFilterResponse,
  readFilterRequest,
  readChunk,
  slicesOf,
  writeFilterResponse,
  writeFilterRequest,
  writeChunk
} from '../../../transport/filters/filter-frames.ts'
import { PeerFilters } from '../../../transport/filters/peer-filters.ts'
import { ProtocolError } from '../../../transport/errors.ts'
import { startNode } from '../../fixtures/nodes.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { recordDigest } from '../../../crdt/index.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { framed } from '../../fixtures/forgery.ts'
import { elements, filled, fullSlices, observedOf } from '../../fixtures/peer-filters.ts'

const signal = (): AbortSignal => AbortSignal.timeout(15_000)

describe('the filters of peers', () => {
  it('arrive whole, then by what was added, and are told apart by peer', async () => {
    const store = await openStore()
    const observed = await observedOf(store, elements('a', 1_000))
    await using a = await startNode({ memory: true, observed, filterInterval: 0 })
    await using b = await startNode({
      memory: true,
      filterInterval: 0,
      bootstrap: a.swarm.multiaddrs
    })
    await once(b.swarm, 'filter:change', { signal: signal() })
    assert.ok(elements('a', 1_000).every((element) => b.swarm.mayHave('observed', element)))
    assert.deepEqual(
      b.swarm.peersThatMayHave('observed', elements('a', 1)[0] ?? observed.generation),
      [a.swarm.peerId]
    )
    assert.ok(elements('b', 1_000).filter((item) => b.swarm.mayHave('observed', item)).length < 10)
    const before = b.swarm.filters()[0]
    await store.commit(observed.insert(elements('later', 10)))
    await b.swarm.synchronize()
    const after = b.swarm.filters()[0]
    assert.equal(after?.elements, (before?.elements ?? 0) + 10)
    assert.ok(elements('later', 10).every((element) => b.swarm.mayHave('observed', element)))
    assert.deepEqual([a.swarm.offences, b.swarm.offences], [0, 0])
  })

  it('tell what a replica holds, before any of it was replicated', async () => {
    await using a = await startNode({ memory: true, filterInterval: 0 })
    const { records } = await a.replica.publish(publications(50))
    await using b = await startNode({
      memory: true,
      mode: 'light',
      filterInterval: 0,
      bootstrap: a.swarm.multiaddrs
    })
    await once(b.swarm, 'filter:change', { signal: signal() })
    assert.deepEqual(b.replica.heads(), [])
    for (const digest of records) {
      assert.ok(b.swarm.mayHave('published', b.replica.elementOf(digest)))
    }
    const [digest = new Uint8Array()] = records
    const bodies = await b.swarm.fetch([digest, new Uint8Array(32)])
    assert.deepEqual([...bodies.keys()], [toHex(digest)])
  })

  it('that a peer takes away are no longer consulted', async () => {
    const held = new PeerFilters(() => true)
    held.replace('a', 'observed', new Uint8Array(8), filled('x', 10).slices())
    const [element = new Uint8Array()] = elements('x', 1)
    assert.deepEqual(held.peersWith('observed', element), ['a'])
    assert.deepEqual(held.peersWith('published', element), [])
    held.drop('a', 'observed')
    assert.deepEqual(held.peersWith('observed', element), [])
  })

  it('share one bound of error: what would break it is not consulted', () => {
    const held = new PeerFilters(() => true)
    for (const [peer, count] of [
      ['small', 1_000],
      ['full', 65_536],
      ['fuller', 65_536],
      ['fullest', 65_536],
      ['too many', 65_536]
    ] as const) {
      held.replace(peer, 'observed', new Uint8Array(8), filled(peer, count).slices())
    }
    const [status] = held.status()
    assert.equal(status?.peers, 5)
    assert.ok((status?.falsePositiveRate ?? 1) <= 0.01)
    const consulted = ['small', 'full', 'fuller', 'fullest', 'too many'].filter((peer) =>
      elements(peer, 1).some((element) => held.peersWith('observed', element).includes(peer))
    )
    assert.equal(consulted.length, 4)
    assert.ok(consulted.includes('small'))
  })

  it('hold a limited number of bytes, for each peer and for all', () => {
    const held = new PeerFilters(() => true)
    for (const peer of ['first', 'second']) {
      held.replace(peer, 'observed', new Uint8Array(8), fullSlices(5))
    }
    assert.ok(held.versionOf('first', 'observed') !== undefined)
    assert.equal(held.versionOf('second', 'observed'), undefined)
    assert.ok((held.status()[0]?.bytes ?? Infinity) <= MAX_PEER_FILTER_BYTES)
    // Another element takes a slice that no filter of a peer may have.
    assert.throws(() => held.extend('first', 'observed', elements('x', 1)), ProtocolError)
    assert.equal(held.versionOf('first', 'observed'), undefined)
  })

  it('of other peers stay while two peers send larger filters again and again', () => {
    const held = new PeerFilters(() => true)
    const bytesOf = (count: number): number =>
      fullSlices(count).reduce((sum, { bits }) => sum + bits.length, 0)
    for (let i = 0; i < 20; i++) {
      held.replace(`honest ${i}`, 'observed', new Uint8Array(8), filled('x', 1).slices())
    }
    for (let round = 0; round < 5; round++) {
      for (const [i, kind] of (['observed', 'published'] as const).entries()) {
        for (const peer of ['one', 'other']) {
          if (!held.mayHold(peer, kind, bytesOf(5 - i))) continue
          held.replace(peer, kind, Uint8Array.of(...Array(8).fill(round)), fullSlices(5 - i))
        }
      }
    }
    for (let i = 0; i < 20; i++) assert.ok(held.versionOf(`honest ${i}`, 'observed') !== undefined)
    const bytes = held.status().reduce((sum, each) => sum + each.bytes, 0)
    assert.ok(bytes <= MAX_PEER_FILTER_BYTES)
    assert.ok(bytes > MAX_PEER_FILTER_BYTES / 2, 'a large one has the rest')
  })

  it('of peers that left make room first', () => {
    const connected = new Set(['here'])
    const held = new PeerFilters((peer) => connected.has(peer))
    const slices = filled('x', 1).slices()
    held.replace('here', 'observed', new Uint8Array(8), slices)
    for (let i = 0; i < 70; i++) {
      held.replace(`gone ${i}`, 'observed', new Uint8Array(8), slices)
    }
    const [status] = held.status()
    assert.equal(status?.peers, 64)
    assert.ok((status?.bytes ?? 0) <= MAX_PEER_FILTER_BYTES)
    assert.ok(held.versionOf('here', 'observed') !== undefined)
    assert.equal(held.versionOf('gone 0', 'observed'), undefined)
  })
})

describe('filter frames', () => {
  it('read back as they were written', () => {
    const generation = new Uint8Array(8).fill(7)
    for (const ask of [
      { kind: 'observed' as const },
      { kind: 'published' as const, known: { generation, version: 123_456 } }
    ]) {
      assert.deepEqual(plain(readFilterRequest(writeFilterRequest(ask))), plain(ask))
    }
    for (const answer of [
      { type: 'none' as const },
      { type: 'delta' as const, count: 1_000 },
      { type: 'full' as const, generation, counts: [65_536, 12] }
    ]) {
      assert.deepEqual(plain(readFilterResponse(writeFilterResponse(answer))), plain(answer))
    }
    const slices = filled('x', 70_000).slices()
    const raw = Buffer.concat(slices.map(({ bits }) => bits))
    const counts = slices.map(({ count }) => count)
    assert.equal(new GrowingFilter(slicesOf(counts, raw)).count, 65_536 + (counts[1] ?? 0))
    assert.deepEqual(
      Buffer.from(readChunk(writeChunk(raw.subarray(0, 999)), 999)),
      raw.subarray(0, 999)
    )
  })

  it('are refused when they announce or carry more than a filter may', () => {
    const generation = new Uint8Array(8)
    const six = [65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 1]
    const refused: readonly (readonly [
      () => unknown,
      typeof MalformedError | typeof ProtocolError
    ])[] = [
      [
        () => readFilterResponse(writeFilterResponse({ type: 'delta', count: 2 ** 18 + 1 })),
        MalformedError
      ],
      [
        () => readFilterResponse(writeFilterResponse({ type: 'full', generation, counts: six })),
        ProtocolError
      ],
      [() => readFilterResponse(Uint8Array.of(3)), MalformedError],
      [() => readFilterResponse(Uint8Array.of(0, 0)), MalformedError],
      [() => readFilterRequest(Uint8Array.of(2, 0)), MalformedError],
      [() => readChunk(writeChunk(new Uint8Array(100)), 99), ProtocolError],
      [() => readChunk(writeChunk(new Uint8Array(0)), 99), ProtocolError],
      [() => readChunk(writeChunk(new Uint8Array(64 * 1024 + 1)), 2 ** 20), MalformedError],
      [() => readChunk(Uint8Array.of(3, 1, 2, 3), 99), MalformedError]
    ]
    for (const [read, error] of refused) assert.throws(read, error)
  })
})

describe('a body of a record', () => {
  it('that a vote speaks of and no entry brought is fetched after a sync', async () => {
    await using a = await startNode({ memory: true, gossip: false, filterInterval: 0 })
    const [body] = await bodiesOf('the body alone')
    await a.replica.putBodies(body === undefined ? [] : [body])
    const { votes } = await a.replica.publish([publication('the body alone')])
    assert.equal(votes.length, 1)
    await using b = await startNode({
      memory: true,
      gossip: false,
      filterInterval: 0,
      bootstrap: a.swarm.multiaddrs
    })
    const visible = async (): Promise<number> =>
      (await Array.fromAsync(b.replica.attestedRecords())).length
    await once(b.replica, 'body:store', { signal: signal() })
    assert.equal(await visible(), 1)
  })
})

describe('bodies from a peer', () => {
  for (const [what, names] of [
    ['was not asked for', ['asked', 'other']],
    ['came before', ['asked', 'asked']]
  ] as const) {
    it(`are all refused when one of them ${what}`, async () => {
      const bodies = (await Promise.all(names.map(bodiesOf))).flat()
      const [asked = new Uint8Array()] = bodies
      await using victim = await startNode({ filterInterval: 0 })
      await using attacker = await attackerOn(victim, signal(), {
        have: (stream) =>
          stream.addEventListener('message', () => {
            for (const body of bodies) stream.send(framed(body))
            void stream.close()
          })
      })
      const offence = once(victim.swarm, 'peer:offend', { signal: signal() })
      const taken = await victim.swarm.fetch([recordDigest(asked), new Uint8Array(32)])
      assert.deepEqual([...taken.keys()], [])
      const [{ peer, reason }] = await offence
      assert.deepEqual([peer, reason], [attacker.peer, 'a body that was not requested'])
    })
  }
})

async function bodiesOf(content: string): Promise<Uint8Array[]> {
  await using node = await startNode({ memory: true })
  const { records } = await node.replica.publish([publication(content)])
  return (await node.replica.bodies([...records])).filter((body) => body !== undefined)
}

/** Buffers and Uint8Arrays alike. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, each: unknown) => (each instanceof Uint8Array ? toHex(each) : each))
  )
}
