/**
 * How fast a node takes facts in, beside what the disk and the hash alone can do.
 *
 * The reference on disk is `level` itself, given the bytes of the same facts under their digests,
 * in synced batches: the least that any store in LevelDB does, with no search for duplicates.
 */
import { createHash, hash } from 'node:crypto'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Level } from 'level'
import { createHive } from 'noormme-hive'
import { benchFacts, FACT_BYTES } from './fact-data.ts'
import { rate, repeat } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import { inFolder } from './temporary.ts'
import type { FactInput } from 'noormme-hive'
import type { Benchmark } from './benchmark.ts'

/** Puts in one batch of the reference; `distillMany` writes as many at a time. */
const BATCH_PUTS = 1_000

/** Milliseconds between two looks of the event-loop monitor; its delays include them. */
const RESOLUTION = 1

const VIEWS = { keyEncoding: 'view', valueEncoding: 'view' } as const

interface Put {
  readonly type: 'put'
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export const ingest: Benchmark<'facts' | 'repetitions'> = {
  about: 'unique and repeated facts a second, on disk',
  defaults: { facts: 200_000, repetitions: 3 },

  async run({ facts: count, repetitions }) {
    const facts = benchFacts(0, count)
    const texts = facts.map(({ entity, content }) =>
      Buffer.from(entity + content).toString('latin1')
    )
    const puts = putsOf(texts)
    const of = await repeat(repetitions, async () => {
      const level = await ingestIntoLevel(puts)
      const exact = await ingestIntoHive(facts)
      return {
        puts: level.puts,
        putsDelay: level.delay,
        unique: exact.unique,
        duplicates: exact.duplicates,
        delay: exact.delay,
        createHash: await rate(count, () => {
          for (const text of texts) createHash('sha256').update(text).digest()
        }),
        hash: await rate(count, () => {
          for (const text of texts) hash('sha256', text, 'buffer')
        })
      }
    })
    const level = { name: `level, batches of ${formatNumber(BATCH_PUTS)}`, measured: of('puts') }
    const created = { name: 'createHash().update().digest()', measured: of('createHash') }
    const oneShot = { name: "hash('sha256', text, 'buffer')", measured: of('hash') }
    printTable(
      [`ingest: ${formatNumber(count)} facts of ${FACT_BYTES} bytes, ${repetitions} repetitions`],
      [
        { figure: 'unique durable facts/s', measured: of('unique'), reference: level },
        { figure: 'duplicates/s', measured: of('duplicates'), reference: created },
        { figure: 'duplicates/s', measured: of('duplicates'), reference: oneShot },
        {
          figure: 'event-loop delay p99 while ingesting, ms',
          measured: of('delay'),
          reference: { name: 'level, the same batches', measured: of('putsDelay') },
          digits: 1
        }
      ]
    )
  }
}

/** All facts into a new node, and then once more. */
function ingestIntoHive(
  facts: readonly FactInput[]
): Promise<{ unique: number; duplicates: number; delay: number }> {
  return inFolder(async (dataDir) => {
    await using db = await createHive({ dataDir, swarm: false })
    const { knowledge } = db.agent.cortex
    const { result: unique, delay } = await withDelay(() =>
      rate(facts.length, () => knowledge.distillMany(facts))
    )
    if (db.status.facts !== facts.length) throw new Error('Some facts are missing.')
    const duplicates = await rate(facts.length, () => knowledge.distillMany(facts))
    if (db.status.facts !== facts.length) throw new Error('Some facts are there twice.')
    return { unique, duplicates, delay }
  })
}

/** The texts under their digests. */
export function putsOf(texts: readonly string[]): Put[] {
  return texts.map((text) => ({
    type: 'put' as const,
    key: hash('sha256', text, 'buffer'),
    value: Buffer.from(text)
  }))
}

export function ingestIntoLevel(puts: readonly Put[]): Promise<{ puts: number; delay: number }> {
  return inFolder(async (folder) => {
    await using level = new Level<Uint8Array, Uint8Array>(join(folder, 'level'), VIEWS)
    await level.open()
    const { result, delay } = await withDelay(() =>
      rate(puts.length, async () => {
        for (let from = 0; from < puts.length; from += BATCH_PUTS) {
          await level.batch(puts.slice(from, from + BATCH_PUTS), { sync: true })
        }
      })
    )
    return { puts: result, delay }
  })
}

/** The 99th percentile, in milliseconds, of the event loop's delay during the task. */
async function withDelay<T>(task: () => Promise<T>): Promise<{ result: T; delay: number }> {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION })
  monitor.enable()
  const result = await task()
  monitor.disable()
  return { result, delay: monitor.percentile(99) / 1e6 }
}
