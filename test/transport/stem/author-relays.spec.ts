import assert from 'node:assert/strict'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { createAuthor, openStore } from '../../../crdt/index.ts'
import { AuthorRelays, usedRelays } from '../../../transport/stem/author-relays.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'

describe('the relay of an author', () => {
  it('is the same after a restart, also where a full disk had refused one', async () => {
    const { database, failNext } = failingDatabase()
    const store = await openStore(database)
    const peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
    const relays = new AuthorRelays({
      store,
      clock: Date,
      random: () => 0,
      peers: () => [peer]
    })
    const author = createAuthor().key
    failNext('author-relays')
    await assert.rejects(relays.relayOf(author), { code: 'STORE_WRITE_FAILED' })
    assert.equal((await relays.relayOf(author)).type, 'relay')
    assert.deepEqual(await usedRelays(store, author), [peer.toString()])
    await store.close()
  })
})
