/** A simulated swarm: its nodes, their network, and what they were promised. */
import { Agent } from './agent/agent.ts'
import { Acknowledged } from './agent/acknowledged.ts'
import { DiskActs } from './disk/disk-acts.ts'
import { SimulatedDisk } from './disk/simulated-disk.ts'
import { simulated } from './environment/simulated.ts'
import { Ending } from './ending.ts'
import { brokenPromises } from './promises/broken-promises.ts'
import { foundAtDoor, foundMembers } from './members/closed-swarm.ts'
import { DoorStory } from './members/door-story.ts'
import { SimulatedNetwork } from './network/simulated-network.ts'
import { SimulatedNode } from './simulated-node.ts'
import { Lives } from './lives.ts'
import { Looks } from './looks.ts'
import { isLight, NodeLists } from './node-lists.ts'
import { Story } from './story.ts'
import { LieLedger } from './lies/ledger.ts'
import { unreadEntries, wrongEnds } from './promises/later-entries.ts'
import { hasUpdates } from './plan/step.ts'
import { lieOf } from './lies/stranger.ts'
import { tamperOf } from './lies/tamper.ts'
import { Trace } from './trace.ts'
import type { Membership } from './members/closed-swarm.ts'
import type { VoiceResults } from './members/simulated-voices.ts'
import type { Plan, Step } from './plan/step.ts'
import type { Quiet } from './promises/quiet.ts'
import type { Seeded } from './environment/seeded-bytes.ts'

/** Milliseconds after which what was not there is missing. */
const PATIENCE = 240_000

/** Milliseconds that a start or a stop may take. */
const LIFECYCLE_LIMIT = 60_000

/** fsync on a slow disk takes this many times as long. */
const SLOW_DISK = 50

const SLOW_NODE = 20

const FAST_READS = { slowReads: 0.05, readDelay: 2 }
const SLOW_READS = { slowReads: 0.2, readDelay: 60 }

/** Writes that a node ends after, at most. */
const MAX_WRITES = 4

/** Milliseconds for which a restored node hears nothing. */
const ISOLATION = 40_000

const WEEK = 7 * 86_400_000

