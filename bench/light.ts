/**
 * What it costs a light node to know what a full one has observed: its memory beside that of a bare
 * libp2p node with the same connection, each a process of its own, and how right its answers are.
 */
import { generateSwarmKey } from 'noormme-hive'
import { z } from 'zod'
import { FACT_BYTES } from './fact-data.ts'
import { buildPackage, PeerProcess, Resident } from './peer-process.ts'
import { repeat } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import { inFolder } from './temporary.ts'
import type { Benchmark } from './benchmark.ts'
import type { Row } from './table.ts'

const FullReport = z.object({ address: z.string(), facts: z.number(), resident: Resident })
const LightReport = z.object({
  held: Resident,
  asked: Resident,
  filterBytes: z.number(),
  present: z.number(),
  absent: z.number()
})

const MEGABYTE = 1e6

export const light: Benchmark<'facts' | 'sample' | 'repetitions'> = {
  about: 'a light node against the facts of a full one: memory and accuracy',
  defaults: { facts: 1_000_000, sample: 20_000, repetitions: 3 },

  async run({ facts, sample, repetitions }) {
    const key = generateSwarmKey()
    await buildPackage()
    await inFolder(async (folder) => {
      await using full = await PeerProcess.start('full', { key, folder, facts }, FullReport)
      if (full.report.facts !== facts) throw new Error('The full node has not all the facts.')
      const { address, resident } = full.report
      const of = await repeat(repetitions, async () => {
        const bare = await measureBare(key, address)
        const node = await measureLight({ key, address, facts, sample })
        return {
          bare: bare.collected / MEGABYTE,
          bareReturned: bare.returned / MEGABYTE,
          held: node.held.collected / MEGABYTE,
          heldReturned: node.held.returned / MEGABYTE,
          asked: node.asked.collected / MEGABYTE,
          askedReturned: node.asked.returned / MEGABYTE,
          full: resident.collected / MEGABYTE,
          filter: node.filterBytes / MEGABYTE,
          said: (facts * FACT_BYTES) / MEGABYTE,
          present: node.present,
          absent: node.absent,
          sample
        }
      })
      const row = (figure: string, own: Name, reference: string, to: Name, digits = 0): Row => ({
        figure,
        measured: of(own),
        reference: { name: reference, measured: of(to) },
        digits
      })
      const more = (own: Name, to: Name): Row => {
        const others = of(to)
        const measured = of(own).map((megabytes, i) => megabytes - (others[i] ?? Number.NaN))
        return { figure: '  more than bare', measured, digits: 1 }
      }
      type Name = Parameters<typeof of>[0]
      printTable(
        [
          `light: a full node with ${formatNumber(facts)} facts of ${FACT_BYTES} bytes on disk, ${repetitions} repetitions`,
          'MB resident of separate processes; "returned": once V8 has given its free pages back'
        ],
        [
          row('light node, after gc', 'held', 'bare libp2p', 'bare', 1),
          more('held', 'bare'),
          row('  returned', 'heldReturned', 'bare libp2p', 'bareReturned', 1),
          more('heldReturned', 'bareReturned'),
          row(`after ${formatNumber(2 * sample)} facts more`, 'asked', 'bare libp2p', 'bare', 1),
          row('  returned', 'askedReturned', 'bare libp2p', 'bareReturned', 1),
          more('askedReturned', 'bareReturned'),
          row('full node, after gc', 'full', 'bare libp2p', 'bare', 1),
          row("the full node's filters", 'filter', 'its facts', 'said', 2),
          row('corroborated, of those it has', 'present', 'asked', 'sample'),
          row('corroborated, of those it has not', 'absent', 'asked', 'sample')
        ]
      )
    })
  }
}

async function measureBare(key: string, address: string): Promise<z.output<typeof Resident>> {
  await using bare = await PeerProcess.start('bare', { key, address }, Resident)
  return bare.report
}

function measureLight(
  init: Readonly<Record<'key' | 'address', string> & Record<'facts' | 'sample', number>>
): Promise<z.output<typeof LightReport>> {
  return inFolder(async (folder) => {
    await using node = await PeerProcess.start('light', { ...init, folder }, LightReport)
    return node.report
  })
}
