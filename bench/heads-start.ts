/** The part of a start that reads the heads of all authors, in a process of its own: `FOLDER snapshot|database`. */
import { openStore } from '../crdt/index.ts'
import { Feeds } from '../crdt/feeds/feeds.ts'
import { NOTHING_HIDDEN } from '../test/fixtures/many-feeds.ts'

const [folder, from] = process.argv.slice(2)

const store = await openStore(folder)
const { snapshots } = from === 'snapshot' ? store : { snapshots: undefined }
const feeds = new Feeds({ section: (name) => store.section(name), snapshots }, NOTHING_HIDDEN)
globalThis.gc?.()
const before = used()
const started = performance.now()
await feeds.load()
feeds.publicDigest()
const ms = performance.now() - started
globalThis.gc?.()
console.log(JSON.stringify({ ms, bytes: used() - before }))
await store.close()

function used(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
