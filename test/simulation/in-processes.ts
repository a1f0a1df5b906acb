/** Many seeds: some at a time in a process of their own, on as many processors as are given. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { all, from, jobs, seeds } from './options.ts'

/** Seeds of one process. */
export const SEEDS_AT_ONCE = 200

interface Share {
  readonly from: number
  readonly seeds: number
}

interface Total {
  readonly run: number
  readonly failed: number
  /** Of a processor. */
  readonly seconds: number
}

const NOTHING: Total = { run: 0, failed: 0, seconds: 0 }

/** Resolves to the number of seeds that ran, and of those that failed. Ends with the first of these. */
export async function runInProcesses(): Promise<Total> {
  const waiting = sharesOf(Math.min(SEEDS_AT_ONCE, Math.ceil(seeds / jobs)))
  const total = { ...NOTHING }
  const work = async (): Promise<void> => {
    for (let share = waiting.shift(); share !== undefined; share = waiting.shift()) {
      const { run, failed, seconds } = await runShare(share)
      total.run += run
      total.failed += failed
      total.seconds += seconds
      if (failed > 0 && !all) waiting.length = 0
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return total
}

function sharesOf(size: number): Share[] {
  const count = Math.ceil(seeds / size)
  return Array.from({ length: count }, (_, i) => ({
    from: from + i * size,
    seeds: Math.min(size, seeds - i * size)
  }))
}

async function runShare({ from: begin, seeds: count }: Share): Promise<Total> {
  // What is given last counts.
  const own = ['--from', String(begin), '--seeds', String(count), '--jobs', '1']
  const program = join(import.meta.dirname, 'main.ts')
  const given = [...process.execArgv, program, ...process.argv.slice(2), ...own]
  const child = spawn(process.execPath, given, { stdio: ['ignore', 'pipe', 'inherit'] })
  const output = (await Array.fromAsync(child.stdout.setEncoding('utf8'))).join('')
  const summary = /^(\d+) seeds, (\d+) failed;.* ([\d.]+) s of processor$/m.exec(output)
  if (summary === null) throw new Error(`Seeds from ${begin} on ended early:\n${output}`)
  process.stdout.write(output.replace(`${summary[0]}\n`, ''))
  const [run = 0, failed = 0, seconds = 0] = summary.slice(1).map(Number)
  return { run, failed, seconds }
}
