/** One of `peers/` as a process of its own, from its start to its report and until it is no longer needed. */
import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { ChildProcess } from 'node:child_process'

/** What `residentBytes` of a peer reports. */
export const Resident = z.object({ collected: z.number(), returned: z.number() })

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url))
const NODE_OPTIONS = ['--expose-gc']

/** A million facts on a busy machine take a minute or two. */
const LONGEST_WAIT = 15 * 60_000

/** Peers run the built package, not its sources: stripping types would be measured with them. */
export async function buildPackage(): Promise<void> {
  await promisify(execFile)('npm', ['run', 'build'], { cwd: REPOSITORY })
}

export class PeerProcess<Report> implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly report: Report

  constructor(child: ChildProcess, report: Report) {
    this.#child = child
    this.report = report
  }

  /** Resolves with the peer's report. `init` is what the peer's own file says it takes. */
  static async start<Schema extends z.ZodType>(
    peer: 'bare' | 'document' | 'full' | 'light' | 'rest',
    init: Readonly<Record<string, string | number>>,
    schema: Schema
  ): Promise<PeerProcess<z.output<Schema>>> {
    const file = fileURLToPath(new URL(`./peers/${peer}.ts`, import.meta.url))
    const child = fork(file, [JSON.stringify(init)], { execArgv: NODE_OPTIONS })
    try {
      const signal = AbortSignal.timeout(LONGEST_WAIT)
      const [report] = await Promise.race([
        once(child, 'message', { signal }),
        once(child, 'exit', { signal }).then(([code]) => {
          throw new Error(`The ${peer} peer ended with ${code}.`)
        })
      ])
      return new PeerProcess(child, schema.parse(report))
    } catch (error) {
      await end(child)
      throw error
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return end(this.#child)
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}
