/** A node in a process of its own that reports what an attack costs it. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openReplica, openStore } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { createSwarm } from '../../transport/index.ts'
import { answerCalls, wallClock } from './remote.ts'
import type { Replica, Store } from '../../crdt/index.ts'
import type { Swarm } from '../../transport/index.ts'

export interface VictimInit {
  readonly folder: string
  readonly bootstrap?: readonly string[]
}

/** Milliseconds, bytes and counts since the last `reset`, or now. */
export interface Figures {
  readonly authors: number
  readonly peers: number
  readonly offences: number
  readonly resident: number
  /** The most since the process began. */
  readonly mostResident: number
  readonly heap: number
  readonly disk: number
  readonly loopP99: number
  readonly loopMost: number
  readonly processor: number
  readonly rejections: Readonly<Record<string, number>>
  /** Offences by reason, since the process began. */
  readonly reasons: Readonly<Record<string, number>>
}

export interface Opening {
  readonly address: string
  /** As in the ids of its protocols. */
  readonly swarm: string
  readonly storeMs: number
  readonly replicaMs: number
  readonly digestMs: number
  readonly authors: number
}

const DAY = 24 * 60 * 60_000

let day = Math.floor(Date.now() / DAY)
let folder = ''
let store: Store | undefined
let replica: Replica | undefined
let swarm: Swarm | undefined
const admitted = new Map<string, number>()
const waiting = new Map<string, (at: number) => void>()
const reasons: Record<string, number> = {}
const loop = monitorEventLoopDelay({ resolution: 1 })
let processor = process.cpuUsage()

const calls = {
  async open(init: VictimInit): Promise<Opening> {
    folder = init.folder
    const begun = performance.now()
    store = await openStore(folder)
    const opened = performance.now()
    replica = await openReplica({ store, day: () => day })
    const loaded = performance.now()
    replica.digest()
    const ended = performance.now()
    replica.on('entry:admit', ({ hash }) => {
      const name = toHex(hash)
      const at = wallClock()
      const resolve = waiting.get(name)
      waiting.delete(name)
      if (resolve === undefined) admitted.set(name, at)
      else resolve(at)
      const [oldest] = admitted.keys()
      if (admitted.size > 100 && oldest !== undefined) admitted.delete(oldest)
    })
    swarm = await createSwarm({ store, replica, bootstrap: init.bootstrap })
    swarm.on('peer:offend', ({ reason }) => {
      reasons[reason] = (reasons[reason] ?? 0) + 1
    })
    await swarm.start()
    loop.enable()
    return {
      address: swarm.multiaddrs[0] ?? '',
      swarm: swarm.id,
      storeMs: opened - begun,
      replicaMs: loaded - opened,
      digestMs: ended - loaded,
      authors: replica.totals().authors
    }
  },

  /** When it admitted the entry, by `wallClock`. */
  async admittedAt(hash: string): Promise<number> {
    return admitted.get(hash) ?? new Promise((resolve) => waiting.set(hash, resolve))
  },

  async dial(address: string): Promise<void> {
    await swarm?.dial(address)
  },

  /** Begins a sync with each peer. */
  sync(): void {
    swarm?.synchronize().catch(() => undefined)
  },

  nextDay(): void {
    day += 1
  },

  reset(): void {
    loop.reset()
    processor = process.cpuUsage()
  },

  async figures(): Promise<Figures> {
    const { user, system } = process.cpuUsage(processor)
    return {
      authors: replica?.totals().authors ?? 0,
      peers: swarm?.peers().length ?? 0,
      offences: swarm?.offences ?? 0,
      resident: process.memoryUsage.rss(),
      mostResident: process.resourceUsage().maxRSS * 1024,
      heap: process.memoryUsage().heapUsed,
      disk: await bytesIn(folder),
      loopP99: loop.percentile(99) / 1e6,
      loopMost: loop.max / 1e6,
      processor: (user + system) / 1000,
      rejections: { ...replica?.rejections() },
      reasons
    }
  },

  collect(): void {
    globalThis.gc?.()
  },

  /** Returns how long the store took to close. */
  async close(): Promise<number> {
    await swarm?.stop()
    const begun = performance.now()
    await store?.close()
    return performance.now() - begun
  }
}

export type VictimCalls = typeof calls

answerCalls(calls)

async function bytesIn(directory: string): Promise<number> {
  let bytes = 0
  for (const name of await readdir(directory)) {
    // Tables come and go.
    const entry = await stat(join(directory, name)).catch(() => undefined)
    if (entry?.isFile() === true) bytes += entry.size
  }
  return bytes
}
