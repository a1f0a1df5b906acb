/**
 * What it costs to keep the standing of records: admission with and without the index that follows
 * it, a vote on a record of many authors beside one on a record of few, and the end of an author
 * with many votes.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  clientIdOf,
  createAuthor,
  openReplica,
  openStore,
  writeEntry,
  writeProof
} from '../crdt/index.ts'
import { preparePublication, valuesOf } from '../crdt/publishing/publication.ts'
import { writeLogUpdate } from '../crdt/records/knowledge-log.ts'
import { FactStore } from '../src/facts/index.ts'
import { Judge } from '../src/judgement/index.ts'
import { searchSources } from '../src/knowledge/index.ts'
import { SearchIndex } from '../src/search/index.ts'
import { chain, entry } from '../test/fixtures/chains.ts'
import { forge, SWARM } from '../test/fixtures/forgery.ts'
import { benchFact } from './fact-data.ts'
import { median, percentile } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import { inFolder } from './temporary.ts'
import { watchLoop } from './watch-loop.ts'
import type { Benchmark } from './benchmark.ts'
import type { Entry, Publication, Replica } from '../crdt/index.ts'

/** Records of one publication. */
const BATCH = 5_000

/** In `meta`: the standings are to be computed again. */
const CLEAR_KEY = Buffer.from('standings-clear')

/** Milliseconds between two reads. */
const PAUSE = 20

/** Votes that are timed together. */
const TIMED_VOTES = 200

export const standing: Benchmark<'authors' | 'rebuilt' | 'records' | 'runs'> = {
  about: 'the sums of votes: admission, votes on one record, an author that ends, a rebuild',
  defaults: { records: 50_000, authors: 10_000, runs: 3, rebuilt: 100_000 },

  async run({ records, authors, runs, rebuilt }) {
    const alone: number[] = []
    const followed: number[] = []
    for (let run = 0; run < runs; run++) {
      alone.push(await admission(records, false))
      followed.push(await admission(records, true))
    }
    printTable(
      [`standing: ${formatNumber(records)} records, admitted and, with an index, indexed`],
      [
        {
          figure: 'us CPU a record, with the index',
          measured: followed,
          digits: 1,
          reference: { name: 'without', measured: alone }
        }
      ]
    )
    await manyAuthors(authors)
    await endedAuthor(records)
    await rebuild(rebuilt)
  }
}

/** All standings are lost: what a start waits for, how long it takes, and reads meanwhile. */
async function rebuild(records: number): Promise<void> {
  await inFolder(async (folder) => {
    {
      const store = await openStore(folder)
      const replica = await openReplica({ store })
      for (let from = 0; from < records; from += BATCH) {
        const count = Math.min(BATCH, records - from)
        await replica.publish(Array.from({ length: count }, (_, i) => publicationOf(from + i)))
      }
      // As after a crash in the repair of a store.
      await store.commit([store.section('meta').put(CLEAR_KEY, new Uint8Array())])
      await store.close()
    }
    const store = await openStore(folder)
    const started = performance.now()
    const replica = await openReplica({ store })
    const opened = performance.now() - started
    const [digest] = await replica.newestRecords(0, 1)
    const stalls = watchLoop()
    const reads: number[] = []
    const ended = replica.whenCompacted().then(() => true)
    do {
      const asked = performance.now()
      if (digest !== undefined) await replica.get(digest)
      reads.push(performance.now() - asked)
    } while (!(await Promise.race([ended, delay(PAUSE, false)])))
    const all = performance.now() - started
    const stall = stalls()
    let sum = 0
    for await (const {
      standing: { vouches }
    } of replica.attestedRecords())
      sum += vouches
    await store.close()
    if (sum !== records) throw new Error(`The rebuild found ${sum} votes of ${records}.`)
    printTable(
      [`standing: a rebuild of ${formatNumber(records)} standings`],
      [
        { figure: 's until it is done', measured: [all / 1000], digits: 1 },
        { figure: 's until it answers', measured: [opened / 1000], digits: 1 },
        { figure: 'ms of a read meanwhile, p95', measured: [percentile(reads, 0.95)], digits: 1 },
        { figure: 'ms, longest stall', measured: [stall], digits: 1 }
      ]
    )
  })
}

