import assert from 'node:assert/strict'
import { createAuthor, writeEntry } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { InflatedPace } from '../../../transport/inflated-pace.ts'
import { Pace } from '../../../transport/pace.ts'
import { FeedLeases } from '../../../transport/sync/feed-leases.ts'
import { FeedPull } from '../../../transport/sync/feed-pull.ts'
import { RefusedFeeds } from '../../../transport/sync/refused-feeds.ts'
import { SyncServer } from '../../../transport/sync/sync-server.ts'
import { NO_PLACE } from '../../../transport/sync/sync-room.ts'
import {
  MAX_ANSWER_BYTES,
  MAX_NODE_BURST,
  MAX_TURN_BURST,
  NODES_PER_SECOND,
  TURNS_PER_SECOND
} from '../../../transport/constants.ts'
import {
  readSyncRequest,
  writeSyncAnswer,
  writeSyncRequest
} from '../../../transport/sync/sync-frames.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { forge, gossipOf, SWARM, unsigned } from '../../fixtures/forgery.ts'
import { lettersEntry } from '../../fixtures/inflated.ts'
import { startNode } from '../../fixtures/nodes.ts'
import type { Author, Entry } from '../../../crdt/index.ts'

/** What follows an entry of the author, as small as entries are. */
function smallEntries(author: Author, count: number): Entry[] {
  const payload = new Uint8Array(1)
  return Array.from({ length: count }, (_, i) => forge({ author, seq: i + 2, payload, values: [] }))
}

/** A pace that admits nothing more. */
function usedUp(): InflatedPace {
  const pace = new InflatedPace(SWARM, () => 0)
  assert.ok(pace.take(writeEntry(lettersEntry())))
  return pace
}

