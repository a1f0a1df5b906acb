/** Starts and ends the lives of nodes: a node that went down starts again. */
import { simulated } from './environment/simulated.ts'
import type { Seeded } from './environment/seeded-bytes.ts'
import type { Crash, SimulatedNode } from './simulated-node.ts'

/** Milliseconds, at least and at most. */
type Span = readonly [from: number, to: number]

/** Until a node that went down starts again: half of them at once. */
const AWAY: Span = [100, 15_000]
const AT_ONCE: Span = [100, 800]

/** Until one that is away comes back. */
const ABSENCE: Span = [20_000, 60_000]

const CRASH_TEXTS: Readonly<Record<Crash, string>> = {
  process: 'is killed',
  power: 'loses power',
  'torn-log': 'loses power, and a part of its log'
}

export interface LivesInit {
  readonly random: Seeded
  readonly tell: (node: SimulatedNode, text: string) => void
  readonly report: (node: SimulatedNode, text: string) => void
  /** Whether the node cannot start yet. */
  readonly isWaiting: (node: SimulatedNode) => boolean
  readonly onStart: (node: SimulatedNode) => void
  /** A life is about to end. */
  readonly onCrash: (node: SimulatedNode) => void
}

export class Lives {
  readonly #init: LivesInit
  readonly #changing = new Set<SimulatedNode>()

  constructor(init: LivesInit) {
    this.#init = init
  }

  /** Whether the node runs, and neither starts nor stops. */
  isSteady(node: SimulatedNode): boolean {
    return node.running !== undefined && !this.#changing.has(node)
  }

  /** Ends the life at once. */
  crash(node: SimulatedNode, kind: Crash, isLong = false): void {
    if (!this.isSteady(node)) return
    const { tell, onCrash } = this.#init
    tell(node, CRASH_TEXTS[kind])
    onCrash(node)
    node.crash(kind)
    this.startLater(node, isLong)
  }

  restart(node: SimulatedNode): void {
    if (!this.isSteady(node)) return
    this.#init.tell(node, 'restarts')
    void this.stopAndStart(node)
  }

  async stopAndStart(node: SimulatedNode, whileDown?: () => void): Promise<void> {
    this.#changing.add(node)
    try {
      await node.stop()
    } catch (error) {
      this.#init.tell(node, `stopped with an error: ${String(error)}`)
      node.crash('process')
    }
    whileDown?.()
    this.#changing.delete(node)
    this.startLater(node)
  }

  /** `isLong`: after an absence. */
  startLater(node: SimulatedNode, isLong = false): void {
    const { time } = simulated()
    const { random, tell, report } = this.#init
    const span = isLong ? ABSENCE : random.chance(0.5) ? AT_ONCE : AWAY
    time.schedule(
      random.between(...span),
      () => {
        this.start(node).catch((error: unknown) => {
          tell(node, `cannot start: ${String(error)}`)
          if (!node.disk.isFull) report(node, `cannot start: ${describe(error)}`)
          node.crash('process')
        })
      },
      time.world
    )
  }

  async start(node: SimulatedNode): Promise<void> {
    if (node.running !== undefined || this.#changing.has(node)) return
    const { isWaiting, onStart, tell } = this.#init
    if (isWaiting(node)) return
    this.#changing.add(node)
    try {
      await node.start()
      onStart(node)
      tell(node, 'runs')
    } finally {
      this.#changing.delete(node)
    }
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
