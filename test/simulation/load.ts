/** Loads what the product loads when it needs it: in a simulation nothing may wait for the real disk. */
import { loadPrograms } from './environment/simulated-worker.ts'
import { loadSodium } from '../../crdt/voices/record-bases.ts'
import { CpuMeter } from '../../src/sandbox/cpu-meter.ts'
import { engineId, loadEngine } from '../../src/sandbox/engine.ts'

/** What nodes of a simulation take for their processor: part of the id of the engine. */
export const PROCESSOR = 'simulated'

const SEARCH_THREADS = 4
/** Of each node, ended ones of earlier lives included. */
const SANDBOX_THREADS = 6

export async function loadAll(nodes: number): Promise<void> {
  await import('../../transport/swarm.ts')
  // As the threads of voices do.
  await loadSodium()
  await loadPrograms(new URL('../../src/search/search-worker.ts', import.meta.url), SEARCH_THREADS)
  const module = await loadEngine()
  await engineId(PROCESSOR)
  const workerData = { module, meter: new CpuMeter().memory }
  const sandbox = new URL('../../src/sandbox/sandbox-worker.ts', import.meta.url)
  await loadPrograms(sandbox, SANDBOX_THREADS * nodes, workerData)
}
