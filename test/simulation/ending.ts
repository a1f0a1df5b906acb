/**
 * The end of a simulation: all faults end, all nodes run, what waits leaves, and the swarm has time to
 * agree. Nobody waits longer than it takes; only what does not come gets all of the time.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import { MemberError } from '../../crdt/index.ts'
import { simulated } from './environment/simulated.ts'
import { MAX_SKEW } from './plan/clocks.ts'
import { isExcused } from './promises/broken-promises.ts'
import type { Agent } from './agent/agent.ts'
import type { DoorStory } from './members/door-story.ts'
import type { LieLedger } from './lies/ledger.ts'
import type { SimulatedNode } from './simulated-node.ts'
import type { Story } from './story.ts'

/** Milliseconds from the end of the work to the checks, at most: stems end, and each pair syncs. */
const QUIET = 240_000

/** Milliseconds in which stems end, and a node looks whose time has come. */
const LOOKS = 130_000

/** Milliseconds in which both ends of a connection know that it is lost. */
const LOST = 60_000

/** Milliseconds of a call with a peer that never answers, at most. */
const CALLS = 600_000

/** Milliseconds between two looks whether all is quiet. */
const LOOK = 4_000

/**
 * Milliseconds for which all stays quiet. In patient seeds each timer of a node rings in this time. In
 * the others the syncs at the end say what somebody lacks.
 */
const PATIENT_STAY = 36_000
const STAY = 8_000

/** Milliseconds after which gossip takes the same message for a new one, and all are connected again. */
const FORGETS = 130_000

/** Longer than a changed vote waits. */
const WAIT = 7 * 3_600_000

export interface EndingInit {
  readonly nodes: readonly SimulatedNode[]
  /** Those that keep to the protocol. */
  readonly honest: readonly SimulatedNode[]
  /** Those that keep to some version of the protocol. */
  readonly blameless: readonly SimulatedNode[]
  /** Those that have the same at the end: also one of a later version, when the others are updated. */
  readonly agreeing: readonly SimulatedNode[]
  readonly agents: readonly Agent[]
  readonly door: DoorStory | undefined
  readonly lies: LieLedger
  readonly areLiesShown: boolean
  readonly isClosed: boolean
  /** Whether it waits for timers between all steps. */
  readonly isPatient: boolean
  /** Writes after which a node ends that publishes votes which have waited; undefined: it does not. */
  readonly lateWrites: number | undefined
  readonly story: Story
  readonly start: (node: SimulatedNode) => Promise<void>
  readonly restart: (node: SimulatedNode) => Promise<void>
  readonly crash: (node: SimulatedNode) => void
  readonly report: (node: SimulatedNode, text: string) => void
  /** The node was revoked: others may have what it said, or not. */
  readonly leave: (node: SimulatedNode) => void
  readonly checkKeys: (node: SimulatedNode) => void
  /** Called again and again. */
  readonly onLook: () => void
}

export class Ending {
  readonly #init: EndingInit
  #areLiesShown = false

  constructor(init: EndingInit) {
    this.#init = init
  }

  /** Whether everybody has heard both sides of each lie. */
  get areLiesShown(): boolean {
    return this.#areLiesShown
  }

