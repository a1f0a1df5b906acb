/**
 * Replaces what a process gives to JavaScript: time, timers, randomness and threads. It is the seam
 * of the simulation: the product and its libraries are the real ones, and none of them can reach the
 * machine's clock. Installed once in a process, before anything else is loaded.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module'
import type nodeCrypto from 'node:crypto'
import { anyOf } from './any-signal.ts'
import { SimulatedWorker } from './simulated-worker.ts'
import { VirtualTimer } from './virtual-timer.ts'
import { simulated } from './simulated.ts'
import { rememberingVerify } from './verified.ts'
import type { Seeded } from './seeded-bytes.ts'

const require = createRequire(import.meta.url)

/** Timers are due after a millisecond at least, as in Node.js. */
const MIN_DELAY = 1

/** PKCS #8 of an Ed25519 key before its seed (RFC 8410, section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

export function installVirtualGlobals(): void {
  installClock()
  installTimers()
  installRandomness()
  Object.assign(require('node:worker_threads'), { Worker: SimulatedWorker })
  syncBuiltinESMExports()
}

function installClock(): void {
  const RealDate = Date
  class VirtualDate extends RealDate {
    constructor(...parts: unknown[]) {
      if (parts.length === 0) super(simulated().time.date())
      else super(...(parts as [number]))
    }
    static override now(): number {
      return simulated().time.date()
    }
  }
  globalThis.Date = VirtualDate as DateConstructor
  const now = (): number => simulated().time.monotonic()
  Object.defineProperty(performance, 'now', { value: now })
  const hrtime = (): [number, number] => [Math.floor(now() / 1000), (now() % 1000) * 1e6]
  Object.assign(process, {
    hrtime: Object.assign(hrtime, { bigint: () => BigInt(Math.floor(now() * 1e6)) }),
    cpuUsage: () => ({ user: 0, system: 0 })
  })
}

type Callback = (...values: unknown[]) => void

function installTimers(): void {
  const start = (task: Callback, delay = MIN_DELAY, ...values: unknown[]): VirtualTimer =>
    new VirtualTimer(() => task(...values), Math.max(MIN_DELAY, delay), false)
  const repeat = (task: Callback, delay = MIN_DELAY, ...values: unknown[]): VirtualTimer =>
    new VirtualTimer(() => task(...values), Math.max(MIN_DELAY, delay), true)
  const immediately = (task: Callback, ...values: unknown[]): VirtualTimer =>
    new VirtualTimer(() => task(...values), turn(), false)
  const clear = (timer: unknown): void => {
    if (timer instanceof VirtualTimer) timer.close()
  }
  const timers = {
    setTimeout: start,
    setInterval: repeat,
    setImmediate: immediately,
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear
  }
  Object.assign(globalThis, timers)
  Object.assign(require('node:timers'), timers)
  Object.assign(require('node:timers/promises'), {
    setTimeout: (delay?: number, value?: unknown, options?: WaitOptions) =>
      wait(Math.max(MIN_DELAY, delay ?? 0), value, options),
    setImmediate: (value?: unknown, options?: WaitOptions) => wait(turn(), value, options)
  })
  AbortSignal.timeout = (delay: number): AbortSignal => {
    const controller = new AbortController()
    // Nobody can clear it, in Node.js neither.
    const abort = (): void => {
      controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
    }
    const _ = new VirtualTimer(abort, Math.max(MIN_DELAY, delay), false, false)
    return controller.signal
  }
  AbortSignal.any = anyOf
}

/** Until the next turn of the event loop: on a busy processor others come before. */
function turn(): number {
  const { turn: most, random } = simulated()
  return most === 0 ? 0 : random.next() * most
}

interface WaitOptions {
  readonly signal?: AbortSignal
}

/** As `setTimeout` of `node:timers/promises`. */
function wait(delay: number, value: unknown, { signal }: WaitOptions = {}): Promise<unknown> {
  if (signal?.aborted === true) return Promise.reject(abortError(signal))
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const timer = new VirtualTimer(
    () => {
      signal?.removeEventListener('abort', onAbort)
      resolve(value)
    },
    delay,
    false
  )
  const onAbort = (): void => {
    timer.close()
    if (signal !== undefined) reject(abortError(signal))
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  return promise
}

function abortError({ reason }: AbortSignal): Error {
  return Object.assign(new Error('The operation was aborted', { cause: reason }), {
    name: 'AbortError',
    code: 'ABORT_ERR'
  })
}

function installRandomness(): void {
  const crypto = require('node:crypto') as typeof nodeCrypto
  const { createPrivateKey, createPublicKey, verify } = crypto
  const random = (): Seeded => simulated().random
  Math.random = () => random().next()
  const fill = <T extends ArrayBufferView>(view: T): T => random().fill(view)
  const uuid = (): string => {
    const hex = random().bytes(16).toString('hex')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
  }
  Object.assign(crypto, {
    verify: rememberingVerify(verify),
    randomBytes: (length: number) => random().bytes(length),
    randomFillSync: fill,
    randomUUID: uuid,
    randomInt: (from: number, to?: number) =>
      to === undefined ? random().below(from) : from + random().below(to - from),
    generateKeyPairSync: (type: string) => {
      if (type !== 'ed25519') throw new Error(`A simulation makes no keys of ${type}.`)
      const der = Buffer.concat([PKCS8_PREFIX, random().bytes(32)])
      const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
      return { privateKey, publicKey: createPublicKey(privateKey) }
    }
  })
  Object.defineProperties(globalThis.crypto, {
    getRandomValues: { value: fill },
    randomUUID: { value: uuid }
  })
}
