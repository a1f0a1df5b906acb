/** A light node that holds the filters of a full one, and asks itself about facts the other has and has not. */
import { setTimeout as wait } from 'node:timers/promises'
import { createHive } from 'noormme-hive'
import { benchFact } from '../fact-data.ts'
import { init, report, residentBytes } from './report.ts'
import type { FactInput } from 'noormme-hive'

interface Init {
  readonly key: string
  /** Multiaddr of the full node. */
  readonly address: string
  readonly folder: string
  /** Facts that the full node has: number 0 and on. */
  readonly facts: number
  /** How many of them, and how many others, to ask about. */
  readonly sample: number
}

/** Share of the facts that the filter surely has: what seemed to be there already is not added. */
const SURELY_ADDED = 0.98
const LONGEST_WAIT = 60_000

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- light.ts writes it
const { key, address, folder, facts, sample } = init() as Init
const db = await createHive({
  dataDir: folder,
  swarm: { key, k: 1, mode: 'light', bootstrap: [address] }
})
const deadline = AbortSignal.timeout(LONGEST_WAIT)
while (heldElements() < facts * SURELY_ADDED) await wait(50, undefined, { signal: deadline })

const held = await residentBytes()
const present = await corroborated((i) => Math.floor((i * facts) / sample))
const absent = await corroborated((i) => facts + i)
const filterBytes = db.status.filters.peerFilters.reduce((sum, { bytes }) => sum + bytes, 0)
report({ held, asked: await residentBytes(), filterBytes, present, absent })

function heldElements(): number {
  return db.status.filters.peerFilters.find(({ kind }) => kind === 'observed')?.elements ?? 0
}

/** How many of the sample come back as known to a peer. */
async function corroborated(numberOf: (i: number) => number): Promise<number> {
  return (await db.agent.cortex.knowledge.distillMany(numbered(numberOf))).corroborated
}

function* numbered(numberOf: (i: number) => number): Generator<FactInput> {
  for (let i = 0; i < sample; i++) yield { ...benchFact(numberOf(i)), enableBloomHeuristic: true }
}
