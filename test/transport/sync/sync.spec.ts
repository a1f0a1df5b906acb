import assert from 'node:assert/strict'
import { once } from 'node:events'
import { clientIdOf, createAuthor, writeEntry } from '../../../crdt/index.ts'
import { NO_ENTRY } from '../../../crdt/feeds/entry.ts'
import { writeLogUpdate } from '../../../crdt/records/knowledge-log.ts'
import { forge, honestValues } from '../../fixtures/forgery.ts'
import { converged, digestOf, gossiping, startNode } from '../../fixtures/nodes.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import type { Author, Entry } from '../../../crdt/index.ts'

describe('sync', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(15_000)

  it('brings both sides what they lack, without gossip', async () => {
    await using a = await startNode({ memory: true, gossip: false })
    await a.publish(publications(300))
    await using b = await startNode({ memory: true, gossip: false, bootstrap: a.swarm.multiaddrs })
    await b.publish(publications(300, 200))
    await converged([a, b], signal(), 2)
    await a.publish(publications(10, 1000))
    const report = await b.swarm.synchronize({ signal: signal() })
    assert.deepEqual(report, { peers: 1, failed: 0, sent: 0, received: 1 })
    assert.equal(digestOf(a), digestOf(b))
    assert.deepEqual(await b.swarm.synchronize(), { peers: 1, failed: 0, sent: 0, received: 0 })
  })

  it('fills a gap from the peer whose gossip shows it', async () => {
    await using a = await startNode({ memory: true })
    await using b = await startNode({ memory: true, bootstrap: a.swarm.multiaddrs })
    await Promise.all([gossiping(a, signal()), gossiping(b, signal())])
    await b.swarm.synchronize()
    // Nobody is told of the first two; the third arrives by gossip and cannot be placed.
    await a.replica.publish([publication('one')])
    await a.replica.publish([publication('two')])
    await a.publish([publication('three')])
    await converged([a, b], signal(), 3)
  })

  it('tells where a feed begins since it was compacted, whatever the other side has of it', async () => {
    await using a = await startNode({ memory: true, gossip: false })
    const { records } = await a.replica.publish(publications(100))
    await using all = await startNode({
      memory: true,
      gossip: false,
      bootstrap: a.swarm.multiaddrs
    })
    await converged([a, all], signal(), 1)
    for (const digest of records.slice(10)) await a.replica.retract(digest)
    await a.replica.compact()
    await using none = await startNode({
      memory: true,
      gossip: false,
      bootstrap: all.swarm.multiaddrs
    })
    await all.swarm.synchronize({ signal: signal() })
    await converged([a, all, none], signal())
    for (const { replica } of [a, all, none]) {
      await replica.whenCompacted()
      assert.deepEqual(
        replica.heads().map(({ seq, base }) => seq - base),
        [0]
      )
      assert.equal((await Array.fromAsync(replica.attestedRecords())).length, 10)
    }
    assert.equal(digestOf(a), digestOf(none))
    assert.equal(a.swarm.offences + all.swarm.offences + none.swarm.offences, 0)
  })

  it('moves more than the streams buffer, in order, both ways', async () => {
    await using a = await startNode({ memory: true, gossip: false })
    await using b = await startNode({ memory: true, gossip: false, bootstrap: a.swarm.multiaddrs })
    const noise = (seed: number): ReturnType<typeof publications> =>
      Array.from({ length: 150 }, (_, i) => publication(randomText(seed * 1000 + i, 20_000)))
    await Promise.all([a.replica.publish(noise(1)), b.replica.publish(noise(2))])
    await b.swarm.synchronize({ signal: signal() })
    await converged([a, b], signal(), 100)
  })

  it('blames nobody for a feed that grows while it is sent', async () => {
    await using a = await startNode({ memory: true, gossip: false })
    await a.replica.publish(publications(2_000))
    await using b = await startNode({ memory: true, gossip: false, bootstrap: a.swarm.multiaddrs })
    await converged([a, b], signal())
    const syncs: Promise<unknown>[] = []
    for (let i = 1; i <= 20; i++) {
      syncs.push(b.swarm.synchronize())
      await a.replica.publish(publications(500, i * 2_000))
    }
    await Promise.all(syncs)
    await b.swarm.synchronize()
    assert.equal(digestOf(a), digestOf(b))
    assert.deepEqual([a.swarm.offences, b.swarm.offences], [0, 0])
    assert.deepEqual(b.replica.rejections(), {})
  })

  it('voids an author whose feed forks deep down, on both sides, at the lowest place', async () => {
    const author = createAuthor()
    const common = chainOf(author, 40, 'common')
    const left = [...common, ...chainOf(author, 300, 'left', common.at(-1))]
    const right = [...common, ...chainOf(author, 170, 'right', common.at(-1))]
    await using a = await startNode({ memory: true, gossip: false, filterInterval: 0 })
    for (const entry of left) await a.replica.admit(writeEntry(entry))
    await using b = await startNode({ memory: true, gossip: false, filterInterval: 0 })
    for (const entry of right) await b.replica.admit(writeEntry(entry))
    await b.swarm.dial(a.swarm.multiaddrs[0] ?? '', { signal: signal() })
    const places = (): number[] => [a, b].map(({ replica }) => replica.headOf(author.key).fork)
    while (places().some((place) => place !== 41)) {
      const waiting = new AbortController()
      const either = AbortSignal.any([signal(), waiting.signal])
      await Promise.race(
        [a, b].map(({ replica }) => once(replica, 'author:void', { signal: either }))
      ).finally(() => waiting.abort())
    }
    await b.swarm.synchronize({ signal: signal() })
    assert.equal(digestOf(a), digestOf(b))
    assert.deepEqual([a.swarm.offences, b.swarm.offences], [0, 0])
  })

  it('takes from a light node what it says, and leaves it alone', async () => {
    await using a = await startNode({ memory: true, gossip: false, filterInterval: 0 })
    await a.replica.publish(publications(2_000))
    await using light = await startNode({
      memory: true,
      gossip: false,
      filterInterval: 0,
      mode: 'light',
      bootstrap: a.swarm.multiaddrs
    })
    await light.replica.publish([publication('said by the light node')])
    await once(a.replica, 'entry:admit', { signal: signal() })
    await light.swarm.synchronize({ signal: signal() })
    assert.equal(light.replica.heads().length, 1)
    assert.equal(a.replica.heads().length, 2)
    assert.deepEqual([a.swarm.offences, light.swarm.offences], [0, 0])
  })

  it('stops waiting when it is told to', async () => {
    await using a = await startNode({ memory: true })
    await assert.rejects(a.swarm.synchronize({ signal: AbortSignal.abort() }), {
      name: 'AbortError'
    })
  })
})

function chainOf(author: Author, length: number, content: string, after?: Entry): Entry[] {
  const entries: Entry[] = []
  let before = after
  for (let i = 0; i < length; i++) {
    const seq = (before?.seq ?? 0) + 1
    const clock = (seq - 1) * 2
    const update = writeLogUpdate(
      clientIdOf('default', author.key),
      clock,
      honestValues(`${content} ${i}`)
    )
    before = forge({ author, seq, prev: before?.hash ?? NO_ENTRY, clock, update })
    entries.push(before)
  }
  return entries
}

/** Text that does not compress, the same for the same seed. */
function randomText(seed: number, length: number): string {
  let state = seed + 1
  let text = ''
  while (text.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    text += state.toString(36)
  }
  return text
}
