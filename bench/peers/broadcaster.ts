/** One of the two nodes of `bench -- broadcast`, on disk and in a process of its own. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createHive } from 'noormme-hive'
import { answerCalls, wallClock } from '../attacked/remote.ts'
import { benchFacts } from '../fact-data.ts'
import { streamBytes } from '../stream-bytes.ts'
import type { HiveNode } from 'noormme-hive'

/** Milliseconds between two looks of the event-loop monitor, and at the digest. */
const RESOLUTION = 1
const PERCENTILE = 99
const NANOSECONDS = 1e6

/** What a node did between `begin` and `end`. */
export interface Work {
  /** Milliseconds of processor time, of all threads. */
  readonly cpu: number
  /** Milliseconds by which a turn of the event loop was late, at the 99th percentile. */
  readonly late: number
  /** Bytes sent on all streams. */
  readonly sent: number
}

const streams = streamBytes('')
const delay = monitorEventLoopDelay({ resolution: RESOLUTION })
let node: HiveNode | undefined
let cpuBefore = process.cpuUsage()
let sentBefore = 0

const calls = {
  async start(dataDir: string, bootstrap: readonly string[]): Promise<readonly string[]> {
    node = await createHive({
      dataDir,
      libp2p: { metrics: () => streams },
      swarm: { k: 1, stem: false, bootstrap: [...bootstrap] }
    })
    return node.multiaddrs
  },

  async distill(count: number): Promise<void> {
    await started().agent.cortex.knowledge.distillMany(benchFacts(0, count))
  },

  async meshed(): Promise<void> {
    while (started().status.peers.every(({ gossip }) => gossip !== 'mesh')) await pause()
  },

  begin(): void {
    delay.reset()
    delay.enable()
    cpuBefore = process.cpuUsage()
    sentBefore = streams.sent
  },

  /** The times at which it began and ended, and the digest after it. */
  async broadcast(): Promise<readonly [begun: number, ended: number, digest: string]> {
    const begun = wallClock()
    await started().agent.cortex.hive.broadcastKnowledge()
    return [begun, wallClock(), await started().digest()]
  },

  /** The time at which this node had the entries, and whether its digest is that one. */
  async reached(entries: number): Promise<readonly [at: number, digest: string]> {
    const signal = AbortSignal.timeout(120_000)
    while (started().status.entries < entries) {
      signal.throwIfAborted()
      await pause()
    }
    return [wallClock(), await started().digest()]
  },

  entries: (): number => started().status.entries,

  end(): Work {
    delay.disable()
    const { user, system } = process.cpuUsage(cpuBefore)
    return {
      cpu: (user + system) / 1_000,
      late: delay.percentile(PERCENTILE) / NANOSECONDS - RESOLUTION,
      sent: streams.sent - sentBefore
    }
  }
}

export type BroadcasterCalls = typeof calls

answerCalls(calls)

function started(): HiveNode {
  if (node === undefined) throw new Error('The node was not started.')
  return node
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, RESOLUTION))
