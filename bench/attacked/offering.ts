/** A node in a process of its own that offers one entry of each of many authors. */
import { availableParallelism } from 'node:os'
import { clientIdOf, createAuthor, openReplica, openStore, writeEntry } from '../../crdt/index.ts'
import { KNOWLEDGE_DOC } from '../../crdt/constants.ts'
import { createEntry, NO_ENTRY } from '../../crdt/feeds/entry.ts'
import { Entries } from '../../crdt/feeds/entries.ts'
import { Feeds } from '../../crdt/feeds/feeds.ts'
import { pack } from '../../crdt/feeds/payload.ts'
import { preparePublication, valuesOf } from '../../crdt/publishing/publication.ts'
import { writeLogUpdate } from '../../crdt/records/knowledge-log.ts'
import { createSwarm } from '../../transport/index.ts'
import { answerCalls } from './remote.ts'
import type { Entry } from '../../crdt/index.ts'

const SWARM = 'default'

/** Entries of one commit. */
const BATCH = 1_000

const HIDDEN = { authors: () => [], publicHead: <T>(head: T): T => head }

const calls = {
  /**
   * Fills the store up to as many authors, for at most `seconds`; returns how many it has. The entries are signed
   * and whole. They are stored without their records, which nobody reads here.
   */
  async fill(folder: string, authors: number, seconds: number): Promise<number> {
    const ends = performance.now() + seconds * 1000
    const store = await openStore(folder)
    const entries = new Entries(store)
    const feeds = new Feeds(store, HIDDEN)
    await feeds.load()
    let stored = feeds.heads().length
    while (stored < authors && performance.now() < ends) {
      const count = Math.min(BATCH, authors - stored)
      const made = Array.from({ length: count }, (_, i) => entryOf(stored + i))
      await store.commit(
        made.flatMap((entry) => [
          entries.put(entry, writeEntry(entry)),
          feeds.set({
            author: entry.author,
            seq: 1,
            head: entry.hash,
            clock: 2,
            format: entry.format,
            end: 0,
            fork: 0,
            base: 1,
            doc: entry.doc
          })
        ])
      )
      stored += count
    }
    await store.close()
    return stored
  },

  /** Returns its address, and the authors that it offers. */
  async open(folder: string): Promise<{ address: string; authors: number; cores: number }> {
    const store = await openStore(folder)
    const replica = await openReplica({ store })
    const swarm = await createSwarm({ store, replica })
    await swarm.start()
    const { authors } = replica.totals()
    return { address: swarm.multiaddrs[0] ?? '', authors, cores: availableParallelism() }
  }
}

export type OfferingCalls = typeof calls

answerCalls(calls)

function entryOf(i: number): Entry {
  const author = createAuthor()
  const content = `Build number ${i} of the service needs the flag --retry-${i % 97} on hosts of type ${i % 13}, or its second stage hangs while it waits for the lock of the cache.`
  const record = { kind: 'insight', entity: `build ${i}`, content } as const
  const values = valuesOf(preparePublication({ record, confidence: 0.9, day: 20_000 }), false)
  const update = writeLogUpdate(clientIdOf(SWARM, author.key), 0, values)
  const position = { format: 1, seq: 1, prev: NO_ENTRY, doc: KNOWLEDGE_DOC, heads: [], base: 1 }
  return createEntry(SWARM, author, position, pack(update))
}
