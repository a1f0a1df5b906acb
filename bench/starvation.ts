/**
 * What attackers do to the exchange of honest nodes: how long a sync of one missing entry and the delivery
 * of a gossiped one take, quiet and during an attack, in one run. The attacked node, the attackers and the
 * honest node are processes of their own, over TCP.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { ATTACKS } from './attacked/attacks.ts'
import { HonestNode } from './attacked/honest.ts'
import { Remote } from './attacked/remote.ts'
import { percentile } from './samples.ts'
import { formatNumber } from './table.ts'
import { inFolder } from './temporary.ts'
import type { Attack } from './attacked/attacks.ts'
import type { AttackerCalls } from './attacked/attackers.ts'
import type { Benchmark } from './benchmark.ts'
import type { Figures, VictimCalls } from './attacked/victim.ts'

/** Milliseconds between two probes. */
const PAUSE = 20

/** A probe that takes longer counts as this. */
const LONGEST = 20_000

/** Of each attack: 40 streams of stems are those of 10 peers. */
const PEERS: Readonly<Record<Attack, number>> = { repeats: 8, stems: 10, slots: 40, inflated: 4 }

export const starvation: Benchmark<'attack' | 'probes'> = {
  about: 'honest syncs and gossip beside peers that starve a node, quiet and attacked',
  // `attack`: one of them, from 1; 5 for all.
  defaults: { probes: 300, attack: ATTACKS.length + 1 },

  async run({ probes, attack: only }) {
    console.log(`${probes} probes of each kind, milliseconds\n`)
    for (const [at, attack] of ATTACKS.entries()) {
      if (only > ATTACKS.length || only === at + 1) {
        await inFolder((folder) => measure(attack, folder, probes))
      }
    }
  }
}

async function measure(attack: Attack, folder: string, probes: number): Promise<void> {
  await using victim = new Remote<VictimCalls>(new URL('./attacked/victim.ts', import.meta.url))
  const { address, swarm } = await victim.call('open', { folder })
  await using honest = await HonestNode.start(victim, address)
  await probeAll(honest, 20)
  await victim.call('reset')
  const quiet = await probeAll(honest, probes / 2)
  const before = await victim.call('figures')
  const attackers = new Remote<AttackerCalls>(new URL('./attacked/attackers.ts', import.meta.url))
  await attackers.call('start', attack, { address, swarm }, PEERS[attack])
  await victim.call('reset')
  const attacked = await probeAll(honest, probes)
  const after = await victim.call('figures')
  console.log(
    `${attack}: ${PEERS[attack]} peers, ${formatNumber(await attackers.call('sent'))} sent`
  )
  await attackers[Symbol.asyncDispose]()
  // What else the machine does changes with time: quiet is before and after.
  const later = await probeAll(honest, probes / 2)
  quiet.sync.push(...later.sync)
  quiet.gossip.push(...later.gossip)
  for (const kind of ['sync', 'gossip'] as const) {
    const [calm, busy] = [percentile(quiet[kind], 0.99), percentile(attacked[kind], 0.99)]
    console.log(
      `  ${kind.padEnd(8)} p50 ${number(percentile(quiet[kind], 0.5))} ${number(percentile(attacked[kind], 0.5))}   p99 ${number(calm)} ${number(busy)}   ratio ${formatNumber(busy / calm, 2)}`
    )
  }
  printFigures('quiet', before)
  printFigures('attacked', after)
  console.log()
}

interface Times {
  readonly sync: number[]
  readonly gossip: number[]
}

/** One after the other, of both kinds. */
async function probeAll(honest: HonestNode, count: number): Promise<Times> {
  const times: Times = { sync: [], gossip: [] }
  for (let i = 0; i < count; i++) {
    times.sync.push(await timed((signal) => honest.syncOne(signal)))
    await delay(PAUSE)
    times.gossip.push(await timed((signal) => honest.gossipOne(signal)))
    await delay(PAUSE)
  }
  return times
}

async function timed(probe: (signal: AbortSignal) => Promise<number>): Promise<number> {
  return probe(AbortSignal.timeout(LONGEST)).catch(() => LONGEST)
}

function printFigures(
  what: string,
  { authors, peers, offences, resident, mostResident, disk, loopP99, loopMost, processor }: Figures
): void {
  console.log(
    `  ${what.padEnd(8)} resident ${mb(resident)} (most ${mb(mostResident)}), disk ${mb(disk)}, loop p99 ${number(loopP99)}, most ${number(loopMost)}, processor ${formatNumber(processor / 1000, 1)} s, ${peers} peers, ${formatNumber(authors)} authors, ${offences} offences`
  )
}

function number(value: number): string {
  return formatNumber(value, 1)
}

function mb(bytes: number): string {
  return `${formatNumber(bytes / 1e6)} MB`
}
