/**
 * A live swarm does the work of a plan: in real time, over real libp2p, on a real disk, as fast as it
 * can. Its only fault is a restart. The same promises must hold at the end. Nothing is the same again
 * from the same seed but the work.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Acknowledged } from '../agent/acknowledged.ts'
import { Agent } from '../agent/agent.ts'
import { Seeded } from '../environment/seeded-bytes.ts'
import { LieLedger } from '../lies/ledger.ts'
import { brokenPromises } from '../promises/broken-promises.ts'
import { planOf } from '../plan/plan.ts'
import { LiveNode } from './live-node.ts'
import type { Plan, Step } from '../plan/step.ts'

export interface LiveSettings {
  readonly nodes: number
  /** Minutes of the plan: 20 steps of each node. */
  readonly minutes: number
  /** Where the stores are. */
  readonly folder: string
}

export interface LiveOutcome {
  readonly broken: readonly string[]
  readonly story: string
}

/** Steps that are begun before some must have ended. */
const AT_ONCE = 12

/** Milliseconds until all must be the same everywhere: stems end after 20 s at most. */
const QUIET_LIMIT = 120_000

/** Missing bodies of a node that others are asked for. */
const MAX_LOOKED = 100

/** Milliseconds between two looks. */
const LOOK = 500

export class LiveWorld {
  readonly #plan: Plan
  readonly #acknowledged = new Acknowledged()
  readonly #nodes: readonly LiveNode[]
  readonly #agents: readonly Agent[]
  readonly #broken: string[] = []
  readonly #story: string[] = []
  readonly #started = performance.now()

  constructor(seed: number, { nodes, minutes, folder }: LiveSettings) {
    const settings = { nodes, minutes, isClosed: false, isDamaged: false }
    this.#plan = planOf(seed, new Seeded(seed).stream('plan'), settings)
    const address = (number: number): string => `/memory/live-${seed}-${number}`
    this.#nodes = Array.from({ length: nodes }, (_, number) => {
      const name = `n${number}`
      return new LiveNode({
        name,
        number,
        mode: number >= nodes - this.#plan.lightNodes ? 'light' : 'full',
        k: this.#plan.k,
        listen: address(number),
        bootstrap: [0, 1].filter((each) => each !== number).map(address),
        folder,
        // All keep to the protocol.
        onOffend: (peer, reason) => this.#break(name, `blames ${peer}: ${reason}`)
      })
    })
    this.#agents = this.#nodes.map((node) => {
      const tell = (text: string): void => this.#tell(node.name, text)
      const check = (text: string): void => this.#break(node.name, text)
      return new Agent(node, this.#acknowledged, { tell, check, mayBeRefused: false })
    })
  }

  async run(): Promise<LiveOutcome> {
    try {
      await Promise.all(this.#nodes.map((node) => node.start()))
      await this.#work()
      await this.#calmDown()
      const names = this.#nodes.map(({ name }) => name)
      const checks = await brokenPromises({
        nodes: this.#nodes,
        acknowledged: this.#acknowledged,
        lies: new LieLedger(),
        areLiesShown: false,
        strangers: [],
        voices: names.map((name) => [name]),
        names,
        members: undefined
      })
      this.#broken.push(...checks)
    } finally {
      for (const node of this.#nodes) await node.stop()
    }
    return { broken: this.#broken, story: this.#story.join('\n') }
  }

  async #work(): Promise<void> {
    const begun = new Set<Promise<void>>()
    for (const step of this.#plan.steps) {
      if (step.kind === 'restart') {
        await Promise.all(begun)
        await this.#restart(step)
        continue
      }
      const work = this.#agents[step.node]?.do(step) ?? Promise.resolve()
      const ended = work.finally(() => begun.delete(ended))
      begun.add(ended)
      if (begun.size >= AT_ONCE) await Promise.race(begun)
    }
    await Promise.all(begun)
  }

  async #restart({ node: number }: Step): Promise<void> {
    const node = this.#nodes[number]
    this.#tell(`n${number}`, 'restarts')
    await node?.stop()
    await node?.start()
  }

  /** Until all full nodes have the same, and nobody hides anything. */
  async #calmDown(): Promise<void> {
    const deadline = performance.now() + QUIET_LIMIT
    while (performance.now() < deadline) {
      const lives = this.#nodes.flatMap(({ running }) => running ?? [])
      await Promise.all(lives.map(({ hive }) => hive.agent.cortex.hive.synchronize()))
      if ((await this.#unrest()) === '') return
      await delay(LOOK)
    }
    this.#break('world', `is not quiet after ${QUIET_LIMIT / 1_000} s: ${await this.#unrest()}`)
  }

  /** What is not settled, in words; empty if all is. */
  async #unrest(): Promise<string> {
    const problems: string[] = []
    const digests = new Set<string>()
    for (const { name, mode, running } of this.#nodes) {
      if (running === undefined) continue
      const { hive, parts } = running
      const { votes, retractions } = parts.replica.retractions.waiting
      const hidden = parts.replica.hiddenAuthors().length
      const unsent = hidden + votes + retractions
      if (unsent > 0) problems.push(`${name} has not sent ${hidden}, ${votes}, ${retractions}`)
      if (mode === 'light') continue
      digests.add(await hive.digest())
      const missing = await parts.replica.missingBodies(MAX_LOOKED)
      if (await this.#isHeld(missing)) problems.push(`${name} lacks a body`)
    }
    if (digests.size > 1) problems.push(`there are ${digests.size} digests`)
    return problems.join('; ')
  }

  /** Whether a node has one of these bodies; a forgotten one is nowhere. */
  async #isHeld(digests: Uint8Array[]): Promise<boolean> {
    const replicas = this.#nodes.flatMap(({ running }) => running?.parts.replica ?? [])
    const held = await Promise.all(replicas.map((replica) => replica.has(digests)))
    return held.flat().includes(true)
  }

  #tell(who: string, what: string): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(3).padStart(9)
    this.#story.push(`${seconds} s  ${who.padEnd(5)} ${what}`)
  }

  #break(who: string, text: string): void {
    this.#tell(who, `BROKEN: ${text}`)
    this.#broken.push(`${who}: ${text}`)
  }
}
