import assert from 'node:assert/strict'
import { once } from 'node:events'
import { openStore, writeEntry } from '../../../crdt/index.ts'
import { memoryDatabase } from '../../../crdt/store/database.ts'
import { MAX_ANNOUNCED_FEEDS } from '../../../transport/constants.ts'
import { FeedLeases } from '../../../transport/sync/feed-leases.ts'
import { FeedPull } from '../../../transport/sync/feed-pull.ts'
import { RefusedFeeds } from '../../../transport/sync/refused-feeds.ts'
import { readSyncRequest, writeSyncAnswer } from '../../../transport/sync/sync-frames.ts'
import { forge } from '../../fixtures/forgery.ts'
import { startNode } from '../../fixtures/nodes.ts'
import { offerAuthors } from '../../fixtures/offered-authors.ts'
import { publication } from '../../fixtures/publications.ts'

const AUTHORS = 2_000
const SYNCS = 20

describe('a peer that offers many authors', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(25_000)

  it('leaves the syncs of another one going on, and nobody is shut out', async function () {
    this.timeout(30_000)
    const database = memoryDatabase()
    const store = await openStore(database)
    await offerAuthors(store, AUTHORS)
    await store.close()
    await using offering = await startNode({ memory: true, gossip: false, database })
    await using victim = await startNode({ memory: true, gossip: false })
    const [address = ''] = victim.swarm.multiaddrs
    await using honest = await startNode({ memory: true, gossip: false, mode: 'light' })
    await honest.swarm.dial(address)
    let admitted = 0
    const { promise: all, resolve } = Promise.withResolvers<void>()
    victim.replica.on('entry:admit', () => {
      admitted += 1
      if (admitted === AUTHORS + SYNCS) resolve()
    })
    await victim.swarm.dial(offering.swarm.multiaddrs[0] ?? '')
    await once(victim.replica, 'entry:admit', { signal: signal() })
    for (let i = 0; i < SYNCS; i++) {
      await honest.publish([publication(`Honest news ${i}.`)])
      const [own] = honest.replica.heads()
      assert.ok(own !== undefined)
      const { failed } = await honest.swarm.synchronize({ signal: signal() })
      assert.equal(failed, 0)
      assert.equal(victim.replica.headOf(own.author).seq, i + 1)
    }
    assert.ok(admitted < AUTHORS, 'the others were still coming')
    await all
    assert.equal(victim.replica.totals().authors, AUTHORS + 1)
    assert.equal(victim.swarm.offences, 0)
    assert.equal(victim.swarm.peers().length, 2)
  })

  it('leaves no more entries in memory after a sync than are announced', async () => {
    await using victim = await startNode({ memory: true })
    const entries = Array.from({ length: 3 * MAX_ANNOUNCED_FEEDS }, () => forge())
    const wanted = new Map(entries.map((entry) => [entry.author.toString(), entry]))
    const shared = { leases: new FeedLeases(), refused: new RefusedFeeds(() => 0), peer: 'peer' }
    const pull = new FeedPull(victim.replica.publicView, shared, (bytes, read) => {
      const request = readSyncRequest(bytes)
      assert.ok(request.type === 'pull')
      const names = new Set(request.heads.map(({ author }) => author.toString()))
      const answers = entries
        .filter(({ author }) => names.has(author.toString()))
        .map((entry) => ({ type: 'entry' as const, bytes: writeEntry(entry) }))
      const frames = [...answers, { type: 'done' as const, more: false }].map(writeSyncAnswer)
      return read(() => Promise.resolve(frames.shift() ?? new Uint8Array()))
    })
    await pull.pull(wanted, () => true)
    const { received, latestEntries } = pull.report()
    assert.equal(received, entries.length)
    assert.deepEqual(
      latestEntries.map(({ author }) => author.toString()),
      entries.slice(-MAX_ANNOUNCED_FEEDS).map(({ author }) => author.toString())
    )
  })
})