export class World {
  readonly nodes: readonly SimulatedNode[]
  readonly trace = new Trace()
  readonly story = new Story()
  /** Promises that were broken on the way. */
  readonly broken: string[] = []
  /** Lies that are being told. */
  #lying = 0
  readonly #plan: Plan
  readonly #network: SimulatedNetwork
  readonly #acknowledged = new Acknowledged()
  readonly #agents: readonly Agent[]
  readonly #random: Seeded
  readonly #lies = new LieLedger()
  readonly #lives: Lives
  /** By member; none in an open swarm. */
  readonly #memberships: readonly Membership[]
  readonly #door: DoorStory | undefined
  readonly #voices: VoiceResults = new Map()
  readonly #diskActs: DiskActs
  readonly #lists: NodeLists
  readonly #looks: Looks
  readonly #ending: Ending

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
    const { roots, memberships } =
      roles === undefined ? foundMembers(count, begin, stream) : foundAtDoor(roles, begin, stream)
    this.#memberships = memberships
    this.#door =
      roles === undefined
        ? undefined
        : new DoorStory({
            roots,
            memberships,
            roles,
            nodes: () => this.nodes,
            start: (node) => this.#lives.startLater(node),
            restart: (node) => this.#lives.stopAndStart(node),
            tell: (node, text) => this.story.tell(node.name, text),
            report: (node, text) => this.#break(node, text)
          })
    this.#lives = new Lives({
      random: random.stream('lives'),
      tell: (node, text) => this.story.tell(node.name, text),
      report: (node, text) => this.#break(node, text),
      isWaiting: (node) => this.#door?.isWaiting(node) === true,
      onStart: (node) => this.#agents[this.nodes.indexOf(node)]?.begin(plan.isFollowed),
      onCrash: (node) => this.#looks.checkKeys(node)
    })
    this.#diskActs = new DiskActs({
      acknowledged: this.#acknowledged,
      tell: (node, text) => this.story.tell(node.name, text),
      crash: (node, kind) => this.#lives.crash(node, kind),
      isolate: (node) => this.#isolate(node),
      restart: (node, whileDown) => void this.#lives.stopAndStart(node, whileDown)
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
    this.#lists = new NodeLists({
      plan,
      nodes: this.nodes,
      door: this.#door,
      lostLivesOf: (node) => this.#diskActs.lostLivesOf(node)
    })
    this.#looks = new Looks({
      nodes: this.nodes,
      lists: this.#lists,
      lives: this.#lives,
      random: random.stream('looks'),
      quiet: () => this.#quiet,
      nameOf: (peer) => this.#nameOf(peer),
      tell: (node, text) => this.story.tell(node.name, text),
      report: (node, text) => this.#break(node, text)
    })
    const { honest, blameless } = this.#lists
    this.#ending = new Ending({
      nodes: this.nodes,
      honest,
      blameless,
      agreeing: hasUpdates(plan) ? this.nodes : honest,
      agents: this.#agents,
      door: this.#door,
      lies: this.#lies,
      areLiesShown: plan.areLiesShown,
      isClosed: plan.members !== undefined,
      isPatient: plan.isPatient,
      lateWrites: plan.lateWrites,
      story: this.story,
      start: (node) => this.#lives.start(node),
      restart: (node) => this.#lives.stopAndStart(node),
      crash: (node) => this.#lives.crash(node, 'process'),
      report: (node, text) => this.#break(node, text),
      leave: (node) => this.#acknowledged.leave(node.name),
      checkKeys: (node) => this.#looks.checkKeys(node),
      onLook: () => this.#looks.checkStreams()
    })
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
      mode: isLight(plan, number) ? 'light' : 'full',
      tamper:
        number === plan.nodes - 1 ? tamperOf(plan.manner, random.stream('tamper')) : undefined,
      membership: this.#memberships[plan.members?.[number] ?? -1],
      isLater: number === plan.nodes - 1 && hasUpdates(plan),
      voices: this.#voices,
      k: plan.k,
      network: this.#network,
      bootstrap: [first, second].filter((address) => address !== SimulatedNode.address(number)),
      skew: plan.skews[number] ?? 0,
      onOffend: (node, peer, reason) => this.#looks.checkBlame(node, peer, reason),
      onStatements: (node, statements, isRead) =>
        this.#door?.noteStatements(node, statements, isRead),
      onVoid: (node, life, proof) => void this.#looks.checkVoid(node, life, proof),
      onWarn: (node, text) => this.story.tell(node.name, `warns: ${text}`)
    })
  }

  /** Runs the plan; returns the broken promises. */
  async run(): Promise<readonly string[]> {
    const { time } = simulated()
    await Promise.all(
      this.nodes
        .filter((node) => this.#door?.isWaiting(node) !== true)
        .map((node) => time.settle(this.#lives.start(node), 'A start', LIFECYCLE_LIMIT))
    )
    for (const step of this.#plan.steps) {
      await time.run(step.at)
      this.#door?.check()
      this.#looks.checkStreams()
      this.#do(step)
      this.#looks.after(step)
    }
    await this.#calmDown()
    this.#door?.checkEnd()
    if (hasUpdates(this.#plan)) {
      await this.#check(() => this.#promisesBeforeUpdate())
      await this.#ending.update()
    }
    await this.#check(() => this.#promises())
    const { manner } = this.#plan
    await this.#ending.checkGossip()
    // Who still tells a lie may have more for its peers.
    const isLying = this.#lying > 0
    await this.#ending.checkSyncs(isLying || manner === 'silent' || manner === 'corrupting')
    await this.#stopAll()
    return this.broken
  }

  /** What takes its time is no fault: a sync with each peer comes in four minutes. */
  async #check(promises: () => Promise<string[]>): Promise<void> {
    const { time } = simulated()
    let checked = await time.settle(promises(), 'The checks')
    if (checked.length > 0) {
      await time.run(time.now + PATIENCE)
      checked = await time.settle(promises(), 'The checks')
    }
    this.broken.push(...checked)
  }

  async #promises(): Promise<string[]> {
    const quiet = this.#quiet
    if (!hasUpdates(this.#plan)) return brokenPromises(quiet)
    const { newer, isNewerIntact } = this.#lists
    const broken = await brokenPromises({ ...quiet, nodes: [...quiet.nodes, ...newer] })
    if (!isNewerIntact) return broken
    for (const node of quiet.nodes) broken.push(...(await unreadEntries(node, quiet)))
    return broken
  }

  /** Nodes of this version agree, and those of the later one, each without what only the other can hold. */
  async #promisesBeforeUpdate(): Promise<string[]> {
    const quiet = this.#quiet
    const isLater = (node: SimulatedNode): boolean => node.running?.isLater === true
    // Who has gone back holds entries that it cannot read, and the others do not.
    const { honestMembers, isNewerIntact } = this.#lists
    const before = honestMembers.filter((node) => !isLater(node) && !node.hasGoneBack)
    const after = honestMembers.filter(isLater)
    const broken: string[] = []
    for (const nodes of [before, after]) {
      if (nodes.length > 0) broken.push(...(await brokenPromises({ ...quiet, nodes })))
    }
    for (const node of before) {
      broken.push(...(await wrongEnds(node, this.#lies, isNewerIntact)))
    }
    return broken
  }

  get #quiet(): Quiet {
    const { members } = this.#plan
    const { areLiesShown } = this.#ending
    const { honestMembers, strangers, voices, names } = this.#lists
    return {
      nodes: honestMembers,
      acknowledged: this.#acknowledged,
      lies: this.#lies,
      areLiesShown,
      strangers: strangers.flatMap((node) => this.#lists.namesOf(node)),
      voices,
      names,
      members: members === undefined ? undefined : new Set(members).size
    }
  }

  #break(node: SimulatedNode, text: string): void {
    this.story.tell(node.name, `BROKEN: ${text}`)
    this.broken.push(`${node.name}: ${text}`)
  }

  /** Ends all faults, starts who is down, and waits. */
  async #calmDown(): Promise<void> {
    this.story.tell('world', `the work ends, and the faults; the last node is ${this.#plan.manner}`)
    this.#network.heal()
    for (const { disk } of this.nodes) disk.mend()
    await this.#ending.run()
    for (const node of this.nodes) this.#describe(node)
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
    switch (step.kind) {
      case 'crash-process':
      case 'crash-power':
        return this.#lives.crash(node, step.kind === 'crash-power' ? 'power' : 'process')
      case 'crash-between-writes':
        return node.disk.afterWrites(step.chained?.writes ?? 1 + (step.subject % MAX_WRITES), () =>
          this.#lives.crash(node, 'process')
        )
      case 'torn-log':
        return this.#lives.crash(node, 'torn-log')
      case 'flipped-bit':
      case 'copy':
      case 'restore':
      case 'downgrade':
        return this.#changeDisk(node, step.kind, step)
      case 'restart':
        return this.#lives.restart(node)
      case 'lie':
        return this.#lie(node)
      case 'absence':
        return this.#lives.crash(node, step.subject % 2 === 0 ? 'process' : 'power', true)
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
        return this.#fillDisk(node, step)
      case 'slow-disk':
        node.disk.slowness = node.disk.slowness === 1 ? SLOW_DISK : 1
        return this.story.tell(node.name, `disk has slowness ${node.disk.slowness}`)
      case 'join':
        return this.#door?.join(node)
      case 'steal':
        return this.#door?.steal(node)
      case 'revoke':
        return this.#door?.revoke(node)
      case 'succeed':
        return this.#door?.succeed(node)
      case 'set-clock':
        node.setClock(step.skew ?? 0)
        return this.story.tell(node.name, `clock is ${Math.round(step.skew ?? 0)} ms ahead`)
      case 'update':
        node.isLater = true
        this.story.tell(node.name, 'is of a later version from its next start on')
        return this.#lives.restart(node)
      case 'go-back':
        return this.#goBack(node)
      case 'week':
        simulated().time.leap(WEEK)
        return this.story.tell('world', 'a week has passed')
      default:
        void agent.do(step)
    }
  }

  #goBack(node: SimulatedNode): void {
    if (!node.isLater) return
    node.isLater = false
    node.hasGoneBack = true
    this.story.tell(node.name, 'is of this version again from its next start on')
    this.#lives.restart(node)
  }

  /** At once or after some writes, so that work fails in its midst; the next time it has space again. */
  #fillDisk({ name, disk }: SimulatedNode, { subject, chained }: Step): void {
    if (disk.isFull) {
      disk.isFull = false
      return this.story.tell(name, 'disk has space')
    }
    const fill = (): void => {
      disk.isFull = true
      this.story.tell(name, 'disk is full')
    }
    const writes = chained?.writes ?? (subject % 2 === 0 ? 0 : 1 + (subject % MAX_WRITES))
    if (writes === 0) fill()
    else disk.afterWrites(writes, fill)
  }

  #changeDisk(node: SimulatedNode, kind: DiskAct, step: Step): void {
    if (!this.#lives.isSteady(node)) return
    if (kind === 'flipped-bit') this.#diskActs.flipBits(node, step.subject % 2 === 0)
    else if (kind === 'restore') this.#diskActs.restore(node, step.subject % 2 === 0)
    else this.#diskActs[kind](node)
  }

  /** What only a stranger does. */
  #lie(stranger: SimulatedNode): void {
    const { manner, members } = this.#plan
    const { running } = stranger
    const lie = lieOf(manner, members !== undefined, this.#random)
    if (running === undefined || lie === undefined) return
    this.story.tell(stranger.name, lie.text)
    const work = simulated().time.runAs(running.owner, () =>
      lie.tell(running, this.#random, this.#lies)
    )
    this.#lying += 1
    work
      .catch((error: unknown) => this.story.tell(stranger.name, `cannot lie: ${String(error)}`))
      .finally(() => (this.#lying -= 1))
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