  /** The network is whole, and no disk is full. */
  async run(): Promise<void> {
    const { time } = simulated()
    const { nodes, honest, door, leave, story, report, isPatient, lateWrites } = this.#init
    await this.#startAll()
    if (door !== undefined) await time.settle(door.settle(), 'What is left at the door')
    await this.#agreeSoon(60_000)
    for (const node of nodes) if (door?.isRevoked(node) === true) leave(node)
    if (this.#init.areLiesShown) await this.#repeatLies()
    await this.#publishCounts()
    await this.#verifyDisks()
    // Retractions of votes of several authors leave, and then the votes that wait for theirs.
    for (let i = 0; i < 2; i++) {
      await this.#agreeSoon(LOOKS)
      const waiting = this.#waiting()
      if (waiting.length === 0) continue
      for (const node of waiting) story.tell(node.name, `has not sent ${textOf(waitingOf(node))}`)
      this.#endLate(waiting)
      time.leap(WAIT)
      const haveLeft = (): boolean => !isPatient && this.#waiting().length === 0
      await this.#until(haveLeft, LOOKS)
      if (lateWrites === undefined) continue
      for (const { disk } of waiting) disk.mend()
      await this.#startAll()
      await this.#until(haveLeft, LOOKS)
    }
    await this.#until(() => door?.isSettled() !== false, QUIET)
    await this.#agree(QUIET)
    // What one of another version has said is in no digest: a sync with it comes in this time.
    const { blameless } = this.#init
    if (!isPatient && blameless.length > honest.length) await time.run(time.now + LOST)
    await this.#until(() => this.#unfinished().length === 0, CALLS)
    for (const [node, call] of this.#unfinished()) report(node, `a call has not ended: ${call}`)
    for (const node of honest) if (door?.isMember(node) !== false) this.#checkUnsent(node)
    for (const node of honest) this.#init.checkKeys(node)
  }

  /** Who publishes votes that have waited may end between two writes. */
  #endLate(waiting: readonly SimulatedNode[]): void {
    const { lateWrites, crash } = this.#init
    if (lateWrites === undefined) return
    for (const node of waiting) {
      if (waitingOf(node).votes > 0) node.disk.afterWrites(lateWrites, () => crash(node))
    }
  }

  /** All nodes become nodes of the later version, which reads what the last one has published. */
  async update(): Promise<void> {
    const { time } = simulated()
    const { nodes, story, restart } = this.#init
    for (const node of nodes) {
      node.isLater = true
      if (node.running?.isLater !== false) continue
      story.tell(node.name, 'is updated')
      await time.settle(restart(node), `The update of ${node.name}`)
    }
    await this.#startAll()
    await this.#agree(QUIET)
  }

  /** Nothing is new to anybody, and all peers can be synced with but one that does not answer. */
  async checkSyncs(hasDeafPeer: boolean): Promise<void> {
    const { time } = simulated()
    const { blameless, honest, nodes, door, report } = this.#init
    // Gossip of a liar that is blamed is not read: a sync brings what it has published.
    const hasLiar = blameless.length < nodes.length
    for (const node of honest) {
      const { running } = node
      if (running === undefined || door?.isMember(node) === false) continue
      const { hive } = running.hive.agent.cortex
      const sync = (): ReturnType<typeof hive.synchronize> =>
        time.settle(
          time.runAs(running.owner, () => hive.synchronize()),
          `A sync of ${node.name}`
        )
      const most = hasDeafPeer ? 1 : 0
      let { failed, received } = await sync()
      if (failed > most) {
        await time.run(time.now + LOST)
        ;({ failed, received } = await sync())
      }
      if (received > 0 && hasLiar) ({ failed, received } = await sync())
      if (failed > most) report(node, `cannot sync with ${failed} peers`)
      if (received > 0 && !hasDeafPeer) report(node, `had not received ${received} entries`)
    }
  }

  /** Each node knows who of its peers takes gossip. */
  async checkGossip(): Promise<void> {
    await this.#until(() => this.#withoutGossip().length === 0, LOST)
    for (const [node, name] of this.#withoutGossip()) {
      this.#init.report(node, `has no gossip from ${name}`)
    }
  }

  #withoutGossip(): (readonly [SimulatedNode, string])[] {
    const { honest, door } = this.#init
    const full = honest.filter((node) => node.mode === 'full' && door?.isMember(node) !== false)
    const names = new Map(full.map((node) => [node.running?.parts.swarm?.peerId, node.name]))
    return full.flatMap((node) =>
      (node.running?.parts.swarm?.peers() ?? []).flatMap(({ peer, gossip }) => {
        const name = names.get(peer)
        return name !== undefined && gossip === 'none' ? [[node, name] as const] : []
      })
    )
  }

  async #startAll(): Promise<void> {
    const { time } = simulated()
    const { nodes, door } = this.#init
    const isWaiting = (node: SimulatedNode): boolean => door?.isWaiting(node) === true
    const areUp = (): boolean =>
      nodes.every((node) => node.running !== undefined || isWaiting(node))
    await this.#until(areUp, 60_000)
    for (const node of nodes) {
      if (node.running === undefined && !isWaiting(node))
        await time.settle(this.#init.start(node), `The start of ${node.name}`)
    }
  }