/** Microseconds of the processor a record; with an index, until the index has all of them. */
async function admission(records: number, isIndexed: boolean): Promise<number> {
  const source = await openStore()
  const author = await openReplica({ store: source })
  for (let from = 0; from < records; from += BATCH) {
    const count = Math.min(BATCH, records - from)
    await author.publish(Array.from({ length: count }, (_, i) => publicationOf(from + i)))
  }
  let seconds = 0
  await inFolder(async (folder) => {
    const store = await openStore(join(folder, 'store'))
    const replica = await openReplica({ store })
    const facts = new FactStore({ store })
    await facts.load()
    const index = new SearchIndex({
      path: join(folder, 'search.db'),
      conditions: ['--conditions=noormme-source'],
      sources: searchSources({
        facts,
        replica,
        judge: new Judge({ k: 1, voteOn: (digest) => replica.voteOn(digest) }),
        rankSkill: () => Promise.resolve({}),
        rankGoal: () => Promise.resolve(undefined)
      })
    })
    await index.view({ maxWait: Infinity })
    const before = process.cpuUsage()
    for (const { author: key } of author.heads()) {
      await admitAll(replica, author.entriesAfter(key, 0))
    }
    if (isIndexed) await index.view({ maxWait: Infinity })
    const { user, system } = process.cpuUsage(before)
    seconds = (user + system) / 1e6
    await index.close()
    await store.close()
  })
  await source.close()
  return (seconds / records) * 1e6
}

/** Votes of many authors on one record: what the last ones cost beside the first ones. */
async function manyAuthors(authors: number): Promise<void> {
  await inFolder(async (folder) => {
    const store = await openStore(folder)
    const replica = await openReplica({ store })
    const times: number[] = []
    for (let from = 0; from < authors; from += TIMED_VOTES) {
      const count = Math.min(TIMED_VOTES, authors - from)
      const entries = Array.from({ length: count }, () =>
        writeEntry(entry(createAuthor(), undefined, 'One record.'))
      )
      const before = process.cpuUsage()
      await admitAll(replica, entries)
      const { user, system } = process.cpuUsage(before)
      times.push((user + system) / count)
    }
    const reads: number[] = []
    for (let i = 0; i < 10; i++) {
      const started = performance.now()
      for await (const each of replica.attestedRecords()) {
        if (each.standing.vouches !== authors) throw new Error('Some votes are missing.')
      }
      reads.push(performance.now() - started)
    }
    const tenth = Math.ceil(times.length / 10)
    printTable(
      [`standing: one record, ${formatNumber(authors)} authors with one entry each`],
      [
        {
          figure: 'us CPU a vote, the last tenth',
          measured: times.slice(-tenth),
          digits: 1,
          reference: { name: 'the first tenth', measured: times.slice(0, tenth) }
        },
        { figure: 'ms to read its standing', measured: reads, digits: 2 }
      ]
    )
    await store.close()
  })
}

/** An author with many votes signs two entries for one place. */
async function endedAuthor(values: number): Promise<void> {
  await inFolder(async (folder) => {
    const store = await openStore(folder)
    const replica = await openReplica({ store })
    const author = createAuthor()
    const [first, other] = [chain(author, ['one']), chain(author, ['another'])].map(([one]) => one)
    if (first === undefined || other === undefined) throw new Error('no entries')
    await admitAll(replica, [writeEntry(first)])
    let before: Entry = first
    let clock = 2
    for (let from = 0; from < values; from += BATCH / 10) {
      const count = Math.min(BATCH / 10, values - from)
      const said = Array.from({ length: count }, (_, i) =>
        valuesOf(preparePublication(publicationOf(from + i)), false)
      ).flat()
      before = forge({
        author,
        seq: before.seq + 1,
        prev: before.hash,
        update: writeLogUpdate(clientIdOf(SWARM, author.key), clock, said)
      })
      clock += said.length
      await admitAll(replica, [writeEntry(before)])
    }
    const stopped = watchLoop()
    const started = performance.now()
    await replica.admitProof(writeProof([first, other]))
    const proven = performance.now() - started
    await replica.whenCompacted()
    const swept = performance.now() - started
    const stall = stopped()
    printTable(
      [`standing: the fork of an author with ${formatNumber(values)} votes`],
      [
        { figure: 'ms until the proof is admitted', measured: [proven], digits: 1 },
        {
          figure: 'us a vote until all are removed',
          measured: [(swept * 1000) / values],
          digits: 1
        },
        { figure: 'ms, the longest stall meanwhile', measured: [median([stall])], digits: 1 }
      ]
    )
    await store.close()
  })
}

async function admitAll(
  replica: Replica,
  entries: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
): Promise<void> {
  let durable: Promise<void> | undefined
  for await (const bytes of entries) {
    const admitted = await replica.admit(bytes)
    if (admitted.outcome !== 'admitted') throw new Error(`An entry was not admitted.`)
    durable = admitted.durable
  }
  await durable
}

function publicationOf(i: number): Publication {
  const { entity, content, confidence } = benchFact(i)
  return { record: { kind: 'fact', entity, content }, confidence, day: 20_000, tags: ['bench'] }
}
