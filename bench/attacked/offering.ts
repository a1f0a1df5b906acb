/** A node in a process of its own that offers one entry of each of many authors. */
import { openReplica, openStore } from '../../crdt/index.ts'
import { offerAuthors } from '../../test/fixtures/offered-authors.ts'
import { createSwarm } from '../../transport/index.ts'
import { answerCalls } from './remote.ts'

const calls = {
  /** Fills the store up to as many authors, for at most `seconds`; returns how many it has. */
  async fill(folder: string, authors: number, seconds: number): Promise<number> {
    const ends = performance.now() + seconds * 1000
    const store = await openStore(folder)
    const stored = await offerAuthors(store, authors, () => performance.now() < ends)
    await store.close()
    return stored
  },

  /** Returns its address, the authors that it offers, and the milliseconds until it has their digest. */
  async open(folder: string): Promise<{ address: string; authors: number; opened: number }> {
    const begun = performance.now()
    const store = await openStore(folder)
    const replica = await openReplica({ store })
    replica.digest()
    const opened = performance.now() - begun
    const swarm = await createSwarm({ store, replica })
    await swarm.start()
    const { authors } = replica.totals()
    return { address: swarm.multiaddrs[0] ?? '', authors, opened }
  }
}

export type OfferingCalls = typeof calls

answerCalls(calls)
