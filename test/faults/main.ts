/**
 * Faults by seed, as many rounds as wanted: `npm run faults -- --rounds N [--seed S]`. Ends with an
 * error at the first round whose result is wrong; its seed repeats it.
 */
import { parseArgs } from 'node:util'
import { runWithFailingCommits } from './failing-commits.ts'
import { filledDatabase } from './filled-database.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' }
  }
})
const rounds = Number(values.rounds)
const first = Number(values.seed)
const fill = await filledDatabase()
for (let seed = first; seed < first + rounds; seed++) {
  try {
    await runWithFailingCommits(seed, seed % 10 === 0 ? fill : undefined)
  } catch (error) {
    console.error(`Seed ${seed} failed.`)
    throw error
  }
  if ((seed - first + 1) % 100 === 0) console.log(`${seed - first + 1} of ${rounds} rounds`)
}
console.log(`${rounds} rounds: what was acknowledged agrees each time.`)
