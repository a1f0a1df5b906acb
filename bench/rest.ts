/**
 * What a node at rest takes that holds the records of a hive: its memory beside that of a bare
 * libp2p node, and beside the same records in one resident Y.Map, each a process of its own.
 */
import { join } from 'node:path'
import { generateSwarmKey } from 'noormme-hive'
import { openReplica, openStore } from 'noormme-hive/crdt'
import { z } from 'zod'
import { benchFact, FACT_BYTES } from './fact-data.ts'
import { buildPackage, PeerProcess, Resident } from './peer-process.ts'
import { rate } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import { inFolder } from './temporary.ts'
import type { Publication } from 'noormme-hive/crdt'
import type { Benchmark } from './benchmark.ts'
import type { Row } from './table.ts'

const RestReport = z.object({
  address: z.string(),
  started: Resident,
  searched: Resident,
  found: z.number()
})
const DocumentReport = z.object({ resident: Resident })

const MEGABYTE = 1e6

/** Records of one `publish`. */
const BATCH_RECORDS = 1_000

/** Days since 1970 of all publications. */
const DAY = 20_000

/** Records whose words are asked for, once the node has started. */
const QUESTIONS = 100

export const rest: Benchmark<'records'> = {
  about: 'memory of a node at rest that holds records of the hive',
  defaults: { records: 1_000_000 },

  async run({ records }) {
    const key = generateSwarmKey()
    await buildPackage()
    await inFolder(async (folder) => {
      const published = await rate(records, () => publish(join(folder, 'store'), records))
      const document = await residentDocument(records)
      const init = { key, folder, records, questions: QUESTIONS }
      // The first start makes the filter and the search index; the second one finds them.
      const first = await measureNode(init)
      await using node = await PeerProcess.start('rest', init, RestReport)
      const { address, started, searched } = node.report
      await using bare = await PeerProcess.start('bare', { key, address }, Resident)
      printTable(
        [
          `rest: ${formatNumber(records)} records of ${FACT_BYTES} bytes of one author, on disk`,
          'MB resident of separate processes, after gc; "returned": once V8 has given its free pages back'
        ],
        [
          beside('node, started', started.collected, 'bare libp2p', bare.report.collected),
          beside('node, started', started.collected, 'one Y.Map', document.collected),
          beside('  returned', started.returned, 'one Y.Map', document.returned),
          beside(
            `  after ${QUESTIONS} questions`,
            searched.collected,
            'one Y.Map',
            document.collected
          ),
          beside(
            '  in the process that made the index',
            first.searched.collected,
            'one Y.Map',
            document.collected
          ),
          { figure: 'signed and published, records/s', measured: [published] }
        ]
      )
    })
  }
}

function beside(figure: string, bytes: number, name: string, other: number): Row {
  return {
    figure,
    measured: [bytes / MEGABYTE],
    reference: { name, measured: [other / MEGABYTE] },
    digits: 1
  }
}

async function measureNode(
  init: Readonly<Record<string, string | number>>
): Promise<z.output<typeof RestReport>> {
  await using node = await PeerProcess.start('rest', init, RestReport)
  const { found } = node.report
  if (found !== QUESTIONS) throw new Error(`Only ${found} of ${QUESTIONS} records were found.`)
  return node.report
}

async function publish(directory: string, records: number): Promise<void> {
  const store = await openStore(directory)
  try {
    const replica = await openReplica({ store, swarm: 'default' })
    for (let from = 0; from < records; from += BATCH_RECORDS) {
      const count = Math.min(BATCH_RECORDS, records - from)
      await replica.publish(Array.from({ length: count }, (_, i) => publication(from + i)))
    }
  } finally {
    await store.close()
  }
}

function publication(index: number): Publication {
  const { entity, content, confidence } = benchFact(index)
  return { record: { kind: 'insight', entity, content }, confidence, day: DAY }
}

async function residentDocument(records: number): Promise<z.output<typeof Resident>> {
  await using document = await PeerProcess.start('document', { records }, DocumentReport)
  return document.report.resident
}
