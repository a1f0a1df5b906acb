/**
 * A worker thread in the thread of the simulation. The program is the real one; messages are copied
 * and arrive later, in order, as between threads.
 */
import { EventEmitter } from 'node:events'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { simulated } from './simulated.ts'
import type { Owner } from './owner.ts'

const threads = createRequire(import.meta.url)('node:worker_threads') as Record<string, unknown>

/** Milliseconds of a message between threads, at most. */
const MAX_DELAY = 0.2

/** The side of the program. */
class Port extends EventEmitter {
  readonly thread: Owner = { name: 'thread', isAlive: true, skew: 0 }
  /** What the program says when it has started. */
  readonly greetings: unknown[] = []
  onPost: ((message: unknown) => void) | undefined = (message) => this.greetings.push(message)

  postMessage(message: unknown, transfer?: ArrayBuffer[]): void {
    this.onPost?.(structuredClone(message, { transfer }))
  }
}

const workers = new Set<SimulatedWorker>()

/** Ends those that a simulation has left. */
export async function endAllWorkers(): Promise<void> {
  for (const worker of workers) await worker.terminate()
}

const programs = new Map<string, Port[]>()

/** Loads `count` instances of a program of threads, since loading takes real time. */
export async function loadPrograms(url: URL, count: number, workerData?: unknown): Promise<void> {
  const ports: Port[] = []
  for (let number = 0; number < count; number++) {
    const port = new Port()
    const now = Date.now
    Object.assign(threads, { parentPort: port, workerData })
    syncBuiltinESMExports()
    await import(`${url.href}?thread=${number}`)
    // A thread may replace the clock of its own globals.
    if (Date.now !== now) port.thread.clock = Date.now
    Date.now = now
    ports.push(port)
  }
  Object.assign(threads, { parentPort: null, workerData: null })
  syncBuiltinESMExports()
  programs.set(url.href, ports)
}

export class SimulatedWorker extends EventEmitter {
  readonly #url: string
  readonly #port: Port
  /** Who waits for answers, in the order of the questions. */
  #asker: Owner
  readonly #owner: Owner
  #last = 0

  constructor(url: URL) {
    super()
    this.#url = url.href
    // A sandbox ends with its node, which hears nothing of it. Other nodes use the threads of a search.
    if (programs.get(url.href)?.length === 0) {
      for (const worker of workers) {
        if (worker.#url === url.href && !worker.#owner.isAlive) worker.#release()
      }
    }
    const port = programs.get(url.href)?.pop()
    if (port === undefined) throw new Error(`No instance of ${url.href} is left.`)
    this.#port = port
    this.#owner = simulated().time.owner
    this.#asker = this.#owner
    workers.add(this)
    port.onPost = (message) => {
      this.#later(this.#asker, () => this.emit('message', message))
    }
    for (const greeting of port.greetings) port.postMessage(greeting)
  }

  postMessage(message: unknown, transfer?: ArrayBuffer[]): void {
    const asker = simulated().time.owner
    const copy: unknown = structuredClone(message, { transfer })
    this.#later(simulated().time.world, () => {
      this.#asker = asker
      simulated().time.runAs(this.#port.thread, () => this.#port.emit('message', copy))
    })
  }

  ref(): void {}

  unref(): void {}

  async terminate(): Promise<number> {
    if (this.#release()) this.emit('exit', 0)
    return 0
  }

  /** False if it has ended before. */
  #release(): boolean {
    if (!workers.delete(this)) return false
    this.#port.onPost = undefined
    programs.get(this.#url)?.push(this.#port)
    return true
  }

  /** After a moment, in the order of the calls. */
  #later(owner: Owner, task: () => void): void {
    const { time, random } = simulated()
    this.#last = Math.max(this.#last, time.now + random.next() * MAX_DELAY)
    time.schedule(this.#last - time.now, task, owner)
  }
}
