import assert from 'node:assert/strict'
import { once } from 'node:events'
import { queryObjects } from 'node:v8'
import { openReplica, openStore, readEntry, Serial, writeEntry } from '../../../crdt/index.ts'
import { BUDGET_LIMITS } from '../../../crdt/admission/entry-budgets.ts'
import { createHost } from '../../../transport/host/host.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { forge, framed, unsigned } from '../../fixtures/forgery.ts'
import { converged, gossiping, startNode } from '../../fixtures/nodes.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { createAuthor } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { MAX_CUT_STEMS, MAX_STEM_BATCH_BYTES } from '../../../transport/constants.ts'
import type { Stream } from '@libp2p/interface'
import type { Host } from '../../../transport/host/host.ts'
import type { Attacker } from '../../fixtures/attacker.ts'
import type { TestNode, TestNodeInit } from '../../fixtures/nodes.ts'

describe('the stem', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(15_000)
  const hidden: TestNodeInit = { memory: true, hidesOwn: true }

  /** All connected to each other, as far as gossip sees it. */
  async function swarmOf(count: number, init: TestNodeInit = hidden): Promise<TestNode[]> {
    const nodes = [await startNode(init)]
    for (let i = 1; i < count; i++) {
      const bootstrap = nodes.flatMap(({ swarm }) => swarm.multiaddrs)
      nodes.push(await startNode({ ...init, bootstrap }))
    }
    await Promise.all(nodes.map((node) => gossiping(node, signal(), count - 1)))
    return nodes
  }

  const stop = (nodes: readonly TestNode[]): Promise<unknown> =>
    Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))

  it('brings own entries to all, and tells of them only when they have come back', async () => {
    const nodes = await swarmOf(5)
    const [a] = nodes
    assert.ok(a !== undefined)
    const shown = once(a.replica, 'entry:unhide', { signal: signal() })
    await a.publish(publications(50))
    assert.deepEqual(a.replica.publicView.heads(), [])
    await shown
    assert.equal(a.replica.publicView.heads().length, 1)
    assert.equal(a.replica.hiddenAuthors().length, 0)
    await converged(nodes, signal(), 1)
    await a.publish([publication('later')])
    await converged(nodes, signal(), 2)
    await stop(nodes)
  })

  it('begins also where the work that made the entries ends before it announces them', async () => {
    await using a = await startNode({ hidesOwn: true, random: () => 0 })
    await using b = await startNode({ hidesOwn: true, bootstrap: a.swarm.multiaddrs })
    await gossiping(b, signal())
    const shown = once(a.replica, 'entry:unhide', { signal: signal() })
    await a.replica.publish([publication('unannounced')])
    await shown
    await converged([a, b], signal(), 1)
  })

  it('shows nothing to peers before: no head, no body, no element of a filter', async () => {
    const store = await openStore()
    const replica = await openReplica({ store, hidesOwn: true })
    const { records } = await replica.publish(publications(3))
    const [author] = replica.hiddenAuthors()
    assert.ok(author !== undefined)
    const { publicView } = replica
    assert.deepEqual(publicView.heads(), [])
    assert.deepEqual(await publicView.bodies([...records]), [undefined, undefined, undefined])
    assert.deepEqual(await Array.fromAsync(publicView.entriesAfter(author, 0)), [])
    assert.equal(await publicView.headerAt(author, 1), undefined)
    assert.equal(replica.published.version, 0)
    await replica.published.rebuild()
    assert.equal(replica.published.version, 0)
    const empty = await openReplica({ store: await openStore() })
    assert.deepEqual(publicView.digest(), empty.digest())
    await replica.unhide(author, 1)
    assert.equal(publicView.heads().length, 1)
    assert.equal(replica.published.version, 3)
    assert.ok((await publicView.bodies([...records])).every((body) => body !== undefined))
    await replica.publish([publication('more')])
    assert.deepEqual(
      publicView.heads().map(({ seq }) => seq),
      [1]
    )
    assert.equal((await Array.fromAsync(publicView.entriesAfter(author, 0))).length, 1)
    const last = await replica.publish([publication('and more')])
    await replica.unhide(author, 2)
    assert.equal(replica.published.version, 4)
    assert.deepEqual(await publicView.bodies([...last.records]), [undefined])
    await store.close()
  })

  it('begins when the first peer connects, also for what an earlier run left', async () => {
    const store = await openStore()
    const before = await openReplica({ store, hidesOwn: true })
    await before.publish(publications(5))
    const after = await openReplica({ store, hidesOwn: true })
    assert.deepEqual(after.publicView.heads(), [])
    assert.equal(after.published.version, 0)
    const told = await openReplica({ store, hidesOwn: false })
    assert.equal(told.publicView.heads().length, 1)
    assert.equal(told.published.version, 5)
    await using a = await startNode(hidden)
    await a.publish(publications(5))
    await using b = await startNode({ ...hidden, bootstrap: a.swarm.multiaddrs })
    await converged([a, b], signal(), 1)
    await store.close()
  })

  it('goes around a relay that swallows what it gets', async () => {
    // The first peer is the relay, whichever is taken.
    await using a = await startNode({ hidesOwn: true, embargo: 20, random: () => 0 })
    let streams = 0
    await using _ = await attackerOn(a, signal(), {
      stem: (stream) => {
        streams += 1
        stream.addEventListener('remoteCloseWrite', () => void stream.close())
      }
    })
    await using b = await startNode({ hidesOwn: true, bootstrap: a.swarm.multiaddrs })
    await gossiping(a, signal(), 2)
    await a.publish([publication('one')])
    await converged([a, b], signal(), 1)
    // The author keeps its next relay.
    await a.publish([publication('two')])
    await converged([a, b], signal(), 2)
    assert.equal(streams, 1)
  })

  it('goes around it each time, also where the disk was full when the embargo ended', async () => {
    const { database, failNext } = failingDatabase()
    await using a = await startNode({ hidesOwn: true, embargo: 20, random: () => 0, database })
    await using _ = await attackerOn(a, signal(), {
      stem: (stream) => {
        stream.addEventListener('remoteCloseWrite', () => void stream.close())
      }
    })
    await using b = await startNode({ hidesOwn: true, bootstrap: a.swarm.multiaddrs })
    await gossiping(a, signal(), 2)
    for (const [i, text] of ['one', 'two', 'three'].entries()) {
      await a.publish([publication(text)])
      failNext('unshown')
      await converged([a, b], signal(), i + 1)
    }
  })

  it('costs a peer that sends what nobody signed, and admits nothing', async () => {
    await using a = await startNode({ hidesOwn: true })
    await using attacker = await attackerOn(a, signal())
    const offence = once(a.swarm, 'peer:offend', { signal: signal() })
    await send(attacker, unsigned(forge()))
    const [{ reason }] = await offence
    assert.match(reason, /signature/)
    assert.deepEqual(a.replica.heads(), [])
  })

  it('costs a peer that puts another payload under a signed header, also of an own entry', async () => {
    const seen: Uint8Array[] = []
    await using a = await startNode({ hidesOwn: true, random: () => 0 })
    await using attacker = await attackerOn(a, signal(), {
      stem: (stream) => {
        stream.addEventListener('message', ({ data }) => seen.push(data.subarray()))
        stream.addEventListener('remoteCloseWrite', () => void stream.close())
      }
    })
    const shown: string[] = []
    a.replica.on('entry:unhide', (author) => shown.push(toHex(author)))
    await a.publish([publication('one')])
    const [author] = a.replica.hiddenAuthors()
    assert.ok(author !== undefined)
    const [own] = await Array.fromAsync(a.replica.entriesAfter(author, 0))
    assert.ok(own !== undefined)
    for (const entry of [readEntry(own), forge()]) {
      const offence = once(a.swarm, 'peer:offend', { signal: signal() })
      await send(attacker, writeEntry({ ...entry, payload: Buffer.from('another') }))
      const [{ reason }] = await offence
      assert.match(reason, /payload/)
    }
    assert.deepEqual(shown, [])
  })

  it('refuses more than a batch holds, at the cost of its sender', async () => {
    await using a = await startNode({ hidesOwn: true })
    await using attacker = await attackerOn(a, signal())
    const offence = once(a.swarm, 'peer:offend', { signal: signal() })
    const stream = await attacker.open('stem')
    const author = createAuthor()
    const payload = Buffer.alloc(60_000)
    for (let seq = 1; seq <= MAX_STEM_BATCH_BYTES / payload.length + 3; seq++) {
      const entry = writeEntry(forge({ author, seq, prev: new Uint8Array(32).fill(seq), payload }))
      if (!stream.send(framed(entry))) await Promise.race([offence, stream.onDrain()])
    }
    assert.match(String((await offence)[0].reason), /more on a stem/)
    assert.deepEqual(a.replica.heads(), [])
  })

  it('reads no entry of streams that are cut, and then refuses those of the peer, without blame', async () => {
    const read: string[] = []
    await using a = await startNode({
      hidesOwn: true,
      random: () => 0,
      onHeader: (peer) => read.push(peer.toString())
    })
    await using mallory = await attackerOn(a, signal())
    await using bob = await attackerOn(a, signal())
    for (let i = 0; i < MAX_CUT_STEMS; i++) {
      const stream = await mallory.open('stem')
      // Read, this would be an offence.
      stream.send(framed(unsigned(forge())))
      stream.abort(new Error('cut'))
    }
    const refused = await mallory.open('stem')
    if (refused.status === 'open') {
      const closed = once(refused, 'close', { signal: signal() })
      refused.send(framed(writeEntry(forge())))
      void refused.close().catch(() => undefined)
      await closed
    }
    const admitted = once(a.replica, 'entry:admit', { signal: signal() })
    await send(bob, writeEntry(forge()))
    await admitted
    assert.deepEqual(read, [bob.peer])
    assert.equal(a.swarm.offences, 0)
  })

  it('keeps nothing of neighbours that have left', async () => {
    await using a = await startNode({ hidesOwn: true, random: () => 0 })
    const queues = (): number => queryObjects(Serial, { format: 'count' })
    const before = queues()
    for (let i = 0; i < 5; i++) {
      await using neighbour = await attackerOn(a, signal())
      const admitted = once(a.replica, 'entry:admit', { signal: signal() })
      await send(neighbour, writeEntry(forge()))
      await admitted
      const left = once(a.swarm, 'peer:disconnect', { signal: signal() })
      await neighbour[Symbol.asyncDispose]()
      await left
    }
    // Those of other tests may go meanwhile.
    assert.ok(queues() <= before)
  })

  it('spreads nothing that could not be written, and goes on', async () => {
    const { database, failNext } = failingDatabase()
    // It ends all stems that reach it.
    await using a = await startNode({ hidesOwn: true, database, random: () => 0 })
    await using b = await startNode({ hidesOwn: true, bootstrap: a.swarm.multiaddrs })
    await gossiping(a, signal())
    await using attacker = await attackerOn(a, signal())
    const [lost, kept] = [forge(), forge()]
    failNext('entries')
    await send(attacker, writeEntry(lost))
    const admitted = once(b.replica, 'entry:admit', { signal: signal() })
    await send(attacker, writeEntry(kept))
    const [{ author }] = await admitted
    assert.equal(toHex(author), toHex(kept.author))
    assert.equal(b.replica.headOf(lost.author).seq, 0)
  })

  it('ends at a node without gossip in a sync with its peers, which gossip the entry', async () => {
    const init = { hidesOwn: true, embargo: 60_000, random: () => 0 }
    await using a = await startNode(init)
    const bootstrap = a.swarm.multiaddrs
    await using relay = await startNode({ gossip: false, bootstrap })
    if (relay.swarm.peers().length === 0)
      await once(relay.swarm, 'peer:connect', { signal: signal() })
    await using b = await startNode({ ...init, bootstrap })
    await gossiping(b, signal())
    const shown = once(a.replica, 'entry:unhide', { signal: signal() })
    await a.publish([publication('through a relay without gossip')])
    await shown
    await converged([a, b, relay], signal(), 1)
  })

  it('ends where an entry comes round in a circle', async () => {
    // A node that would pass everything on, to a peer that swallows it.
    await using a = await startNode({ hidesOwn: true, random: () => 0.5 })
    await using attacker = await attackerOn(a, signal(), { stem: () => undefined })
    const entry = forge()
    const admitted = once(a.replica, 'entry:admit', { signal: signal() })
    await send(attacker, writeEntry(entry))
    await send(attacker, writeEntry(entry))
    await admitted
    assert.equal(a.replica.headOf(entry.author).seq, 1)
  })

  it('ends at the author when the relay sends an entry back, as at a node that passed it on', async () => {
    await using a = await startNode({ hidesOwn: true, random: () => 0.5, embargo: 60_000 })
    const sent: string[] = []
    const swallow = (name: string) => (stream: Stream) => {
      sent.push(name)
      stream.addEventListener('remoteCloseWrite', () => void stream.close())
    }
    await using one = await attackerOn(a, signal(), { stem: swallow('one') })
    await using two = await attackerOn(a, signal(), { stem: swallow('two') })
    const { entries } = await a.replica.publish([publication('x')])
    const [entry] = entries
    assert.ok(entry !== undefined)
    await a.swarm.announce(entries)
    while (sent.length === 0) await new Promise(setImmediate)
    const shown = once(a.replica, 'entry:unhide', { signal: signal() })
    await send(sent[0] === 'one' ? one : two, writeEntry(entry))
    await shown
    assert.equal(sent.length, 1)
  })

  it('gossips no own entry that comes back over a budget, as none of others', async () => {
    let host: Host | undefined
    await using a = await startNode({
      hidesOwn: true,
      embargo: 60_000,
      budgets: { peer: { ...BUDGET_LIMITS.peer, authors: 1 } },
      createHost: async (init) => (host = await createHost(init))
    })
    let gossiped = 0
    await using spy = await attackerOn(a, signal(), {
      stem: (stream) => stream.addEventListener('remoteCloseWrite', () => void stream.close())
    })
    assert.ok(host !== undefined)
    const { gossip, stem } = host.services
    const publish = gossip.publish.bind(gossip)
    gossip.publish = (topic, data) => {
      gossiped += 1
      return publish(topic, data)
    }
    const { entries } = await a.replica.publish([publication('x')])
    await a.swarm.announce(entries)
    await stem?.idle()
    for (const entry of [...entries, forge()]) {
      const refused = once(a.replica, 'entry:reject', { signal: signal() })
      await send(spy, writeEntry(entry))
      await refused
      await stem?.idle()
    }
    assert.equal(gossiped, 0)
    assert.equal(a.replica.hiddenAuthors().length, 1)
  })
})

async function send(attacker: Attacker, bytes: Uint8Array): Promise<void> {
  const stream = await attacker.open('stem')
  stream.send(framed(bytes))
  await stream.close()
}
