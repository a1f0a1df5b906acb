import assert from 'node:assert/strict'
import { once } from 'node:events'
import { clientIdOf, createAuthor, writeEntry } from '../../../crdt/index.ts'
import { NO_ENTRY } from '../../../crdt/feeds/entry.ts'
import { writeLogUpdate } from '../../../crdt/records/knowledge-log.ts'
import { forge, honestValues } from '../../fixtures/forgery.ts'
import { converged, digestOf, gossiping, startNode } from '../../fixtures/nodes.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { writeProof } from '../../../crdt/feeds/equivocation.ts'
import {
  HEADS_PER_PAGE,
  MAX_SYNC_HEADS,
  MAX_SYNC_FRAME_BYTES
} from '../../../transport/constants.ts'
import { FrameStream } from '../../../transport/streams/frame-stream.ts'
import { readSyncFrame, writeSyncFrame } from '../../../transport/sync/sync-frames.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { framed } from '../../fixtures/forgery.ts'
import type { FeedHead } from '../../../crdt/index.ts'
import type { SyncFrame } from '../../../transport/sync/sync-frames.ts'
import type { TestNode } from '../../fixtures/nodes.ts'
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

  it('asks nobody who has left', async () => {
    await using a = await startNode({ memory: true, gossip: false })
    const b = await startNode({ memory: true, gossip: false })
    await b.replica.publish([publication('what b has')])
    const met = once(a.swarm, 'filter:change', { signal: signal() })
    await a.swarm.dial(b.swarm.multiaddrs[0] ?? '', { signal: signal() })
    await met
    assert.equal((await a.swarm.synchronize({ signal: signal() })).peers, 1)
    const gone = once(a.swarm, 'peer:disconnect', { signal: signal() })
    await b[Symbol.asyncDispose]()
    await gone
    const report = await a.swarm.synchronize({ signal: signal() })
    assert.deepEqual(report, { peers: 0, failed: 0, sent: 0, received: 0 })
  })

  it('stops waiting when it is told to', async () => {
    await using a = await startNode({ memory: true })
    await assert.rejects(a.swarm.synchronize({ signal: AbortSignal.abort() }), {
      name: 'AbortError'
    })
  })
})

