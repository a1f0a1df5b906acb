/**
 * What it costs two replicas to find and to exchange what they differ in, beside range-based
 * reconciliation of negentropy (NIP-77) and rateless sketches (riblt) over the same sets; and what
 * a million authors cost in memory and at a start.
 */
import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { DecoderWrapper, EncoderWrapper, ready } from '@peerbit/riblt'
import { nip77 } from 'nostr-tools'
import { z } from 'zod'
import { openReplica, openStore } from '../crdt/index.ts'
import { Feeds } from '../crdt/feeds/feeds.ts'
import { createSwarm } from '../transport/index.ts'
import { authorOf, fillFeeds, NOTHING_HIDDEN } from '../test/fixtures/many-feeds.ts'
import { median } from './samples.ts'
import { formatNumber } from './table.ts'
import { inFolder } from './temporary.ts'
import { streamBytes } from './stream-bytes.ts'
import type { Publication, Replica, Store } from '../crdt/index.ts'
import type { Swarm } from '../transport/index.ts'
import type { Benchmark } from './benchmark.ts'
import type { StreamBytes } from './stream-bytes.ts'

/** Starts that are measured, each of a new process. */
const STARTS = 5

const Start = z.object({ ms: z.number(), bytes: z.number() })

export const exchange: Benchmark<'authors' | 'million' | 'missing'> = {
  about: 'bytes and time of a sync that finds nothing, one or many entries missing',
  defaults: { authors: 10_000, missing: 1_000, million: 1_000_000 },

  async run({ authors, missing, million }) {
    await using pair = await Pair.of(authors)
    const figures: Figure[] = []
    figures.push(['nothing missing', await pair.compared(0), 0])
    figures.push(['1 missing', await pair.compared(1), 1])
    figures.push([`${formatNumber(missing)} missing`, await pair.compared(missing), missing])
    console.log(`exchange: ${formatNumber(authors)} authors of one entry each\n`)
    for (const [figure, cost, count] of figures) {
      console.log(
        `${figure.padEnd(16)} ${formatNumber(cost.bytes).padStart(10)} B ${formatNumber(cost.ms, 1).padStart(9)} ms` +
          (count === 0 ? '' : `   entries alone ${formatNumber(cost.entryBytes)} B`)
      )
    }
    for (const count of [1, missing]) {
      const ids = pair.ids()
      const lacking = ids.filter((_, i) => i % Math.max(1, Math.floor(ids.length / count)) !== 0)
      console.log(
        `\nto find ${formatNumber(ids.length - lacking.length)} of ${formatNumber(ids.length)}:`
      )
      printOther('negentropy', negentropy(ids, lacking))
      printOther('riblt', await riblt(ids, lacking))
    }
    if (million > 0) await manyAuthors(million)
  }
}

type Figure = readonly [figure: string, cost: Cost, count: number]

interface Cost {
  readonly bytes: number
  readonly ms: number
  /** Of the entries that were missing. */
  readonly entryBytes: number
}

interface Side {
  readonly store: Store
  readonly replica: Replica
  readonly swarm: Swarm
  readonly streams: StreamBytes
}

/** A node that has entries of many authors, and one that lacks some. */
class Pair implements AsyncDisposable {
  readonly #entries: readonly Uint8Array[]
  readonly #full: Side

  private constructor(entries: readonly Uint8Array[], full: Side) {
    this.#entries = entries
    this.#full = full
  }

  static async of(authors: number): Promise<Pair> {
    const entries = await entriesOf(authors)
    return new Pair(entries, await sideWith(entries))
  }

