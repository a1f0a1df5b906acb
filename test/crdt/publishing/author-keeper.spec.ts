import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { authorEpochs, digestOf, openReplica, openStore } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { replicaOn, deliver } from '../../fixtures/replicas.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Replica, Store } from '../../../crdt/index.ts'

interface Opened extends AsyncDisposable {
  readonly store: Store
  readonly replica: Replica
}

async function open(
  path: string,
  {
    place = 'here',
    now = () => 1_000
  }: { readonly place?: string; readonly now?: () => number } = {}
): Promise<Opened> {
  const store = await openStore(path)
  const replica = await openReplica({ store, place, epochs: authorEpochs(now, 10_000) })
  return { store, replica, [Symbol.asyncDispose]: () => store.close() }
}

/** A run that publishes, if peers were heard or not, and stops cleanly or not. */
async function run(
  path: string,
  content: string,
  {
    hears = true,
    keeps = true,
    ...more
  }: Partial<Record<'hears' | 'keeps', boolean>> & {
    readonly place?: string
    readonly now?: () => number
  } = {}
): Promise<number> {
  await using node = await open(path, more)
  if (hears) node.replica.hearPeers()
  await node.replica.publish([publication(content)])
  if (keeps) await node.replica.keepAuthor()
  return node.replica.heads().length
}

describe('an author after a clean stop', () => {
  it('goes on, so that authors do not multiply with restarts', async () => {
    await using folder = await temporaryDirectory()
    const path = join(folder.path, 'store')
    for (const content of ['a', 'b', 'c', 'd']) assert.equal(await run(path, content), 1)
    await using node = await open(path)
    assert.deepEqual(
      node.replica.heads().map(({ seq }) => seq),
      [4]
    )
  })

  it('goes on also where the first publication fails, as on a full disk', async () => {
    const { database, failNext } = failingDatabase()
    const place = 'here'
    {
      await using node = await replicaOn(database, undefined, undefined, place)
      await node.replica.publish([publication('a')])
      await node.replica.keepAuthor()
    }
    await using node = await replicaOn(database, undefined, undefined, place)
    node.replica.hearPeers()
    failNext('kept-author')
    await assert.rejects(node.replica.publish([publication('b')]))
    await node.replica.publish([publication('b')])
    assert.equal(node.replica.heads().length, 1)
  })

  it('keeps evidence, votes and what compaction counts', async () => {
    await using folder = await temporaryDirectory()
    const path = join(folder.path, 'store')
    const item = publication('with evidence')
    const digest = digestOf(item.record)
    {
      await using node = await open(path)
      await node.replica.addEvidence(digest, { uses: 2 })
      await node.replica.publishEvidence(20_000)
      await node.replica.keepAuthor()
    }
    await using node = await open(path)
    node.replica.hearPeers()
    await node.replica.publish([item])
    await node.replica.addEvidence(digest, { uses: 3 })
    await node.replica.publishEvidence(20_001)
    const attested = await node.replica.get(digest)
    assert.deepEqual(attested?.standing.counters, [['uses', 5]])
    assert.equal(attested?.standing.vouches, 1)
    assert.equal(node.replica.heads().length, 1)
  })

  it('ends after a crash, without peers, in another place and in another epoch', async () => {
    await using folder = await temporaryDirectory()
    const cases: readonly (readonly [Parameters<typeof run>[2], Parameters<typeof run>[2]])[] = [
      [{ keeps: false }, {}],
      [{}, { hears: false }],
      [{}, { place: 'elsewhere' }],
      [{}, { now: () => 11_000 }],
      [{}, { now: () => 900 }]
    ]
    for (const [i, [first, second]] of cases.entries()) {
      const path = join(folder.path, `store-${i}`)
      await run(path, 'a', first)
      assert.equal(await run(path, 'b', second), 2, `case ${i}`)
    }
  })

  it('is no longer on disk once a run has signed, or could have', async () => {
    await using folder = await temporaryDirectory()
    const path = join(folder.path, 'store')
    await run(path, 'a')
    const crashed = join(folder.path, 'crashed')
    {
      await using node = await open(path)
      await node.replica.publish([publication('without having heard peers')])
      await cp(path, crashed, { recursive: true })
    }
    assert.equal(await run(crashed, 'b'), 3)
  })

  it('is left by a run that publishes nothing', async () => {
    await using folder = await temporaryDirectory()
    const path = join(folder.path, 'store')
    await run(path, 'a')
    {
      await using node = await open(path)
      await node.replica.keepAuthor()
    }
    await (await open(path))[Symbol.asyncDispose]()
    assert.equal(await run(path, 'b'), 1)
  })

  it('never signs twice, where a copy went on with it and peers know', async () => {
    await using folder = await temporaryDirectory()
    await using peer = await replicaOn()
    const path = join(folder.path, 'store')
    const copy = join(folder.path, 'copy')
    await run(path, 'a')
    await cp(path, copy, { recursive: true })
    {
      // A copy that has the same name on its disk, as after a snapshot of the machine.
      await using node = await open(copy)
      node.replica.hearPeers()
      await node.replica.publish(publications(3))
      await deliver(node.replica, peer.replica)
    }
    await using node = await open(path)
    await deliver(peer.replica, node.replica)
    node.replica.hearPeers()
    await node.replica.publish([publication('b')])
    await deliver(node.replica, peer.replica)
    assert.equal(peer.replica.heads().length, 2)
    assert.deepEqual(
      peer.replica.heads().map(({ fork }) => fork),
      [0, 0]
    )
    assert.equal(toHex(peer.replica.digest()), toHex(node.replica.digest()))
  })
})
