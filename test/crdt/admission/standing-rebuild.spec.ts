import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openReplica, openStore } from '../../../crdt/index.ts'
import { REBUILD_KEY } from '../../../crdt/store/migrations.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { publications } from '../../fixtures/publications.ts'
import { contentOf, deliver, replicaOn } from '../../fixtures/replicas.ts'
import type { FailingDatabase } from '../../fixtures/failing-database.ts'
import type { Replica, Store } from '../../../crdt/index.ts'

const DERIVED = ['standings', 'votes', 'older-votes', 'withdrawals', 'facets']

/** As an earlier version leaves it: entries and bodies, but no standings. */
async function withoutStandings(store: Store): Promise<void> {
  for (const name of DERIVED) {
    const section = store.section(name)
    for await (const [key] of section.entries()) await store.commit([section.del(key)])
  }
  await store.commit([store.section('meta').put(REBUILD_KEY, new Uint8Array())])
}

/** Several authors that vouch, retract, count and compact. */
async function teach(replica: Replica): Promise<void> {
  const { records } = await replica.publish(publications(20))
  for (const digest of records.slice(0, 5)) await replica.retract(digest)
  for (const digest of records.slice(3, 9)) await replica.addEvidence(digest, { uses: 2 })
  await replica.publishEvidence(20_000)
  for (let author = 0; author < 10; author++) {
    await using other = await replicaOn()
    await other.replica.publish(publications(12))
    await deliver(other.replica, replica)
  }
  await replica.compact()
  await replica.whenCompacted()
}

/** A store to open again without standings, and what it said with them. */
async function taughtStore(): Promise<
  FailingDatabase & { readonly store: Store; readonly before: readonly unknown[] }
> {
  const failing = failingDatabase()
  const store = await openStore(failing.database)
  const replica = await openReplica({ store })
  await teach(replica)
  const before = await contentOf(replica)
  await withoutStandings(store)
  await store.close()
  return { ...failing, store: await openStore(failing.database), before }
}

describe('a rebuild of standings', () => {
  it('gives what the entries say, whichever of its commits fails', async () => {
    for (let failing = 0; ; failing++) {
      const { store, before, database, failNext } = await taughtStore()
      let commits = 0
      const opened = await openReplica({
        store: {
          section: (name) => store.section(name),
          flush: () => store.flush(),
          damaged: 0,
          closing: store.closing,
          isSuspect: false,
          commit(operations, options) {
            if (commits === failing) failNext()
            commits += 1
            return store.commit(operations, options)
          }
        }
      }).catch(() => undefined)
      await opened?.whenCompacted()
      await store.close()
      await using again = await replicaOn(database)
      assert.deepEqual(await contentOf(again.replica), before, `commit ${failing} failed`)
      assert.equal(await again.store.section('meta').has(REBUILD_KEY), false)
      if (commits <= failing) break
    }
  })

  it('goes on without a restart after a commit that failed', async () => {
    const { store, before, failNext } = await taughtStore()
    failNext('standings')
    const opened = await openReplica({ store })
    await opened.whenCompacted()
    const meta = store.section('meta')
    assert.ok(await meta.has(REBUILD_KEY))
    while (await meta.has(REBUILD_KEY)) await nextTurn()
    assert.deepEqual(await contentOf(opened), before)
    await store.close()
  })

  it('leaves no removal to the next start, so that reads of standings stay exact', async () => {
    const { store } = await taughtStore()
    const opened = await openReplica({ store })
    assert.ok(opened.heads().some(({ base }) => base > 1))
    await opened.whenCompacted()
    assert.deepEqual(await Array.fromAsync(store.section('unswept').entries()), [])
    await store.close()
  })
})