  /** What a sync costs a node that lacks entries of as many new authors. */
  async compared(missing: number): Promise<Cost> {
    const other = await sideWith(this.#entries)
    try {
      await other.swarm.dial(this.#full.swarm.multiaddrs[0] ?? '')
      // The streams are open, and what they cost is paid.
      while ((await this.#full.swarm.synchronize()).peers === 0) await turn()
      await other.swarm.synchronize()
      const entries = await entriesOf(missing)
      for (const bytes of entries) await this.#full.replica.admit(bytes)
      const before = this.#full.streams.sent + other.streams.sent
      const started = performance.now()
      await other.swarm.synchronize()
      const ms = performance.now() - started
      const bytes = this.#full.streams.sent + other.streams.sent - before
      if (!Buffer.from(other.replica.digest()).equals(this.#full.replica.digest())) {
        throw new Error('The sync did not bring what was missing.')
      }
      return { bytes, ms, entryBytes: entries.reduce((sum, { length }) => sum + length, 0) }
    } finally {
      await close(other)
    }
  }

  ids(): Uint8Array[] {
    return this.#entries.map((bytes) => hash('sha256', bytes, 'buffer'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await close(this.#full)
  }
}

let number = 0

/** One entry of each of as many authors. */
async function entriesOf(authors: number): Promise<Uint8Array[]> {
  const store = await openStore()
  const replica = await openReplica({ store })
  for (let i = 0; i < authors; i++) {
    replica.rotateAuthor()
    await replica.publish([publicationOf(++number)])
  }
  const entries: Uint8Array[] = []
  for (const { author } of replica.heads()) {
    for await (const bytes of replica.entriesAfter(author, 0)) entries.push(bytes.slice())
  }
  await store.close()
  return entries
}

function publicationOf(i: number): Publication {
  const content = `Build number ${i} of the service needs the flag --retry-${i % 97} on hosts of type ${i % 13}, or its second stage hangs while it waits for the lock of the cache.`
  return {
    record: { kind: 'insight', entity: `build ${i}`, content },
    confidence: 0.9,
    day: 20_000
  }
}

async function sideWith(entries: readonly Uint8Array[]): Promise<Side> {
  const store = await openStore()
  const replica = await openReplica({ store })
  const admitted = entries.map((bytes) => replica.admit(bytes))
  for (const admission of await Promise.all(admitted)) {
    if (admission.outcome === 'admitted') await admission.durable
  }
  const streams = streamBytes('/sync/')
  const swarm = await createSwarm({
    store,
    replica,
    gossip: false,
    syncInterval: 0,
    filterInterval: 0,
    libp2p: { metrics: () => streams }
  })
  await swarm.start()
  return { store, replica, swarm, streams }
}

async function close({ store, swarm }: Side): Promise<void> {
  await swarm.stop()
  await store.close()
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Bytes both ways until the side that lacks some knows which. */
function negentropy(all: readonly Uint8Array[], lacking: readonly Uint8Array[]): OtherCost {
  const server = new nip77.Negentropy(storageOf(all))
  const client = new nip77.Negentropy(storageOf(lacking))
  const started = performance.now()
  let found = 0
  let bytes = 0
  let message: string | null = client.initiate()
  while (message !== null) {
    bytes += message.length / 2
    const answer = server.reconcile(message)
    if (answer === null) break
    bytes += answer.length / 2
    message = client.reconcile(answer, undefined, () => {
      found += 1
    })
  }
  return { bytes, ms: performance.now() - started, found }
}

function storageOf(ids: readonly Uint8Array[]): nip77.NegentropyStorageVector {
  const storage = new nip77.NegentropyStorageVector()
  for (const id of ids) storage.insert(0, Buffer.from(id).toString('hex'))
  storage.seal()
  return storage
}

function symbolOf(id: Uint8Array): bigint {
  return Buffer.from(id).readBigUInt64BE()
}

/** A coded symbol: 8 bytes of the sum, 8 of the hash, and 1 of the count. */
const CODED_SYMBOL_BYTES = 17

async function riblt(
  all: readonly Uint8Array[],
  lacking: readonly Uint8Array[]
): Promise<OtherCost> {
  await ready
  const started = performance.now()
  const encoder = new EncoderWrapper()
  for (const id of all) encoder.add_symbol(symbolOf(id))
  const decoder = new DecoderWrapper()
  for (const id of lacking) decoder.add_symbol(symbolOf(id))
  let symbols = 0
  do {
    decoder.add_coded_symbol(encoder.produce_next_coded_symbol())
    decoder.try_decode()
    symbols += 1
  } while (!decoder.decoded())
  const found = decoder.get_remote_symbols().length
  return { bytes: symbols * CODED_SYMBOL_BYTES, ms: performance.now() - started, found }
}

interface OtherCost {
  readonly bytes: number
  readonly ms: number
  readonly found: number
}

function printOther(name: string, { bytes, ms, found }: OtherCost): void {
  console.log(
    `${name.padEnd(16)} ${formatNumber(bytes).padStart(10)} B ${formatNumber(ms, 1).padStart(9)} ms   found ${formatNumber(found)}`
  )
}

/** A store with as many authors: memory, and the time until its digest is there, both ways. */
async function manyAuthors(authors: number): Promise<void> {
  await inFolder(async (folder) => {
    const store = await openStore(folder)
    const feeds = new Feeds(store, NOTHING_HIDDEN)
    await feeds.load()
    await fillFeeds(store, feeds, authors)
    const filled = performance.now()
    // Another one may follow, of what has changed during the first.
    for (let i = 0; i < 4; i++) {
      await store.snapshots?.idle()
      await turn()
    }
    const written = performance.now() - filled
    console.log(
      `\n${formatNumber(authors)} authors, snapshot written in ${formatNumber(written)} ms`
    )
    await store.close()
    for (const from of ['snapshot', 'database'] as const) await printStarts(folder, from)
    const again = await openStore(folder)
    const opened = new Feeds(again, NOTHING_HIDDEN)
    await opened.load()
    const samples = Array.from({ length: 1000 }, (_, i) => {
      const author = authorOf((i * 7919) % authors)
      const at = performance.now()
      opened.set({ ...opened.get(author), seq: 90 })
      opened.publicDigest()
      return performance.now() - at
    })
    const middle = samples.toSorted((a, b) => a - b)[500] ?? 0
    console.log(`a changed head and the new digest: ${formatNumber(middle * 1000)} us`)
    await again.close()
  })
}

/** Processes that start one after the other: a start is what a node does with code that never ran. */
async function printStarts(folder: string, from: 'database' | 'snapshot'): Promise<void> {
  const starts: z.infer<typeof Start>[] = []
  while (starts.length < STARTS) {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...process.execArgv,
      fileURLToPath(new URL('./heads-start.ts', import.meta.url)),
      folder,
      from
    ])
    starts.push(Start.parse(JSON.parse(stdout)))
  }
  const times = starts.map(({ ms }) => ms)
  console.log(
    `from the ${from}: ${formatNumber(median(starts.map(({ bytes }) => bytes)) / 1e6)} MB, read with the digest in ${formatNumber(median(times))} ms (${STARTS} starts, ${formatNumber(Math.min(...times))} to ${formatNumber(Math.max(...times))})`
  )
}
