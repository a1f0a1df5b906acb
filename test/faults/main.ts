/**
 * Faults by seed, as many rounds as wanted: `npm run faults -- --rounds N [--seed S] [--kills N]
 * [--full-disks N] [--power-cuts N]`. Commits fail in every round; in every tenth a closed store is damaged, and the log
 * of a crashed one is torn. Then N nodes are killed, several in a process, the disk fills up N times,
 * and the power is cut N times; the last two need root. Ends with an error at the first result that is wrong. Its seed repeats it,
 * except where processes are killed or the power is cut.
 */
import { parseArgs } from 'node:util'
import { damagedStores } from './damaged-files.ts'
import { damagedHidden } from './damaged-hidden.ts'
import { runWithFailingCommits } from './failing-commits.ts'
import { filledDatabase } from './filled-database.ts'
import { fillDisk } from './full-disk.ts'
import { killProcesses, NODES_OF_A_PROCESS } from './kills.ts'
import { cutPower } from './power-cuts.ts'
import { runWithTornLog } from './torn-log.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '0' },
    'full-disks': { type: 'string', default: '0' },
    'power-cuts': { type: 'string', default: '0' }
  }
})
const rounds = Number(values.rounds)
const first = Number(values.seed)
const fill = await filledDatabase()
await using stores = await damagedStores()
await using hidden = await damagedHidden()
const outcomes = new Map<string, number>()
for (let seed = first; seed < first + rounds; seed++) {
  try {
    await runWithFailingCommits(seed, seed % 100 === 0 ? fill : undefined)
    if (seed % 10 === 0) {
      await damage(seed)
      await runWithTornLog(seed)
    }
  } catch (error) {
    console.error(`Seed ${seed} failed.`)
    throw error
  }
  if ((seed - first + 1) % 100 === 0) console.log(`${seed - first + 1} of ${rounds} rounds`)
}
const processes = Math.ceil(Number(values.kills) / NODES_OF_A_PROCESS)
if (processes > 0) {
  await killProcesses(processes, first)
  console.log(`${processes * NODES_OF_A_PROCESS} kills of nodes: nothing acknowledged is lost.`)
}
const disks = Number(values['full-disks'])
if (disks > 0) {
  await fillDisk(disks, first)
  console.log(`${disks} full disks: nothing acknowledged is lost, and every store opened.`)
}
const cuts = Number(values['power-cuts'])
if (cuts > 0) {
  await cutPower(cuts, first)
  console.log(`${cuts} cuts of power: nothing acknowledged is lost.`)
}
for (const [outcome, count] of outcomes) console.log(`${outcome}: ${count}`)
console.log(`${rounds} rounds: what was acknowledged agrees each time.`)

async function damage(seed: number): Promise<void> {
  for (const kind of ['flip', 'truncate', 'lose'] as const) {
    await hidden.run(seed, kind)
    const { outcome } = await stores.run(seed, kind)
    outcomes.set(`${kind}: ${outcome}`, (outcomes.get(`${kind}: ${outcome}`) ?? 0) + 1)
  }
}
