/** A simulated swarm: its nodes, their network, and what they were promised. */
import { Agent } from './agent.ts'
import { Acknowledged } from './acknowledged.ts'
import { DiskActs } from './disk/disk-acts.ts'
import { SimulatedDisk } from './disk/simulated-disk.ts'
import { simulated } from './environment/simulated.ts'
import { brokenPromises } from './invariants.ts'
import { foundAtDoor, foundMembers } from './members/closed-swarm.ts'
import { DoorStory } from './members/door-story.ts'
import { SimulatedNetwork } from './network/simulated-network.ts'
import { SimulatedNode } from './simulated-node.ts'
import { keyOnDisk } from './kept-key.ts'
import { Story } from './story.ts'
import { lieOf, tamperOf } from './stranger.ts'
import { Trace } from './trace.ts'
import type { Membership } from './members/closed-swarm.ts'
import type { VoiceResults } from './members/simulated-voices.ts'
import type { Plan, Step } from './plan.ts'
import type { Crash } from './simulated-node.ts'
import type { Seeded } from './environment/seeded-bytes.ts'

/** Milliseconds from the end of the work to the checks: stems end, and each pair of nodes syncs. */
const QUIET = 240_000

/** Milliseconds that a start or a stop may take. */
const LIFECYCLE_LIMIT = 60_000

/** fsync on a slow disk takes this many times as long. */
const SLOW_DISK = 50

const SLOW_NODE = 20

const FAST_READS = { slowReads: 0.05, readDelay: 2 }
const SLOW_READS = { slowReads: 0.2, readDelay: 60 }

/** Milliseconds for which a restored node hears nothing. */
const ISOLATION = 40_000

const WEEK = 7 * 86_400_000

/** Longer than a changed vote waits. */
const WAIT = 7 * 3_600_000

/** Milliseconds in which stems end, and a node looks whose time has come. */
const LOOKS = 130_000

export class World {
  readonly nodes: readonly SimulatedNode[]
  readonly trace = new Trace()
  readonly story = new Story()
  /** Promises that were broken on the way. */
  readonly broken: string[] = []
  readonly #plan: Plan
  readonly #network: SimulatedNetwork
  readonly #acknowledged = new Acknowledged()
  readonly #agents: readonly Agent[]
  readonly #random: Seeded
  /** Authors that sign two entries for one place. */
  #forks = 0
  /** Authors that a stranger has made up. */
  #authors = 0
  readonly #starting = new Set<SimulatedNode>()
  /** By member; none in an open swarm. */
  readonly #memberships: readonly Membership[]
  readonly #door: DoorStory | undefined
  readonly #voices: VoiceResults = new Map()
  readonly #diskActs: DiskActs

