/**
 * One peer offers a node more authors than it takes in a day, while another node syncs with it: what the
 * node stores, how long that takes, and whether the honest sync goes on. Each of the three is a process of
 * its own, over TCP. With `--folder` the next run goes on where this one ended: a million authors
 * take ten days of budgets.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { HonestNode } from './attacked/honest.ts'
import { Remote } from './attacked/remote.ts'
import { percentile } from './samples.ts'
import { formatNumber } from './table.ts'
import { inFolder } from './temporary.ts'
import type { Benchmark } from './benchmark.ts'
import type { OfferingCalls } from './attacked/offering.ts'
import type { Figures, VictimCalls } from './attacked/victim.ts'

/** Milliseconds between two probes of the honest node. */
const PAUSE = 250

/** Milliseconds without another author after which the budget of the day counts as used. */
const STILL = 10_000

/** Milliseconds until the first author of a day: what was refused is asked for again after up to an hour. */
const LONGEST_WAIT = 3_700_000

/** Without anybody who offers authors. */
const QUIET_PROBES = 40

export const authors: Benchmark<'authors' | 'days' | 'seconds', 'folder'> = {
  about: 'a peer that offers many authors, beside an honest sync; with a folder, run by run',
  // `seconds`: at most, for the filling of the offered store, and for each day.
  defaults: { authors: 20_000, days: 1, seconds: 400 },
  texts: { folder: '' },

  async run({ authors: count, days, seconds }, { folder }) {
    if (folder !== '') return run(folder, { count, days, seconds })
    await inFolder((temporary) => run(temporary, { count, days, seconds }))
  }
}

interface Parameters {
  readonly count: number
  readonly days: number
  readonly seconds: number
}

async function run(folder: string, { count, days, seconds }: Parameters): Promise<void> {
  await using offering = new Remote<OfferingCalls>(
    new URL('./attacked/offering.ts', import.meta.url)
  )
  const begun = performance.now()
  const filled = await offering.call('fill', `${folder}/offered`, count, seconds)
  console.log(`${formatNumber(filled)} authors made in ${ms(performance.now() - begun)}`)
  if (filled < count) return console.log('Run it again with the same folder to go on.')
  await using victim = new Remote<VictimCalls>(new URL('./attacked/victim.ts', import.meta.url))
  const opened = await victim.call('open', { folder: `${folder}/victim` })
  console.log(
    `the node has ${formatNumber(opened.authors)} authors; store opened in ${ms(opened.storeMs)}, replica in ${ms(opened.replicaMs)}, digest in ${ms(opened.digestMs)}\n`
  )
  await using honest = await HonestNode.start(victim, opened.address, { mode: 'light' })
  const quiet = await probes(honest, (made) => Promise.resolve(made < QUIET_PROBES))
  print('quiet', quiet, await victim.call('figures'))
  const offer = await offering.call('open', `${folder}/offered`)
  console.log(
    `the node that offers ${formatNumber(offer.authors)} authors opened in ${ms(offer.opened)}, digest included`
  )
  await victim.call('dial', offer.address)
  for (let day = 1; day <= days; day++) {
    await victim.call('reset')
    const from = performance.now()
    const before = await victim.call('figures')
    let last = { authors: before.authors, at: from }
    const flooded = await probes(honest, async () => {
      const { authors: now } = await victim.call('figures')
      if (now > last.authors + 1) last = { authors: now, at: performance.now() }
      const still = performance.now() - last.at
      const longest = last.at === from ? LONGEST_WAIT : STILL
      return still < longest && performance.now() - from < seconds * 1000
    })
    const after = await victim.call('figures')
    const gained = last.authors - before.authors
    print(`day ${day}: ${formatNumber(gained)} authors in ${ms(last.at - from)}`, flooded, after)
    if (after.authors - honest.authors >= offer.authors) break
    await victim.call('nextDay')
    await victim.call('sync')
  }
  console.log(`\nclosed in ${ms(await victim.call('close'))}`)
}

/** Syncs of one missing entry, one after the other. */
async function probes(
  honest: HonestNode,
  goesOn: (made: number) => Promise<boolean>
): Promise<number[]> {
  const times: number[] = []
  while (await goesOn(times.length)) {
    times.push(await honest.syncOne(AbortSignal.timeout(60_000)))
    await delay(PAUSE)
  }
  return times
}

function print(what: string, times: readonly number[], figures: Figures): void {
  const {
    authors: known,
    peers,
    offences,
    resident,
    mostResident,
    disk,
    loopP99,
    loopMost
  } = figures
  console.log(
    [
      what,
      `  honest sync of one entry: ${times.length}, p50 ${ms(percentile(times, 0.5))}, p99 ${ms(percentile(times, 0.99))}`,
      `  node: ${formatNumber(known)} authors, ${peers} peers, ${offences} offences, resident ${mb(resident)} (most ${mb(mostResident)}), disk ${mb(disk)}, loop p99 ${ms(loopP99)}, most ${ms(loopMost)}, processor ${ms(figures.processor)}, refused ${JSON.stringify(figures.rejections)}`
    ].join('\n')
  )
}

function ms(milliseconds: number): string {
  return milliseconds < 10_000
    ? `${formatNumber(milliseconds, milliseconds < 100 ? 1 : 0)} ms`
    : `${formatNumber(milliseconds / 1000, 1)} s`
}

function mb(bytes: number): string {
  return `${formatNumber(bytes / 1e6)} MB`
}
