/**
 * `npm run simulate -- --seeds 100`: simulates a swarm once for each seed, and prints the story of the
 * first that breaks a promise.
 */
import { installVirtualGlobals } from './environment/virtual-globals.ts'
import { runInProcesses, SEEDS_AT_ONCE } from './in-processes.ts'
import { jobs, seeds, settings } from './options.ts'

/** The most nodes that a seed says. */
const MAX_NODES = 7

const realNow = performance.now.bind(performance)
const realUsage = process.cpuUsage.bind(process)
if (jobs > 1 || seeds > SEEDS_AT_ONCE) {
  const { run, failed, seconds } = await runInProcesses()
  console.log(
    `${run} seeds, ${failed} failed; ${paceOf(run, realNow())}, ${seconds.toFixed(1)} s of processor`
  )
  process.exitCode = failed === 0 ? 0 : 1
} else {
  installVirtualGlobals()
  const { loadAll } = await import('./load.ts')
  await loadAll(settings.nodes ?? MAX_NODES)
  const { runSeeds } = await import('./run-seeds.ts')
  const [started, used] = [realNow(), realUsage()]
  const { run, failed, virtualMs } = await runSeeds()
  const ms = realNow() - started
  const { user, system } = realUsage(used)
  console.log(
    `${run} seeds, ${failed} failed; ${paceOf(run, ms)}, ${(virtualMs / ms).toFixed(0)} simulated seconds a second, ${((user + system) / 1e6).toFixed(1)} s of processor`
  )
  process.exitCode = failed === 0 ? 0 : 1
}

function paceOf(run: number, ms: number): string {
  return `${(run / (ms / 1000)).toFixed(2)} seeds a second`
}
