/**
 * `npm run simulate -- --seeds 100 --nodes 5 --minutes 2`: simulates a swarm once for each seed, and
 * prints the story of the first that breaks a promise.
 */
import { parseArgs } from 'node:util'
import { installVirtualGlobals } from './environment/virtual-globals.ts'

const realNow = performance.now.bind(performance)
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    from: { type: 'string', default: '1' },
    /** Nodes of a swarm, and virtual minutes of work. By default the seed says. */
    nodes: { type: 'string' },
    minutes: { type: 'string' },
    /** `closed` or `open`: only such swarms. By default the seed says. */
    swarms: { type: 'string', default: 'both' },
    /** `damaged` or `whole`: disks with such faults, or without. By default the seed says. */
    disks: { type: 'string', default: 'both' },
    /** `copied` or `kept`: only such directories, where disks are whole. By default the seed says. */
    directories: { type: 'string', default: 'both' },
    /** `tried` or `shut`: only closed swarms whose door is tried, or others. By default the seed says. */
    doors: { type: 'string', default: 'both' },
    /** Prints the trace of each seed. */
    traces: { type: 'boolean', default: false },
    /** Prints the story also of a seed that breaks nothing. */
    story: { type: 'boolean', default: false },
    /** Ends with the first seed that breaks a promise, without its shortest beginning. */
    first: { type: 'boolean', default: false },
    /** Goes on after a seed that breaks a promise. */
    all: { type: 'boolean', default: false }
  }
})

/** The most nodes that a seed says. */
const MAX_NODES = 7

installVirtualGlobals()
const { loadAll } = await import('./load.ts')
await loadAll(numberOf(values.nodes) ?? MAX_NODES)
const { simulate, shrink } = await import('./simulate.ts')

const settings = {
  nodes: numberOf(values.nodes),
  minutes: numberOf(values.minutes),
  isClosed: values.swarms === 'both' ? undefined : values.swarms === 'closed',
  isDamaged: values.disks === 'both' ? undefined : values.disks === 'damaged',
  isCopied: values.directories === 'both' ? undefined : values.directories === 'copied',
  isAtDoor: values.doors === 'both' ? undefined : values.doors === 'tried'
}
const first = Number(values.from)
const started = realNow()
let virtualMs = 0
let failures = 0
let run = 0
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const outcome = await simulate(seed, settings)
  virtualMs += outcome.virtualMs
  run += 1
  if (values.traces) console.log(`seed ${seed} trace ${outcome.trace} events ${outcome.events}`)
  if (outcome.broken.length === 0) {
    if (values.story) console.log(outcome.story)
    continue
  }
  failures += 1
  console.log(`seed ${seed} breaks:\n${outcome.broken.slice(0, 5).join('\n')}`)
  if (values.first) break
  if (values.all) continue
  const shortest = await shrink(seed, settings, outcome.plan.steps.length)
  console.log(
    `\nThe shortest beginning that fails:\n${shortest.story}\n${shortest.broken.slice(0, 10).join('\n')}`
  )
  break
}
const seconds = (realNow() - started) / 1000
console.log(
  `${run} seeds, ${failures} failed; ${(virtualMs / 1000 / seconds).toFixed(0)} simulated seconds a second with ${settings.nodes} nodes`
)
function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

process.exitCode = failures === 0 ? 0 : 1