  /** Waits until all agree; in a patient seed until they go on to do so. */
  #agreeSoon(limit: number): Promise<void> {
    return this.#agree(limit, this.#init.isPatient ? PATIENT_STAY : 0)
  }

  /** Waits until all agree and go on to do so, at most so long. */
  async #agree(limit: number, stay = this.#init.isPatient ? PATIENT_STAY : STAY): Promise<void> {
    const { time } = simulated()
    const end = time.now + limit
    let since: number | undefined
    await this.#until(() => {
      since = this.#isQuiet() ? (since ?? time.now) : undefined
      return since !== undefined && time.now - since >= stay
    }, end - time.now)
  }

  async #until(isDone: () => boolean, limit: number): Promise<void> {
    const { time } = simulated()
    const end = time.now + limit
    while (!isDone() && time.now < end) {
      await time.run(time.now + LOOK)
      this.#init.onLook()
    }
  }

  /** All have the same, and nothing of it is on its way. */
  #isQuiet(): boolean {
    const { honest, agreeing, blameless, door } = this.#init
    const isHiding = ({ running }: SimulatedNode): boolean =>
      (running?.parts.replica.hiddenAuthors() ?? []).length > 0
    // One of another version publishes too.
    if (blameless.some((node) => door?.isMember(node) !== false && isHiding(node))) return false
    const areLater = agreeing.every(({ running }) => running?.isLater !== false)
    const members = (areLater ? agreeing : honest).filter((node) => door?.isMember(node) !== false)
    const digests = new Map<boolean, string>()
    for (const node of members) {
      const { running, mode, hasGoneBack } = node
      if (running === undefined) continue
      const { replica } = running.parts
      if (isHiding(node) || waitingOf(node).retractions > 0) return false
      if (mode !== 'full' || (hasGoneBack && !running.isLater)) continue
      // Of its version.
      const { isLater } = running
      const digest = toHex(replica.digest())
      if ((digests.get(isLater) ?? digest) !== digest) return false
      digests.set(isLater, digest)
    }
    return this.#unfinished().length === 0
  }

  /** Those with votes or retractions that have not left. */
  #waiting(): SimulatedNode[] {
    return this.#init.agreeing.filter((node) => sumOf(waitingOf(node)) > 0)
  }

  #unfinished(): (readonly [SimulatedNode, string])[] {
    const { nodes, agents, honest } = this.#init
    return nodes.flatMap((node, i) =>
      honest.includes(node)
        ? (agents[i]?.unfinished ?? []).map((call) => [node, call] as const)
        : []
    )
  }

  /** Everybody hears both sides of each lie. */
  async #repeatLies(): Promise<void> {
    const { time } = simulated()
    const { lies, nodes } = this.#init
    const running = nodes.at(-1)?.running
    if (running === undefined || lies.forks.length === 0) return
    // Gossip does not always come back over a connection that took the place of a lost one.
    for (const connection of running.host.getConnections().slice())
      connection.abort(new Error('It goes.'))
    await time.run(time.now + FORGETS)
    // Who was caught forging has no peers any longer.
    this.#areLiesShown = running.host.getConnections().length > 0
    for (const { entries } of lies.forks) {
      for (const entry of entries) {
        const told = time.runAs(running.owner, () => running.parts.swarm?.announce([entry]))
        await time.settle(Promise.resolve(told), 'A lie')
      }
    }
    // They land before the next step, which may end a node with its next write.
    await time.run(time.now + LOOK)
  }

  async #publishCounts(): Promise<void> {
    const { time } = simulated()
    const { nodes, agents, door, isClosed, story } = this.#init
    if (!isClosed) return
    for (const [number, node] of nodes.entries()) {
      const { name, running } = node
      const agent = agents[number]
      if (running === undefined || agent === undefined || door?.isMember(node) === false) continue
      const publish = (): Promise<number> =>
        time.settle(
          time.runAs(running.owner, () => agent.publishCounts(running)),
          `The counts of ${name}`
        )
      const entries = await publish().catch(async (error: unknown) => {
        // A certificate may begin later by the clock of its node.
        if (!(error instanceof MemberError) || error.code !== 'CERTIFICATE_DATES') throw error
        await time.run(time.now + 2 * MAX_SKEW)
        return publish()
      })
      story.tell(name, `publishes what it counted: ${entries} entries`)
    }
  }

  /** Damaged nodes read all that they store: what they lack comes again from peers. */
  async #verifyDisks(): Promise<void> {
    const { time } = simulated()
    for (const { name, running, hasFlippedBit } of this.#init.nodes) {
      if (running === undefined || !hasFlippedBit) continue
      const { janitor } = running.hive.agent.cortex
      const verified = time.runAs(running.owner, () => janitor.verify())
      const { isWhole, damaged } = await time.settle(verified, `The check of ${name}`)
      const state = isWhole ? 'whole' : 'damaged'
      this.#init.story.tell(name, `is ${state} ${JSON.stringify(damaged)}`)
    }
  }

  #checkUnsent(node: SimulatedNode): void {
    // A hidden entry that is lost with its copy is retracted nowhere.
    if (isExcused(node) && !node.areCopiesWhole) return
    // A vote that left right before its node ended comes back from its copy, and waits once more.
    if (isExcused(node) && this.#init.lateWrites !== undefined) return
    const waiting = waitingOf(node)
    if (sumOf(waiting) > 0) this.#init.report(node, `has not sent ${textOf(waiting)}`)
  }
}

interface Waiting {
  readonly votes: number
  readonly retractions: number
}

function waitingOf({ running }: SimulatedNode): Waiting {
  return running?.parts.replica.retractions.waiting ?? { votes: 0, retractions: 0 }
}

function sumOf({ votes, retractions }: Waiting): number {
  return votes + retractions
}

function textOf({ votes, retractions }: Waiting): string {
  return `${votes} votes and ${retractions} retractions`
}