describe('entries that unpack to a megabyte', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(15_000)

  it('are admitted at a low rate, and other ones at any', () => {
    let now = 0
    const pace = new InflatedPace(SWARM, () => now)
    const [small, large] = [writeEntry(forge()), writeEntry(lettersEntry())]
    const admitted = (bytes: Uint8Array, count: number): number =>
      Array.from({ length: count }, () => pace.take(bytes)).filter(Boolean).length
    assert.equal(admitted(large, 20), 1)
    assert.equal(admitted(small, 20), 20)
    now += 1_000
    assert.equal(admitted(large, 20), 0)
    now += 60_000
    assert.equal(admitted(large, 20), 1, 'nothing is saved up')
    now += 4_000
    assert.equal(admitted(large, 20), 1)
    assert.equal(admitted(new Uint8Array(100), 1), 1, 'what is no entry is refused elsewhere')
  })

  it('delay nothing behind them in a sync, and come later', async () => {
    await using victim = await startNode({ memory: true })
    const flood = Array.from({ length: 12 }, () => lettersEntry())
    const honest = forge()
    const entries = [...flood, honest]
    const wanted = new Map(entries.map((entry) => [entry.author.toString(), entry]))
    let now = 0
    const shared = {
      leases: new FeedLeases(),
      refused: new RefusedFeeds(() => now),
      inflated: new InflatedPace(SWARM, () => now),
      peer: 'peer'
    }
    const isBehind = (author: Uint8Array): boolean => victim.replica.headOf(author).seq === 0
    const pull = async (): Promise<void> => {
      const feeds = new FeedPull(victim.replica.publicView, shared, (bytes, read) => {
        const request = readSyncRequest(bytes)
        assert.ok(request.type === 'pull')
        const lacking = new Set(
          request.heads.filter(({ seq }) => seq === 0).map(({ author }) => author.toString())
        )
        const frames = entries
          .filter(({ author }) => lacking.has(author.toString()))
          .map((entry) => writeSyncAnswer({ type: 'entry', bytes: writeEntry(entry) }))
        frames.push(writeSyncAnswer({ type: 'done', more: false }))
        return read(() => Promise.resolve(frames.shift() ?? new Uint8Array()))
      })
      await feeds.pull(wanted, isBehind)
    }
    await pull()
    assert.equal(isBehind(honest.author), false)
    assert.equal(victim.replica.heads().length, 2)
    for (let i = 0; i < 60 && flood.some(({ author }) => isBehind(author)); i++) {
      now += 60_000 * 2 ** Math.min(i, 6)
      await pull()
    }
    assert.equal(victim.replica.heads().length, entries.length)
  })

  it('are blamed and delay no feed of the author in whose name a peer forges them', async () => {
    await using victim = await startNode({ memory: true })
    const author = createAuthor()
    const honest = writeEntry(forge({ author }))
    const inflated = usedUp()
    const otherPayload = { ...forge({ author }), payload: lettersEntry(author).payload }
    const shared = { leases: new FeedLeases(), refused: new RefusedFeeds(() => 0), inflated }
    const pullFrom = async (peer: string, bytes: Uint8Array): Promise<void> => {
      const frames = [
        writeSyncAnswer({ type: 'entry', bytes }),
        writeSyncAnswer({ type: 'done', more: false })
      ]
      const feeds = new FeedPull(victim.replica.publicView, { ...shared, peer }, (_, read) =>
        read(() => Promise.resolve(frames.shift() ?? new Uint8Array()))
      )
      await feeds.pull(new Map([['', { author: author.key, base: 1 }]]), () => true)
    }
    for (const forged of [unsigned(lettersEntry(author)), writeEntry(otherPayload)]) {
      for (let i = 0; i < 3; i++) {
        await assert.rejects(pullFrom('liar', forged), /an entry that was refused/)
      }
    }
    await pullFrom('honest', honest)
    assert.equal(victim.replica.headOf(author.key).seq, 1)
  })

  it('end no run by the small entries that follow in their feeds', async () => {
    await using victim = await startNode({ memory: true })
    const author = createAuthor()
    const honest = forge()
    const answers = [[lettersEntry(author), ...smallEntries(author, 5_000)], [honest]]
    let uses = 0
    const feeds = new FeedPull(
      victim.replica.publicView,
      {
        leases: new FeedLeases(),
        refused: new RefusedFeeds(() => 0),
        inflated: usedUp(),
        place: { ...NO_PLACE, isOfUse: () => (uses += 1) },
        peer: 'peer'
      },
      (_, read) => {
        const frames = (answers.shift() ?? [])
          .map((entry) => writeSyncAnswer({ type: 'entry', bytes: writeEntry(entry) }))
          .concat(writeSyncAnswer({ type: 'done', more: answers.length > 0 }))
          .values()
        return read(() => Promise.resolve(frames.next().value ?? new Uint8Array()))
      }
    )
    const wanted = [{ author: author.key, base: 1 }, honest]
    await feeds.pull(new Map(wanted.map((each) => [each.author.toString(), each])), () => true)
    assert.equal(feeds.received, 1)
    assert.equal(uses, 1)
  })

  it('end the run where an answer has no end, without blame', async () => {
    await using victim = await startNode({ memory: true })
    const author = createAuthor()
    let bytes = 0
    const feeds = new FeedPull(
      victim.replica.publicView,
      {
        leases: new FeedLeases(),
        refused: new RefusedFeeds(() => 0),
        inflated: usedUp(),
        peer: 'peer'
      },
      (_, read) => {
        const entries = [lettersEntry(author), ...smallEntries(author, 12_000)].values()
        return read(() => {
          const entry = entries.next().value ?? assert.fail('all were read')
          bytes += writeEntry(entry).length
          return Promise.resolve(writeSyncAnswer({ type: 'entry', bytes: writeEntry(entry) }))
        })
      }
    )
    const wanted = new Map([['', { author: author.key, base: 1 }]])
    await assert.rejects(
      feeds.pull(wanted, () => true),
      { name: 'Error', message: /too long/ }
    )
    assert.ok(bytes <= 2 * MAX_ANSWER_BYTES, `${bytes} bytes`)
  })

  it('are dropped by gossip above that rate, without blame', async () => {
    await using victim = await startNode({ filterInterval: 0 })
    await using mallory = await attackerOn(victim, signal())
    for (let i = 0; i < 12; i++) await mallory.gossip(gossipOf(writeEntry(lettersEntry())))
    const honest = forge()
    const admitted = new Promise<void>((resolve, reject) => {
      signal().addEventListener('abort', () => reject(new Error('not admitted')), { once: true })
      victim.replica.on('entry:admit', ({ author }) => {
        if (toHex(author) === toHex(honest.author)) resolve()
      })
    })
    await mallory.gossip(gossipOf(writeEntry(honest)))
    await admitted
    assert.ok(victim.replica.heads().length < 8, `${victim.replica.heads().length} authors`)
    assert.equal(victim.swarm.offences, 0)
  })
})

describe('a peer that asks for turns without a pause', () => {
  it('gets them at once for a while, and then at a low rate', async () => {
    await using node = await startNode({ memory: true })
    const { replica } = node
    let pulls = 0
    const server = new SyncServer({
      replica: replica.publicView,
      summary: () => ({ digest: replica.digest(), acceptsEntries: true, authors: 0, entries: 0 }),
      pull: () => {
        pulls += 1
        return Promise.resolve(true)
      },
      pace: new Pace(NODES_PER_SECOND, MAX_NODE_BURST, () => 0),
      turnPace: new Pace(TURNS_PER_SECOND, MAX_TURN_BURST, () => 0)
    })
    const stopped = new AbortController()
    const asking = Array.from({ length: 3 * MAX_TURN_BURST }, () =>
      server
        .answer(writeSyncRequest({ type: 'turn' }), () => Promise.resolve(), stopped.signal)
        .catch(() => undefined)
    )
    await new Promise((resolve) => setImmediate(resolve))
    assert.ok(pulls >= MAX_TURN_BURST && pulls < 2 * MAX_TURN_BURST, `${pulls} turns`)
    stopped.abort()
    await Promise.all(asking)
  })
})
