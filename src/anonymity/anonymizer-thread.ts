/**
 * The anonymiser in a thread of its own, for many records. It gives what the anonymiser of this thread
 * would give. While it starts, and after it has failed, it is not ready: the caller then does the work
 * itself.
 */
import { Worker } from 'node:worker_threads'
import type { AnonymizerReply, AnonymizerRequest } from './anonymizer-messages.ts'
import type { KnownNames } from './rules/known-names.ts'

/** Word lists and a request take some 40 MB. */
const MAX_HEAP_MB = 128

const WORKER = new URL(
  `./anonymizer-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`,
  import.meta.url
)

export class AnonymizerThread implements AsyncDisposable {
  readonly #worker: Worker
  /** Those that wait for replies, in their order. */
  readonly #waiting: ((reply: AnonymizerReply | undefined) => void)[] = []
  #isReady = false
  readonly #started = Promise.withResolvers<void>()

  /** `known`: the names of this machine and its users. */
  constructor(known: KnownNames) {
    this.#worker = new Worker(WORKER, {
      workerData: known,
      // The options of the process may not be those of a thread, such as --input-type.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB }
    })
    this.#worker.unref()
    this.#worker.on('message', (message: AnonymizerReply | 'ready') => {
      if (message === 'ready') this.#settleStart(true)
      else this.#settle(message)
    })
    this.#worker.on('error', () => this.#end())
    this.#worker.on('exit', () => this.#end())
  }

  get isReady(): boolean {
    return this.#isReady
  }

  /** Resolves when the thread is ready, or has failed. */
  get started(): Promise<void> {
    return this.#started.promise
  }

  /** Undefined if the thread is not ready, or fails meanwhile. */
  async anonymizeAll(inputs: AnonymizerRequest): Promise<AnonymizerReply | undefined> {
    if (!this.#isReady) return undefined
    const { promise, resolve } = Promise.withResolvers<AnonymizerReply | undefined>()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(inputs)
    this.#waiting.push(resolve)
    // A request keeps the process alive; an idle thread does not.
    this.#worker.ref()
    return promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end()
    await this.#worker.terminate()
  }

  #settle(reply: AnonymizerReply): void {
    this.#waiting.shift()?.(reply)
    if (this.#waiting.length === 0) this.#worker.unref()
  }

  #settleStart(isReady: boolean): void {
    this.#isReady = isReady
    this.#started.resolve()
  }

  #end(): void {
    this.#settleStart(false)
    for (const resolve of this.#waiting.splice(0)) resolve(undefined)
  }
}
