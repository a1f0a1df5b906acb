/**
 * Fills a directory with records of as many authors each, as a process of its own: the heap that it
 * leaves behind would stall what is measured.
 */
import { createHive } from 'noormme-hive'
import { openReplica, openStore } from '../../crdt/index.ts'
import { publicationOf } from './records.ts'

export interface Filling {
  readonly dataDir: string
  readonly from: number
  readonly to: number
  readonly authors: number
}

const BATCH = 10_000

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- scale.ts writes it
const { dataDir, from, to, authors } = JSON.parse(process.argv[2] ?? '') as Filling
// The node creates the directory.
await (await createHive({ dataDir, swarm: false })).stop()
const store = await openStore(`${dataDir}/store`)
const replica = await openReplica({ store })
for (let author = 0; author < authors; author++) {
  const other = await openStore()
  const source = await openReplica({ store: other })
  for (let at = from; at < to; at += BATCH) {
    const count = Math.min(BATCH, to - at)
    await source.publish(Array.from({ length: count }, (_, i) => publicationOf(at + i)))
  }
  for (const { author: key } of source.heads()) {
    for await (const bytes of source.entriesAfter(key, 0)) await replica.admit(bytes)
  }
  await other.close()
}
await replica.whenCompacted()
await store.close()
