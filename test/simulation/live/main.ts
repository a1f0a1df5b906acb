/**
 * `npm run simulate:live -- --seeds 10 --nodes 5 --minutes 2`: the work of simulated swarms, done by
 * nodes over real libp2p. Prints the story of each seed that breaks a promise.
 */
import { parseArgs } from 'node:util'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { LiveWorld } from './live-world.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    from: { type: 'string', default: '1' },
    nodes: { type: 'string', default: '5' },
    minutes: { type: 'string', default: '2' }
  }
})

const first = Number(values.from)
let failures = 0
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  await using folder = await temporaryDirectory()
  const world = new LiveWorld(seed, {
    nodes: Number(values.nodes),
    minutes: Number(values.minutes),
    folder: folder.path
  })
  const { broken, story } = await world.run()
  if (broken.length === 0) continue
  failures += 1
  console.log(`seed ${seed} breaks:\n${broken.slice(0, 10).join('\n')}\n\n${story}`)
}
console.log(`${values.seeds} seeds, ${failures} failed`)
process.exitCode = failures === 0 ? 0 : 1
