import assert from 'node:assert/strict'
import { createAuthor, openStore } from '../../../crdt/index.ts'
import { OwnCompaction } from '../../../crdt/publishing/own-compaction.ts'
import { Serial } from '../../../crdt/store/serial.ts'
import { hidingParts } from '../../fixtures/replica-parts.ts'

describe('a compaction of an own feed', () => {
  it('says where the feed will begin before another entry is appended', async () => {
    const store = await openStore()
    const { feeds, recordStore } = await hidingParts(store, 'hive')
    const author = createAuthor()
    const appends = new Serial()
    const current = { deadValues: 0, known: author, nextBase: undefined, values: 0 }
    const compaction = new OwnCompaction({
      current,
      signer: { sign: () => Promise.resolve([]) },
      recordStore,
      async feedOf(key, read) {
        const feed = await appends.run(() => {
          read(feeds.feed(key))
          return Promise.resolve(feeds.feed(key))
        })
        // Others may have their turn before the caller goes on.
        await appends.run(() => Promise.resolve())
        return feed
      },
      runAlone: (task) => task(),
      async *entryValues() {
        // The feed is empty.
      }
    })
    const compacted = compaction.compact()
    const next = await appends.run(() => Promise.resolve(current.nextBase))
    await compacted
    assert.equal(next, 1)
    await store.close()
  })
})
