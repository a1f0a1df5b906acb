/**
 * The Bloom filters: their size, error and speed beside the stock `bloom-filters` package that they
 * are built on, what keeping them costs beside a plain file, and what telling a peer of new facts
 * costs beside those facts.
 */
import { hash } from 'node:crypto'
import { BloomFilter as StockFilter } from 'bloom-filters'
import { GrowingFilter } from 'noormme-hive/crdt'
import { FACT_BYTES } from './fact-data.ts'
import { saveAndLoad } from './filter-disk.ts'
import { FilterPair } from './filter-pair.ts'
import { rate, repeat } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import type { Benchmark } from './benchmark.ts'

/** What the stock filter is made for, and ours stays below. */
const ERROR_RATE = 0.01

export const filter: Benchmark<'elements' | 'stock' | 'held' | 'facts' | 'repetitions'> = {
  about: 'Bloom filters: size, error, speed, disk, and the wire for new facts',
  defaults: { elements: 1_000_000, stock: 100_000, held: 100_000, facts: 1_000, repetitions: 3 },

  async run({ elements, stock, held, facts, repetitions }) {
    await printFilters(elements, stock, repetitions)
    await printWire(held, facts, repetitions)
  }
}

async function printFilters(elements: number, stock: number, repetitions: number): Promise<void> {
  const present = digests('present', elements)
  const absent = digests('absent', elements)
  const stockPresent = present.slice(0, stock).map((digest) => digest.toString('hex'))
  const stockAbsent = absent.slice(0, stock).map((digest) => digest.toString('hex'))
  const of = await repeat(repetitions, async () => {
    const growing = new GrowingFilter()
    const own = await measureSet(growing, present, absent)
    const fixed = StockFilter.create(stock, ERROR_RATE)
    const other = await measureSet(fixed, stockPresent, stockAbsent)
    return {
      bytes: growing.bytes,
      bits: (growing.bytes * 8) / elements,
      ...own,
      stockBits: fixed.size / stock,
      stockWrong: other.wrong,
      stockAdds: other.adds,
      stockHits: other.hits,
      stockMisses: other.misses,
      ...(await saveAndLoad(present))
    }
  })
  const stockOf = (
    name: Parameters<typeof of>[0]
  ): { name: string; measured: readonly number[] } => ({
    name: 'stock',
    measured: of(name)
  })
  const file = 'a plain file, fsync'
  printTable(
    [
      `filter: ${formatNumber(elements)} digests, ${repetitions} repetitions`,
      `stock: bloom-filters, create(${formatNumber(stock)}, ${ERROR_RATE}), digests as hex strings`
    ],
    [
      { figure: 'bytes', measured: of('bytes') },
      {
        figure: 'bits an element',
        measured: of('bits'),
        reference: stockOf('stockBits'),
        digits: 2
      },
      {
        figure: 'false positives, %',
        measured: of('wrong'),
        reference: stockOf('stockWrong'),
        digits: 3
      },
      { figure: 'adds/s', measured: of('adds'), reference: stockOf('stockAdds') },
      { figure: 'lookups/s, there', measured: of('hits'), reference: stockOf('stockHits') },
      { figure: 'lookups/s, not there', measured: of('misses'), reference: stockOf('stockMisses') },
      {
        figure: 'saving, ms',
        measured: of('save'),
        reference: { name: file, measured: of('fileSave') },
        digits: 1
      },
      {
        figure: 'loading, ms',
        measured: of('load'),
        reference: { name: file, measured: of('fileLoad') },
        digits: 1
      }
    ]
  )
}

async function printWire(held: number, facts: number, repetitions: number): Promise<void> {
  await using pair = await FilterPair.start(held)
  const { whole } = pair
  const of = await repeat(repetitions, async () => ({
    ...(await pair.exchange(facts)),
    idle: (await pair.exchange(0)).bytes,
    said: facts * FACT_BYTES
  }))
  const said = { name: 'bytes of these facts', measured: of('said') }
  const saidBefore = { name: 'bytes of these facts', measured: [held * FACT_BYTES] }
  printTable(
    [
      `filter on the wire: two nodes over TCP with a swarm key, ${repetitions} repetitions`,
      `${formatNumber(held)} facts of ${FACT_BYTES} bytes first, then ${formatNumber(facts)} new ones a repetition`
    ],
    [
      { figure: 'whole filter: frames, bytes', measured: [whole.frames], reference: saidBefore },
      { figure: '  on the wire, handshake too', measured: [whole.bytes], reference: saidBefore },
      { figure: 'new facts: frames, bytes', measured: of('frames'), reference: said },
      { figure: '  on the wire, sync too', measured: of('bytes'), reference: said },
      { figure: 'nothing new: on the wire', measured: of('idle') }
    ]
  )
}

interface SetOf<T> {
  add(element: T): unknown
  has(element: T): boolean
}

interface SetFigures {
  readonly adds: number
  readonly hits: number
  readonly misses: number
  /** Per cent of the absent ones that seem to be there. */
  readonly wrong: number
}

async function measureSet<T>(
  set: SetOf<T>,
  present: readonly T[],
  absent: readonly T[]
): Promise<SetFigures> {
  const adds = await rate(present.length, () => {
    for (const element of present) set.add(element)
  })
  let found = 0
  const hits = await rate(present.length, () => (found = count(set, present)))
  if (found !== present.length) throw new Error('The filter lost an element.')
  const misses = await rate(absent.length, () => (found = count(set, absent)))
  return { adds, hits, misses, wrong: (found / absent.length) * 100 }
}

function count<T>(set: SetOf<T>, elements: readonly T[]): number {
  let found = 0
  for (const element of elements) if (set.has(element)) found += 1
  return found
}

function digests(name: string, length: number): Buffer[] {
  return Array.from({ length }, (_, i) => hash('sha256', `${name} ${i}`, 'buffer'))
}
