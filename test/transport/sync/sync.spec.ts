import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
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
  FRUITLESS_PER_SECOND,
  MAX_FRUITLESS_BURST,
  MAX_FRUITLESS_NODES,
  MAX_REQUESTED_NODES,
  MAX_SYNC_FRAME_BYTES
} from '../../../transport/constants.ts'
import { FrameStream } from '../../../transport/streams/frame-stream.ts'
import { readSyncAnswer, writeSyncRequest } from '../../../transport/sync/sync-frames.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { GREATER, syncAnswers } from '../../fixtures/sync-peer.ts'
import { framed } from '../../fixtures/forgery.ts'
import type { HeadSketch } from '../../../transport/sync/fingerprints.ts'
import type { SyncAnswer, SyncRequest } from '../../../transport/sync/sync-frames.ts'
import type { SyncScript } from '../../fixtures/sync-peer.ts'
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
    assert.deepEqual(report, { peers: 1, failed: 0, incomplete: 0, sent: 0, received: 1 })
    assert.equal(digestOf(a), digestOf(b))
    assert.deepEqual(await b.swarm.synchronize(), {
      peers: 1,
      failed: 0,
      incomplete: 0,
      sent: 0,
      received: 0
    })
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
    assert.deepEqual(report, { peers: 0, failed: 0, incomplete: 0, sent: 0, received: 0 })
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

  const leaf = (...heads: HeadSketch[]): SyncAnswer => ({
    type: 'node',
    node: { type: 'leaf', heads }
  })
  const sketchOf = (author: Author, seq: number, fork = 0): HeadSketch => ({
    author: author.key,
    seq,
    fingerprint: new Uint8Array(8),
    fork,
    base: 1
  })
  const entryAnswer = (entry: Entry): SyncAnswer => ({ type: 'entry', bytes: writeEntry(entry) })
  const DONE: SyncAnswer = { type: 'done', more: false }

  /** Answers to a run that names these heads, and then sends this. */
  function script(heads: readonly HeadSketch[], pulled: readonly SyncAnswer[]): SyncScript {
    return (request) => {
      if (request.type === 'summary') return [GREATER]
      if (request.type === 'nodes') return request.prefixes.map(() => leaf(...heads))
      return pulled
    }
  }

  /** What the victim says of a peer that answers so. */
  async function offenceOf(victim: TestNode, answers: SyncScript, gossips = true): Promise<string> {
    const sync = syncAnswers(answers)
    await using attacker = await attackerOn(victim, signal(), { sync }, gossips)
    const offence = once(victim.swarm, 'peer:offend', { signal: signal() })
    await victim.swarm.synchronize({ signal: signal() })
    const [{ peer, reason }] = await offence
    assert.equal(peer, attacker.peer)
    return String(reason)
  }

  it('cannot send entries of a feed that was not asked for, or twice, or out of order', async () => {
    await using victim = await startNode({ filterInterval: 0 })
    const author = createAuthor()
    const [first, second] = chainOf(author, 2, 'entry')
    const [other] = chainOf(createAuthor(), 1, 'other')
    assert.ok(first !== undefined && second !== undefined && other !== undefined)
    const heads = [sketchOf(author, 2)]
    const of = (...entries: Entry[]): SyncScript =>
      script(heads, [...entries.map(entryAnswer), DONE])
    assert.match(await offenceOf(victim, of(first, other)), /not asked for/)
    assert.equal(victim.replica.headOf(author.key).seq, 1)
    assert.match(await offenceOf(victim, of(second, second)), /not in order/)
    assert.equal(victim.replica.headOf(author.key).seq, 2)
    assert.equal(victim.replica.headOf(other.author).seq, 0)
  })

  it('cannot name heads that do not belong to a leaf, or nodes below a key', async () => {
    await using victim = await startNode({ filterInterval: 0 })
    const inner = (request: SyncRequest): readonly SyncAnswer[] => {
      if (request.type !== 'nodes') return [GREATER]
      return request.prefixes.map((prefix) =>
        prefix === '' ? innerNode() : leaf(sketchOf(createAuthor(), 1), sketchOf(createAuthor(), 1))
      )
    }
    assert.match(await offenceOf(victim, inner), /do not belong/)
    const below = (request: SyncRequest): readonly SyncAnswer[] =>
      request.type === 'nodes' ? request.prefixes.map(() => innerNode()) : [GREATER]
    assert.match(await offenceOf(victim, below), /below a whole author key/)
  })

  it('has no end of nodes to make up: the run ends, and nobody is blamed', async () => {
    await using victim = await startNode({ filterInterval: 0 })
    let nodes = 0
    const endless = (request: SyncRequest): readonly SyncAnswer[] => {
      if (request.type !== 'nodes') return [GREATER]
      nodes += request.prefixes.length
      return request.prefixes.map((prefix) => (prefix.length < 64 ? innerNode() : leaf()))
    }
    await using _ = await attackerOn(victim, signal(), { sync: syncAnswers(endless) })
    const report = await victim.swarm.synchronize({ signal: signal() })
    assert.deepEqual(report, { peers: 1, failed: 0, incomplete: 1, sent: 0, received: 0 })
    assert.ok(nodes <= MAX_FRUITLESS_NODES + MAX_REQUESTED_NODES, `${nodes} nodes`)
    const begun = performance.now()
    for (let run = 0; run < 3; run++) await victim.swarm.synchronize({ signal: signal() })
    const gained = ((performance.now() - begun) / 1000) * FRUITLESS_PER_SECOND
    const most = MAX_FRUITLESS_BURST + MAX_FRUITLESS_NODES + gained
    assert.ok(nodes <= most, `${nodes} nodes in four runs`)
    assert.equal(victim.swarm.offences, 0)
  })

  it('cannot send entries to a light node', async () => {
    await using victim = await startNode({ filterInterval: 0, mode: 'light' })
    await victim.replica.publish([publication('own')])
    const asked: string[] = []
    const sync = syncAnswers((request) => {
      asked.push(request.type)
      return [GREATER]
    })
    await using attacker = await attackerOn(victim, signal(), { sync }, false)
    const stream = await attacker.open('sync')
    const frames = new FrameStream(stream, MAX_SYNC_FRAME_BYTES)
    await frames.write(writeSyncRequest({ type: 'turn' }))
    assert.deepEqual(readSyncAnswer((await frames.read()) ?? new Uint8Array()), {
      type: 'done',
      more: false
    })
    assert.deepEqual(asked, [])
    assert.equal(victim.replica.heads().length, 1)
  })

  it('cannot send more headers than a walk back has, or a proof that proves nothing', async () => {
    await using victim = await startNode({ filterInterval: 0 })
    const author = createAuthor()
    const [held] = chainOf(author, 1, 'held')
    const [rival] = chainOf(author, 1, 'rival')
    assert.ok(held !== undefined && rival !== undefined)
    await victim.replica.admit(writeEntry(held))
    const header: SyncAnswer = { type: 'header', header: held }
    const heads = [sketchOf(author, 2)]
    const headers = Array.from({ length: 58 }, () => header)
    assert.match(await offenceOf(victim, script(heads, headers)), /too many headers/)
    const proof: SyncAnswer = { type: 'proof', bytes: writeProof([held, held]) }
    assert.match(await offenceOf(victim, script(heads, [proof, DONE])), /does not prove/)
    const valid: SyncAnswer = { type: 'proof', bytes: writeProof([held, rival]) }
    const again = await startNode({ filterInterval: 0 })
    assert.match(await offenceOf(again, script(heads, [valid, valid, DONE])), /more proofs/)
    await again[Symbol.asyncDispose]()
    const forged: SyncAnswer = {
      type: 'header',
      header: { ...rival, signature: new Uint8Array(64) }
    }
    assert.match(await offenceOf(victim, script(heads, [forged, DONE])), /bad signature/)
    assert.equal(victim.replica.headOf(author.key).fork, 0)
  })

  it('that gives the turn and never answers does not delay syncs with other peers', async () => {
    await using victim = await startNode({ filterInterval: 0 })
    await using honest = await startNode({
      filterInterval: 0,
      gossip: false,
      bootstrap: victim.swarm.multiaddrs
    })
    const silent = syncAnswers((request) => (request.type === 'summary' ? [GREATER] : []))
    await using attacker = await attackerOn(victim, signal(), { sync: silent })
    const stream = await attacker.open('sync')
    stream.addEventListener('message', () => undefined)
    for (let i = 0; i < 20; i++) stream.send(framed(writeSyncRequest({ type: 'turn' })))
    await honest.replica.publish([publication('what the honest one has')])
    await honest.swarm.synchronize({ signal: signal() })
    assert.equal(digestOf(victim), digestOf(honest))
  })

  it('of many that do so do not delay a sync with a peer that was dialled', async () => {
    await using honest = await startNode({ filterInterval: 0, gossip: false })
    await using victim = await startNode({
      filterInterval: 0,
      syncInterval: 0,
      bootstrap: honest.swarm.multiaddrs
    })
    await victim.swarm.synchronize({ signal: signal() })
    await using attackers = new AsyncDisposableStack()
    for (let i = 0; i < 8; i++) {
      const asked = Promise.withResolvers<void>()
      const silent = syncAnswers((request) => {
        if (request.type !== 'summary') return []
        asked.resolve()
        return [GREATER]
      })
      const attacker = await attackerOn(victim, signal(), { sync: silent })
      attackers.use(attacker)
      const stream = await attacker.open('sync')
      stream.addEventListener('message', () => undefined)
      stream.send(framed(writeSyncRequest({ type: 'turn' })))
      if (i < 3) await asked.promise
    }
    await honest.replica.publish([publication('what the honest one has')])
    await honest.swarm.synchronize({ signal: signal() })
    assert.equal(digestOf(victim), digestOf(honest))
  })

  it('that claims a million authors more than there are is no offender', async () => {
    await using victim = await startNode({ filterInterval: 0 })
    const sync = syncAnswers(script([], [DONE]))
    await using _ = await attackerOn(victim, signal(), { sync })
    await victim.swarm.synchronize({ signal: signal() })
    assert.equal(victim.swarm.offences, 0)
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

/** A node all of whose children differ from anything. */
function innerNode(): SyncAnswer {
  const children = Array.from({ length: 16 }, () => new Uint8Array(randomBytes(8)))
  return { type: 'node', node: { type: 'inner', children } }
}

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
