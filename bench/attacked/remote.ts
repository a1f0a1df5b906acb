/** Calls between a benchmark and a process of its own, such as the node that it attacks. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { ChildProcess } from 'node:child_process'

/** What a process answers: arguments and results are JSON. */
export type Calls = object

type Arguments<Call> = Call extends (...args: infer Args) => unknown ? Args : never
type Result<Call> = Call extends (...args: never[]) => infer R ? Awaited<R> : never

interface Request {
  readonly id: number
  readonly name: string
  readonly args: readonly unknown[]
}

interface Response {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** The other end of `answerCalls`. */
export class Remote<C extends Calls> implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  #next = 0

  constructor(file: URL) {
    this.#child = fork(file)
    this.#child.on('message', (response: Response) => {
      const waiting = this.#waiting.get(response.id)
      this.#waiting.delete(response.id)
      if (response.error === undefined) waiting?.resolve(response.result)
      else waiting?.reject(new Error(response.error))
    })
    this.#child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`It ended with ${code}.`))
      this.#waiting.clear()
    })
  }

  async call<Name extends keyof C & string>(
    name: Name,
    ...args: Arguments<C[Name]>
  ): Promise<Result<C[Name]>> {
    const id = this.#next++
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#waiting.set(id, { resolve, reject })
    this.#child.send({ id, name, args })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the file answers `C`
    return (await promise) as Result<C[Name]>
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }
}

/** Answers the calls of the process that started this one. */
export function answerCalls(calls: Calls): void {
  const table = new Map<string, (...args: readonly unknown[]) => unknown>(Object.entries(calls))
  process.on('message', ({ id, name, args }: Request) => {
    void (async () => {
      const response: Response = await Promise.resolve()
        .then(() => table.get(name)?.(...args))
        .then(
          (result) => ({ id, result }),
          (error: unknown) => ({
            id,
            error: error instanceof Error ? String(error.stack) : 'failed'
          })
        )
      process.send?.(response)
    })()
  })
  process.on('disconnect', () => process.exit())
}

/** Milliseconds that two processes of one machine agree on. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now()
}