describe('a peer in a sync', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(15_000)

  function headOf({ author, seq, hash }: Entry, fork = 0): FeedHead {
    return { author, seq, head: hash, fork, base: 1 }
  }

  /** What the victim says of a peer that sends these frames, once it has. */
  async function offenceOf(
    victim: TestNode,
    frames: readonly SyncFrame[],
    gossips = true
  ): Promise<string> {
    await using attacker = await attackerOn(victim, signal(), {}, gossips)
    const offence = once(victim.swarm, 'peer:offend', { signal: signal() })
    const stream = await attacker.open('sync')
    stream.addEventListener('message', () => undefined)
    const digest: SyncFrame = { type: 'digest', digest: new Uint8Array(32), acceptsEntries: true }
    for (const frame of [digest, ...frames]) {
      if (!stream.send(framed(writeSyncFrame(frame)))) {
        await Promise.race([offence, stream.onDrain({ signal: signal() })])
      }
    }
    const [{ peer, reason }] = await offence
    assert.equal(peer, attacker.peer)
    return String(reason)
  }

  const entryFrame = (entry: Entry): SyncFrame => ({ type: 'entry', bytes: writeEntry(entry) })

  it('cannot send more entries than its heads announced', async () => {
    await using victim = await startNode({ filterInterval: 0 })
    const author = createAuthor()
    const entries = chainOf(author, 2, 'entry')
    const [first] = entries
    assert.ok(first !== undefined)
    const reason = await offenceOf(victim, [
      { type: 'heads', heads: [headOf(first)], more: false },
      ...entries.map(entryFrame)
    ])
    assert.match(reason, /more entries than/)
    assert.equal(victim.replica.headOf(author.key).seq, 1)
  })

  it('cannot send entries to a light node', async () => {
    await using victim = await startNode({ filterInterval: 0, mode: 'light' })
    await victim.replica.publish([publication('own')])
    const [entry] = chainOf(createAuthor(), 1, 'entry')
    assert.ok(entry !== undefined)
    const heads: SyncFrame = { type: 'heads', heads: [headOf(entry)], more: false }
    assert.match(await offenceOf(victim, [heads, entryFrame(entry)], false), /more entries than/)
    assert.equal(victim.replica.heads().length, 1)
  })

  it('gets the heads of its own feeds only when it accepts no entries', async () => {
    await using a = await startNode({ filterInterval: 0 })
    await a.replica.publish([publication('what a has')])
    await using attacker = await attackerOn(a, signal())
    const stream = await attacker.open('sync')
    const frames = new FrameStream(stream, MAX_SYNC_FRAME_BYTES)
    const digest = new Uint8Array(32)
    await frames.write(writeSyncFrame({ type: 'digest', digest, acceptsEntries: false }))
    await frames.write(writeSyncFrame({ type: 'heads', heads: [], more: false }))
    assert.equal(readSyncFrame((await frames.read()) ?? digest).type, 'digest')
    assert.deepEqual(readSyncFrame((await frames.read()) ?? digest), {
      type: 'heads',
      heads: [],
      more: false
    })
  })

  it('cannot send more headers than a walk back has, or more proofs than it announced', async () => {
    await using victim = await startNode({ filterInterval: 0 })
    const author = createAuthor()
    const [held] = chainOf(author, 1, 'held')
    const [rival] = chainOf(author, 1, 'rival')
    assert.ok(held !== undefined && rival !== undefined)
    await victim.replica.admit(writeEntry(held))
    const header: SyncFrame = { type: 'header', header: held }
    const headers = Array.from({ length: 56 }, () => header)
    const heads: SyncFrame = { type: 'heads', heads: [headOf(held)], more: false }
    assert.match(await offenceOf(victim, [heads, ...headers]), /more headers than/)
    const proof: SyncFrame = { type: 'proof', bytes: writeProof([held, rival]) }
    const forked: SyncFrame = { type: 'heads', heads: [headOf(held, 1)], more: false }
    assert.match(await offenceOf(victim, [forked, proof, proof]), /more proofs than/)
  })

  it('cannot name more than 100,000 heads', async () => {
    await using victim = await startNode({ filterInterval: 0 })
    const heads = Array.from({ length: MAX_SYNC_HEADS + 1 }, (_, i) => {
      const key = Buffer.alloc(32)
      key.writeUInt32BE(i)
      return { author: key, seq: 1, head: key, fork: 0, base: 1 }
    })
    const pages: SyncFrame[] = []
    for (let from = 0; from < heads.length; from += HEADS_PER_PAGE) {
      pages.push({ type: 'heads', heads: heads.slice(from, from + HEADS_PER_PAGE), more: true })
    }
    assert.match(await offenceOf(victim, pages), /more than 100000 heads/)
  })

  it('brings news only once the entries are on disk; the next run repeats a failed write', async () => {
    const { database, writes, failNext } = failingDatabase()
    await using victim = await startNode({ memory: true, gossip: false, database })
    await using peer = await startNode({ memory: true, gossip: false })
    await peer.replica.publish(publications(10))
    const areDurable: boolean[] = []
    victim.swarm.on('sync:receive', () => {
      areDurable.push(writes.some(({ sections }) => sections.has('entries')))
    })
    failNext('entries')
    const met = once(victim.swarm, 'filter:change', { signal: signal() })
    await victim.swarm.dial(peer.swarm.multiaddrs[0] ?? '', { signal: signal() })
    await met
    // Of these the first may join the sync that the dial has begun, and which fails.
    await victim.swarm.synchronize({ signal: signal() })
    await victim.swarm.synchronize({ signal: signal() })
    assert.deepEqual(areDurable, [true])
    assert.equal(digestOf(victim), digestOf(peer))
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
