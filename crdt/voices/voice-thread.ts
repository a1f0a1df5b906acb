/**
 * A thread that does the work of voices, so that checks do not block the event loop. All users of a
 * process share one thread: it starts with a request and ends with its last user.
 *
 * Requests wait in a queue that is fair by source, and those of one source keep their order. At most
 * 1,024 wait; then the last one of the peer with most is refused. A check that has begun ends: one of 1,500
 * votes takes 1.4 s.
 */
import { Worker } from 'node:worker_threads'
import { MalformedError, messageOf, VoiceError } from '../errors.ts'
import { FairQueue } from './fair-queue.ts'
import { arePackable, costOf, pack, packBatch, unpack } from './voice-messages.ts'
import type { VoiceAnswer, VoiceReply, VoiceRequest } from './voice-messages.ts'
import type { CredentialInit } from './credential.ts'
import type { CheckSource, FairItem } from './fair-queue.ts'
import type { VoiceKey } from './voice-key.ts'
import type { ProveInit, VerifyInit, Voices } from './voices.ts'

/** 16,000 tags, their bases and the known bases take some 30 MB. */
const MAX_HEAP_MB = 256

const WORKER = new URL(
  `./voice-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`,
  import.meta.url
)

/** Requests that wait at most: with entries of 64 KiB each, 64 MiB. */
const MAX_WAITING = 1_024

/** Requests that the thread has: one that it works on, and the next one. */
const AT_WORK = 2

/** This node's own work. */
const OWN: CheckSource = { peer: '', voice: '' }

interface Waiting extends FairItem {
  readonly user: object
  readonly request: VoiceRequest
  readonly resolve: (answer: VoiceAnswer) => void
  readonly reject: (error: Error) => void
}

/** The thread of this process, while it has users. */
let shared: SharedThread | undefined

/** A user of the thread that does the work of voices in this process. */
export class VoiceThread implements Voices {
  #isClosed = false

  async createCredential(init: CredentialInit): Promise<Uint8Array> {
    const ring = pack(init.ring)
    return bytesOf(await this.#ask({ type: 'create', init: { ...init, ring } }))
  }

  async verifyCredential(
    swarm: string,
    bytes: Uint8Array,
    ring: readonly Uint8Array[],
    source?: CheckSource
  ): Promise<boolean> {
    if (!arePackable(ring)) return false
    return (await this.#ask({ type: 'verify', swarm, bytes, ring: pack(ring) }, source)) === true
  }

  async tags(key: VoiceKey, swarm: string, digests: readonly Uint8Array[]): Promise<Uint8Array[]> {
    return unpack(bytesOf(await this.#ask({ type: 'tags', key, swarm, digests: pack(digests) })))
  }

  async prove(batch: ProveInit): Promise<Uint8Array> {
    return bytesOf(await this.#ask({ type: 'prove', batch: packBatch(batch) }))
  }

  async verifyTags(batch: VerifyInit, source?: CheckSource): Promise<boolean> {
    if (!arePackable(batch.digests) || !arePackable(batch.tags)) return false
    return (await this.#ask({ type: 'verify-tags', batch: packBatch(batch) }, source)) === true
  }

  /**
   * Rejects the requests that have no answer, and all later ones. Resolves when this user has left;
   * if it was the last one, the thread has ended.
   */
  async close(): Promise<void> {
    this.#isClosed = true
    await shared?.leave(this)
  }

  /** As `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #ask(request: VoiceRequest, source = OWN): Promise<VoiceAnswer> {
    if (this.#isClosed) throw closedError()
    shared ??= new SharedThread()
    return shared.ask(this, request, source)
  }
}

/** Whether the thread of this process runs. */
export function hasVoiceThread(): boolean {
  return shared !== undefined
}

class SharedThread {
  readonly #worker: Worker
  readonly #users = new Set<object>()
  readonly #queue = new FairQueue<Waiting>()
  /** Those that the thread has, in the order of their answers. */
  #atWork: Waiting[] = []

  constructor() {
    this.#worker = new Worker(WORKER, {
      // The options of the process may not be those of a thread, such as --input-type.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB }
    })
    this.#worker.unref()
    this.#worker.on('message', (reply: VoiceReply) => this.#settle(reply))
    this.#worker.once('error', (cause) => this.#fail(messageOf(cause), cause))
    this.#worker.once('exit', () => this.#fail('it ended'))
  }

  ask(user: object, request: VoiceRequest, source: CheckSource): Promise<VoiceAnswer> {
    this.#users.add(user)
    const { promise, resolve, reject } = Promise.withResolvers<VoiceAnswer>()
    this.#queue.push({ user, request, source, cost: costOf(request), resolve, reject })
    if (this.#queue.size > MAX_WAITING) this.#queue.dropLast()?.reject(busyError())
    // A request keeps the process alive until it has its answer; an idle thread does not.
    this.#worker.ref()
    this.#workOn()
    return promise
  }

  /** Gives the thread the next requests. */
  #workOn(): void {
    while (this.#atWork.length < AT_WORK) {
      const next = this.#queue.shift()
      if (next === undefined) return
      try {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        this.#worker.postMessage(next.request)
        this.#atWork.push(next)
      } catch (error) {
        // What cannot be copied gets no reply.
        next.reject(error instanceof Error ? error : failedError(messageOf(error)))
      }
    }
  }

  async leave(user: object): Promise<void> {
    if (!this.#users.delete(user)) return
    const isOfUser = (waiting: Waiting): boolean => waiting.user === user
    for (const waiting of this.#queue.remove(isOfUser)) waiting.reject(closedError())
    // The replies to these still come.
    for (const waiting of this.#atWork.filter(isOfUser)) waiting.reject(closedError())
    if (this.#users.size > 0) return
    shared = undefined
    await this.#worker.terminate()
  }

  #settle(reply: VoiceReply): void {
    const waiting = this.#atWork.shift()
    this.#workOn()
    if (this.#atWork.length === 0) this.#worker.unref()
    if ('answer' in reply) waiting?.resolve(reply.answer)
    else if (reply.isMalformed) waiting?.reject(new MalformedError(reply.error))
    else waiting?.reject(failedError(reply.error))
  }

  #fail(problem: string, cause?: unknown): void {
    if (shared === this) shared = undefined
    const waiting = [...this.#atWork, ...this.#queue.remove(() => true)]
    this.#atWork = []
    for (const { reject } of waiting) reject(failedError(problem, cause))
  }
}

function closedError(): VoiceError {
  return new VoiceError('VOICES_CLOSED', 'The voices are closed. Open others.')
}

function busyError(): VoiceError {
  return new VoiceError(
    'VOICES_BUSY',
    `More than ${MAX_WAITING} checks of voices wait. Repeat the call later.`
  )
}

function failedError(problem: string, cause?: unknown): VoiceError {
  const message = `The thread of voices failed: ${problem}. Repeat the call.`
  return new VoiceError('VOICES_FAILED', message, { cause })
}

function bytesOf(answer: VoiceAnswer): Uint8Array {
  if (typeof answer === 'boolean') throw failedError('it answered with a verdict')
  return answer
}
