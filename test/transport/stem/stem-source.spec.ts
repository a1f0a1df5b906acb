import assert from 'node:assert/strict'
import { openReplica, openStore } from '../../../crdt/index.ts'
import { StemSource } from '../../../transport/stem/stem-source.ts'
import { publication } from '../../fixtures/publications.ts'
import type { Entry } from '../../../crdt/index.ts'

describe('the source of stems', () => {
  it('watches entries that follow others of their author, which have come back', async () => {
    const store = await openStore()
    const replica = await openReplica({ store, hidesOwn: true })
    const embargoes: (() => Promise<void>)[] = []
    const gossiped: Entry[] = []
    const source = new StemSource({
      replica,
      // Takes everything, and passes nothing on.
      relay: () => Promise.resolve(true),
      isConnected: () => true,
      rotateRelays: () => undefined,
      gossip: (entries) => Promise.resolve(void gossiped.push(...entries)),
      startEmbargo: (onEnd) => void embargoes.push(onEnd),
      onError: (error) => assert.fail(String(error))
    })
    const send = async (): Promise<void> => {
      source.send()
      await source.idle()
    }
    const endEmbargo = async (): Promise<void> => {
      await embargoes.shift()?.()
      await source.idle()
    }
    const [first] = (await replica.publish([publication('one')])).entries
    assert.ok(first !== undefined)
    await send()
    await replica.unhide(first.author, first.seq)
    // The next entry hides its author again before a look finds that nothing is hidden.
    await endEmbargo()
    const [second] = (await replica.publish([publication('two')])).entries
    assert.deepEqual(second?.author, first.author)
    await send()
    await endEmbargo()
    await endEmbargo()
    assert.deepEqual(
      gossiped.map(({ seq }) => seq),
      [second?.seq]
    )
    assert.equal(replica.publicSeq(first.author), undefined)
    await store.close()
  })
})
