/**
 * Whether a node's memory grows with its facts: a stream that is never in memory as a whole, and
 * what is resident after its first tenth and at its end. The stream alone is the reference for time.
 */
import { createHive } from 'noormme-hive'
import { benchFact, FACT_BYTES } from './fact-data.ts'
import { rate } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import { inFolder } from './temporary.ts'
import type { FactInput } from 'noormme-hive'
import type { Benchmark } from './benchmark.ts'

const MEGABYTE = 1e6

interface Memory {
  /** Objects of JavaScript, and buffers outside of its heap; megabytes. */
  readonly heap: number
  readonly buffers: number
  /** All of the process, with the pages of LevelDB's files that are mapped. */
  readonly resident: number
}

export const millions: Benchmark<'facts'> = {
  about: 'memory while a long stream of facts is taken in',
  defaults: { facts: 10_000_000 },

  async run({ facts }) {
    const generated = await rate(facts, () => {
      for (const fact of numbered(facts)) if (fact.confidence < 0) throw new Error('No fact.')
    })
    await inFolder(async (dataDir) => {
      await using db = await createHive({ dataDir, swarm: false })
      let early: Memory | undefined
      const taken = await rate(facts, () =>
        db.agent.cortex.knowledge.distillMany(numbered(facts), {
          onProgress: ({ read }) => {
            if (read >= facts / 10) early ??= memory()
          }
        })
      )
      if (db.status.facts !== facts) throw new Error('Some facts are missing.')
      const late = memory()
      const beside = (figure: string, name: keyof Memory) => ({
        figure,
        measured: [late[name]],
        reference: { name: 'after a tenth of them', measured: [early?.[name] ?? Number.NaN] }
      })
      printTable(
        [`millions: ${formatNumber(facts)} facts of ${FACT_BYTES} bytes in one stream`],
        [
          beside('heap used, MB', 'heap'),
          beside('buffers, MB', 'buffers'),
          beside('resident, MB, files of the store included', 'resident'),
          {
            figure: 'facts/s',
            measured: [taken],
            reference: { name: 'the stream alone', measured: [generated] }
          }
        ]
      )
    })
  }
}

function* numbered(count: number): Generator<FactInput> {
  for (let i = 0; i < count; i++) yield benchFact(i)
}

/** After garbage collection, where the process was started with `--expose-gc`. */
function memory(): Memory {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return {
    heap: heapUsed / MEGABYTE,
    buffers: arrayBuffers / MEGABYTE,
    resident: rss / MEGABYTE
  }
}
