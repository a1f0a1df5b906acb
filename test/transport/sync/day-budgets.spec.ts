import assert from 'node:assert/strict'
import { createAuthor, writeEntry } from '../../../crdt/index.ts'
import { forge } from '../../fixtures/forgery.ts'
import { converged, startNode } from '../../fixtures/nodes.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { REFUSED_WAIT } from '../../../transport/constants.ts'
import { FeedLeases } from '../../../transport/sync/feed-leases.ts'
import { FeedPull } from '../../../transport/sync/feed-pull.ts'
import { RefusedFeeds } from '../../../transport/sync/refused-feeds.ts'
import { readSyncRequest, writeSyncAnswer } from '../../../transport/sync/sync-frames.ts'
import type { DayBudget, Entry } from '../../../crdt/index.ts'
import type { TestNode } from '../../fixtures/nodes.ts'

/** Of one peer in a day: 40 entries, 20 of them by new authors. */
const PEER: DayBudget = { authors: 100, entries: 40, bytes: 1024 ** 2 }

describe('budgets of a day in a swarm', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(15_000)
  const seqOf = ({ replica }: TestNode, { author }: Entry): number => replica.headOf(author).seq

  it('keep a flood of keys out, and let in the same authors by others, known authors and, later, all', async () => {
    let today = 20_000
    const day = (): number => today
    const shared = { memory: true, gossip: false, day } as const
    const unlimited = { authors: 1e6, entries: 1e6, bytes: 2 ** 40 }
    const free = { peer: unlimited, all: unlimited }
    await using mallory = await startNode({ ...shared, budgets: free })
    const known = createAuthor()
    const first = forge({ author: known })
    await mallory.replica.admit(writeEntry(first))
    await using victim = await startNode({
      ...shared,
      budgets: { peer: PEER },
      bootstrap: mallory.swarm.multiaddrs
    })
    await converged([mallory, victim], signal())
    today += 1
    for (let i = 0; i < 200; i++) await mallory.replica.admit(writeEntry(forge()))
    const second = forge({ author: known, seq: 2, prev: first.hash, clock: 2 })
    await mallory.replica.admit(writeEntry(second))
    await victim.swarm.synchronize({ signal: signal() })
    assert.equal(victim.replica.heads().length, 1 + PEER.entries / 2)
    assert.equal(seqOf(victim, second), 2, 'a known author goes on')
    assert.equal(victim.swarm.offences, 0)

    await using bob = await startNode({ ...shared, budgets: free })
    await bob.publish(publications(3))
    await receives(victim, bob, 1)

    // Each refused feed waits for a while; other peers may bring it at once.
    for (let i = 0; victim.replica.heads().length < 202 && i < 30; i++) {
      today += 1
      await using again = await startNode({ ...shared, budgets: free })
      for (const { author } of mallory.replica.heads()) {
        for await (const bytes of mallory.replica.entriesAfter(author, 0)) {
          await again.replica.admit(bytes)
        }
      }
      const missing = 202 - victim.replica.heads().length
      await receives(victim, again, Math.min(missing, PEER.entries / 2))
    }
    await bob.swarm.dial(mallory.swarm.multiaddrs[0] ?? '', { signal: signal() })
    await converged([mallory, bob, victim], signal())
  })

  /** Dials, and waits for entries. */
  async function receives(node: TestNode, from: TestNode, count: number): Promise<void> {
    let left = count
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAdmitted = (): void => {
      left -= 1
      if (left === 0) resolve()
    }
    node.replica.on('entry:admit', onAdmitted)
    const ended = signal()
    ended.addEventListener('abort', () => reject(ended.reason), { once: true })
    try {
      await node.swarm.dial(from.swarm.multiaddrs[0] ?? '', { signal: ended })
      await promise
    } finally {
      node.replica.off('entry:admit', onAdmitted)
    }
  }

  it('spare a peer that has brought enough the feeds of new authors, for a while', async () => {
    await using victim = await startNode({ memory: true, budgets: { peer: PEER } })
    const entries = Array.from({ length: 300 }, () => forge())
    const ownFeed = await victim.replica.publish([publication('known')])
    const wanted = new Map(entries.map((entry) => [entry.author.toString(), entry]))
    for (const entry of ownFeed.entries) wanted.set(entry.author.toString(), entry)
    let now = 0
    const shared = { leases: new FeedLeases(), refused: new RefusedFeeds(() => now) }
    const pullFrom = async (peer: string): Promise<number> => {
      let asked = 0
      const pull = new FeedPull(victim.replica.publicView, { ...shared, peer }, (bytes, read) => {
        const request = readSyncRequest(bytes)
        assert.ok(request.type === 'pull')
        const lacking = request.heads.filter(({ seq }) => seq === 0)
        const names = new Set(lacking.map(({ author }) => author.toString()))
        asked += names.size
        const answers = entries
          .filter(({ author }) => names.has(author.toString()))
          .map((entry) => ({ type: 'entry' as const, bytes: writeEntry(entry) }))
        const frames = [...answers, { type: 'done' as const, more: false }].map(writeSyncAnswer)
        return read(() => Promise.resolve(frames.shift() ?? new Uint8Array()))
      })
      const isBehind = (author: Uint8Array): boolean => victim.replica.headOf(author).seq === 0
      await pull.pull(wanted, isBehind)
      return asked
    }
    const firstRun = await pullFrom('mallory')
    assert.ok(firstRun < 200, `${firstRun} feeds in the first run`)
    await pullFrom('mallory')
    await pullFrom('mallory')
    assert.equal(await pullFrom('mallory'), 0, 'it has nothing else')
    assert.ok((await pullFrom('bob')) > 0, 'others are asked')
    now += REFUSED_WAIT
    assert.ok((await pullFrom('mallory')) > 0, 'after a while, again')
  })
})
