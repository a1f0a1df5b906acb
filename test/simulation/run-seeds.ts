/** Simulates one seed after the other in this process, and prints what breaks a promise. */
import { shrink, simulate } from './simulate.ts'
import { isAsked } from './asked-seeds.ts'
import { all, first, from, seeds, settings, story, traces } from './options.ts'
import type { Outcome } from './simulate.ts'

export interface Ran {
  readonly run: number
  readonly failed: number
  readonly virtualMs: number
}

export async function runSeeds(): Promise<Ran> {
  let [run, failed, virtualMs] = [0, 0, 0]
  for (let seed = from; seed < from + seeds; seed++) {
    if (!isAsked(seed)) continue
    const outcome = await simulate(seed, settings)
    virtualMs += outcome.virtualMs
    run += 1
    if (traces) console.log(`seed ${seed} trace ${outcome.trace} events ${outcome.events}`)
    if (outcome.broken.length === 0) {
      if (story) console.log(outcome.story)
      continue
    }
    failed += 1
    await report(seed, outcome)
    if (!all) break
  }
  return { run, failed, virtualMs }
}

async function report(seed: number, { broken, plan }: Outcome): Promise<void> {
  console.log(`seed ${seed} breaks:\n${broken.slice(0, 5).join('\n')}`)
  if (first || all) return
  const shortest = await shrink(seed, settings, plan.steps.length)
  const text = shortest.broken.slice(0, 10).join('\n')
  console.log(`\nThe shortest beginning that fails:\n${shortest.story}\n${text}`)
}