  constructor(plan: Plan, random: Seeded) {
    this.#plan = plan
    this.#random = random.stream('world')
    const { time } = simulated()
    time.onEvent = (now, { name }) => this.trace.add(name, now)
    this.#network = new SimulatedNetwork(
      { minDelay: 1, maxDelay: 80 },
      random.stream('network'),
      (from, to, bytes) => this.trace.add(`${from.name}>${to.name}`, time.now, bytes)
    )
    const { members = [], begin } = plan
    const count = Math.max(0, ...members.map((member) => member + 1))
    const stream = random.stream('members')
    const { roles } = plan
    const { root, memberships } =
      roles === undefined ? foundMembers(count, begin, stream) : foundAtDoor(roles, begin, stream)
    this.#memberships = memberships
    this.#door =
      roles === undefined
        ? undefined
        : new DoorStory({
            root,
            memberships,
            roles,
            nodes: () => this.nodes,
            start: (node) => this.#startLater(node),
            restart: (node) => this.#stopAndStart(node),
            tell: (node, text) => this.story.tell(node.name, text),
            report: (node, text) => this.#break(node, text)
          })
    this.#diskActs = new DiskActs({
      acknowledged: this.#acknowledged,
      tell: (node, text) => this.story.tell(node.name, text),
      crash: (node, kind) => this.#crash(node, kind),
      isolate: (node) => this.#isolate(node),
      restart: (node, whileDown) => void this.#stopAndStart(node, whileDown)
    })
    this.nodes = Array.from({ length: plan.nodes }, (_, number) => this.#node(number, random))
    this.#agents = this.nodes.map(
      (node) =>
        new Agent(node, this.#acknowledged, {
          tell: (text) => this.story.tell(node.name, text),
          check: (text) => this.#break(node, text),
          mayBeRefused: plan.roles !== undefined
        })
    )
  }

  #node(number: number, random: Seeded): SimulatedNode {
    const name = `n${number}`
    const plan = this.#plan
    const disk = new SimulatedDisk(
      {
        writeDelay: 1,
        syncDelay: plan.isSlowDisk ? 40 : 4,
        ...(plan.hasSlowReads ? SLOW_READS : FAST_READS)
      },
      random.stream(`disk ${name}`),
      (owner, batch) => this.trace.add(`${owner.name} writes ${batch.length}`, simulated().time.now)
    )
    const first = SimulatedNode.address(0)
    const second = SimulatedNode.address(1)
    return new SimulatedNode({
      name,
      number,
      disk,
      mode: this.#isLight(number) ? 'light' : 'full',
      tamper:
        number === plan.nodes - 1 ? tamperOf(plan.manner, random.stream('tamper')) : undefined,
      membership: this.#memberships[plan.members?.[number] ?? -1],
      voices: this.#voices,
      k: plan.k,
      network: this.#network,
      bootstrap: [first, second].filter((address) => address !== SimulatedNode.address(number)),
      skew: plan.skews[number] ?? 0,
      onOffend: (node, peer, reason) => this.#blame(node, peer, reason),
      onStatements: (node, statements, isRead) =>
        this.#door?.noteStatements(node, statements, isRead),
      onWarn: (node, text) => this.story.tell(node.name, `warns: ${text}`)
    })
  }

  get #isStrange(): boolean {
    return this.#plan.manner !== 'honest'
  }

  /** Those that keep to the protocol. */
  get #honest(): readonly SimulatedNode[] {
    return this.#isStrange ? this.nodes.slice(0, -1) : this.nodes
  }

  /** Light nodes are the last ones before a stranger. */
  #isLight(number: number): boolean {
    const { nodes, lightNodes } = this.#plan
    const end = this.#isStrange ? nodes - 1 : nodes
    return number < end && number >= end - lightNodes
  }

  /** Runs the plan; returns the broken promises. */
  async run(): Promise<readonly string[]> {
    const { time } = simulated()
    await Promise.all(
      this.nodes
        .filter((node) => this.#door?.isWaiting(node) !== true)
        .map((node) => time.settle(this.#start(node), 'A start', LIFECYCLE_LIMIT))
    )
    for (const step of this.#plan.steps) {
      await time.run(step.at)
      this.#door?.check()
      this.#do(step)
    }
    await this.#calmDown()
    const plan = this.#plan
    this.#door?.checkEnd()
    const left = this.#honest.filter((node) => this.#door?.isMember(node) !== false)
    const checks = brokenPromises({
      nodes: left,
      acknowledged: this.#acknowledged,
      strangers: this.#isStrange ? 1 + (plan.members === undefined ? this.#authors : 0) : 0,
      forks: this.#forks,
      voices: this.#voicesOf(this.#honest),
      names: this.nodes.flatMap((node) => [node.name, ...this.#diskActs.lostLivesOf(node)]),
      members: plan.members === undefined ? undefined : new Set(plan.members).size
    })
    this.broken.push(...(await time.settle(checks, 'The checks')))
    await this.#stopAll()
    return this.broken
  }

  /** Names of nodes that are one voice. */
  #voicesOf(nodes: readonly SimulatedNode[]): readonly (readonly string[])[] {
    const { members } = this.#plan
    const lives = nodes.flatMap((node) => {
      const names = [node.name, ...this.#diskActs.lostLivesOf(node)]
      return names.map((name) => ({ name, voice: members?.[this.nodes.indexOf(node)] ?? name }))
    })
    const byVoice = Map.groupBy(lives, ({ voice }) => voice)
    return [...byVoice.values()].map((each) => each.map(({ name }) => name))
  }

  /** Nobody may blame who keeps to the protocol. */
  #blame(node: SimulatedNode, peer: string, reason: string): void {
    const name = this.#nameOf(peer)
    this.story.tell(node.name, `blames ${name}: ${reason}`)
    const isHonest = (each: SimulatedNode): boolean => this.#honest.includes(each)
    if (isHonest(node) && this.#honest.some((each) => each.name === name)) {
      this.broken.push(`${node.name} blames the honest ${name}: ${reason}`)
    }
  }

  #break(node: SimulatedNode, text: string): void {
    this.story.tell(node.name, `BROKEN: ${text}`)
    this.broken.push(`${node.name}: ${text}`)
  }

  /** Ends all faults, starts who is down, and waits. */
  async #calmDown(): Promise<void> {
    const { time } = simulated()
    this.story.tell('world', `the work ends, and the faults; the last node is ${this.#plan.manner}`)
    this.#network.heal()
    for (const { disk } of this.nodes) {
      disk.isFull = false
      disk.slowness = 1
    }
    await time.run(time.now + LIFECYCLE_LIMIT)
    for (const node of this.nodes) {
      if (node.running === undefined && this.#door?.isWaiting(node) !== true)
        await time.settle(this.#start(node), `The start of ${node.name}`)
    }
    if (this.#door !== undefined) await time.settle(this.#door.settle(), 'What is left at the door')
    await time.run(time.now + LIFECYCLE_LIMIT)
    for (const node of this.nodes) {
      if (this.#door?.isRevoked(node) === true) this.#acknowledged.leave(node.name)
    }
    await this.#publishCounts()
    await this.#verifyDisks()
    // Retractions of votes of several authors leave, and then the votes that wait for theirs.
    for (let i = 0; i < 2; i++) {
      await time.run(time.now + LOOKS)
      for (const { name, running } of this.nodes) {
        if (running === undefined) continue
        const { votes, retractions } = running.parts.replica.retractions.waiting
        this.story.tell(name, `has not sent ${votes} votes and ${retractions} retractions`)
      }
      time.leap(WAIT)
    }
    await time.run(time.now + LOOKS + QUIET)
    for (const node of this.nodes) {
      this.#describe(node)
      this.#checkUnsent(node)
      this.#checkKeys(node)
    }
  }

  /** Changes of votes of honest nodes leave when their time has come, unless nobody admits the node. */
  #checkUnsent(node: SimulatedNode): void {
    if (!this.#honest.includes(node) || this.#door?.isMember(node) === false) return
    // The simulated disk has no copies of hidden entries: a lost one is retracted nowhere.
    if (node.hasFlippedBit && node.hasFoundDamage) return
    const { votes = 0, retractions = 0 } = node.running?.parts.replica.retractions.waiting ?? {}
    if (votes + retractions === 0) return
    this.#break(node, `has not sent ${votes} votes and ${retractions} retractions`)
  }

  #checkKeys(node: SimulatedNode): void {
    // A key that a copy brought back is deleted before the node signs; what has signed is another life.
    if (this.#diskActs.lostLivesOf(node).length > 0) return
    const problem = keyOnDisk(node)
    if (problem !== undefined) this.#break(node, problem)
  }

  /** Damaged nodes read all that they store: what they lack comes again from peers. */
  async #verifyDisks(): Promise<void> {
    const { time } = simulated()
    for (const { name, running, hasFlippedBit } of this.nodes) {
      if (running === undefined || !hasFlippedBit) continue
      const { janitor } = running.hive.agent.cortex
      const verified = time.runAs(running.owner, () => janitor.verify())
      const { isWhole, damaged } = await time.settle(verified, `The check of ${name}`)
      this.story.tell(name, `is ${isWhole ? 'whole' : 'damaged'} ${JSON.stringify(damaged)}`)
    }
  }

  async #publishCounts(): Promise<void> {
    const { time } = simulated()
    if (this.#plan.members === undefined) return
    for (const [number, { name, running }] of this.nodes.entries()) {
      const agent = this.#agents[number]
      if (
        running === undefined ||
        agent === undefined ||
        this.#door?.isMember(this.nodes[number]) === false
      )
        continue
      const published = time.runAs(running.owner, () => agent.publishCounts(running))
      const entries = await time.settle(published, `The counts of ${name}`)
      this.story.tell(name, `publishes what it counted: ${entries} entries`)
    }
  }

  #describe({ name, running }: SimulatedNode): void {
    if (running === undefined) return this.story.tell(name, 'is down')
    const { swarm, replica } = running.parts
    const peers =
      swarm?.peers().map(({ peer, gossip }) => `${this.#nameOf(peer)} (${gossip})`) ?? []
    const hidden = replica.hiddenAuthors().length
    this.story.tell(
      name,
      `has the peers ${peers.join(', ')}; hides entries of ${hidden} authors; ${swarm?.offences ?? 0} offences, refused ${JSON.stringify(replica.rejections())}`
    )
  }

  #nameOf(peer: string): string {
    return this.nodes.find(({ running }) => running?.hive.peerId === peer)?.name ?? 'a stranger'
  }

  async #stopAll(): Promise<void> {
    const { time } = simulated()
    for (const node of this.nodes) {
      await time.settle(node.stop(), `The stop of ${node.name}`, LIFECYCLE_LIMIT)
    }
    await time.run(time.now + 1_000)
    for (const { name, leftTimers } of this.nodes) {
      if (leftTimers > 0) this.broken.push(`${name} left ${leftTimers} timers when it stopped`)
    }
    if (this.#network.openLinks > 0)
      this.broken.push(`${this.#network.openLinks} connections are left`)
  }

  #do(step: Step): void {
    const node = this.nodes[step.node]
    const agent = this.#agents[step.node]
    if (node === undefined || agent === undefined) return
    if (node === this.nodes.at(-1) && step.kind === 'broadcast') this.#lie(node)
    switch (step.kind) {
      case 'crash-process':
      case 'crash-power':
        return this.#crash(node, step.kind === 'crash-power' ? 'power' : 'process')
      case 'torn-log':
        return this.#crash(node, 'torn-log')
      case 'flipped-bit':
      case 'copy':
      case 'restore':
      case 'downgrade':
        return this.#changeDisk(node, step.kind, step)
      case 'restart':
        return this.#restart(node)
      case 'partition':
        return this.#partition()
      case 'heal':
        this.story.tell('world', 'the network is whole')
        return this.#network.heal()
      case 'break-connection':
        return this.#network.breakOne()
      case 'slow-node':
        this.story.tell(node.name, 'becomes slow')
        return this.#network.slow(node.name, SLOW_NODE)
      case 'disk-full':
        node.disk.isFull = !node.disk.isFull
        return this.story.tell(node.name, node.disk.isFull ? 'disk is full' : 'disk has space')
      case 'slow-disk':
        node.disk.slowness = node.disk.slowness === 1 ? SLOW_DISK : 1
        return this.story.tell(node.name, `disk has slowness ${node.disk.slowness}`)
      case 'join':
        return this.#door?.join(node)
      case 'revoke':
        return this.#door?.revoke(node)
      case 'week':
        simulated().time.leap(WEEK)
        return this.story.tell('world', 'a week has passed')
      default:
        void agent.do(step)
    }
  }

  #changeDisk(node: SimulatedNode, kind: DiskAct, step: Step): void {
    if (this.#starting.has(node) || node.running === undefined) return
    if (kind === 'flipped-bit') this.#diskActs.flipBit(node)
    else if (kind === 'restore') this.#diskActs.restore(node, step.subject % 2 === 0)
    else this.#diskActs[kind](node)
  }

  #crash(node: SimulatedNode, kind: Crash): void {
    if (this.#starting.has(node) || node.running === undefined) return
    this.story.tell(node.name, CRASH_TEXTS[kind])
    this.#checkKeys(node)
    node.crash(kind)
    this.#startLater(node)
  }

  #restart(node: SimulatedNode): void {
    if (this.#starting.has(node) || node.running === undefined) return
    this.story.tell(node.name, 'restarts')
    void this.#stopAndStart(node)
  }

  async #stopAndStart(node: SimulatedNode, whileDown?: () => void): Promise<void> {
    this.#starting.add(node)
    try {
      await node.stop()
    } catch (error) {
      this.story.tell(node.name, `stopped with an error: ${String(error)}`)
      node.crash('process')
    }
    whileDown?.()
    this.#starting.delete(node)
    this.#startLater(node)
  }

  #startLater(node: SimulatedNode): void {
    const { time } = simulated()
    time.schedule(
      this.#random.between(100, 15_000),
      () => {
        this.#start(node).catch((error: unknown) => {
          this.story.tell(node.name, `cannot start: ${String(error)}`)
          if (!node.disk.isFull) this.#break(node, `cannot start: ${describe(error)}`)
          node.crash('process')
        })
      },
      time.world
    )
  }

  async #start(node: SimulatedNode): Promise<void> {
    if (node.running !== undefined || this.#starting.has(node)) return
    if (this.#door?.isWaiting(node) === true) return
    this.#starting.add(node)
    try {
      await node.start()
      this.story.tell(node.name, 'runs')
    } finally {
      this.#starting.delete(node)
    }
  }

  /** What only a stranger does. */
  #lie(stranger: SimulatedNode): void {
    const { manner } = this.#plan
    const { running } = stranger
    const lie = lieOf(manner)
    if (running === undefined || lie === undefined) return
    this.#forks += manner === 'forking' ? 1 : 0
    this.#authors += manner === 'forking' || manner === 'unchained' ? 1 : 0
    this.story.tell(stranger.name, lie.text)
    const work = simulated().time.runAs(running.owner, () => lie.tell(running, this.#random))
    work.catch((error: unknown) => this.story.tell(stranger.name, `cannot lie: ${String(error)}`))
  }

  #isolate(node: SimulatedNode): void {
    const { time } = simulated()
    const others = this.nodes.filter((other) => other !== node).map(({ name }) => name)
    this.story.tell('world', `is cut into ${node.name} and all others`)
    this.#network.partition([[node.name], others])
    time.schedule(ISOLATION, () => this.#network.heal(), time.world)
  }

  #partition(): void {
    const names = this.nodes.map(({ name }) => name)
    const side = names.filter(() => this.#random.chance(0.5))
    const other = names.filter((name) => !side.includes(name))
    this.story.tell('world', `is cut into ${side.join(' ')} and ${other.join(' ')}`)
    this.#network.partition([side, other])
  }
}

type DiskAct = 'flipped-bit' | 'copy' | 'restore' | 'downgrade'

const CRASH_TEXTS: Readonly<Record<Crash, string>> = {
  process: 'is killed',
  power: 'loses power',
  'torn-log': 'loses power, and a part of its log'
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
