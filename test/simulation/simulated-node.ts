/** A node of the simulated swarm through its lives: its disk and its keys outlive them. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { HiveNode } from '../../src/runtime/hive-node.ts'
import { HiveOptions } from '../../src/runtime/hive-options.ts'
import { closeParts, openParts } from '../../src/runtime/node-parts.ts'
import { simulated } from './environment/simulated.ts'
import { simulatedVoices } from './members/simulated-voices.ts'
import { simulatedHost } from './network/simulated-host.ts'
import { PROCESSOR } from './load.ts'
import { LATER_FORMAT } from './lies/manner.ts'
import type { PrivateKey } from '@libp2p/interface'
import type { Statement } from '../../crdt/index.ts'
import type { NodeParts } from '../../src/runtime/node-parts.ts'
import type { Life, Subject } from './subject.ts'
import type { DiskPart, SimulatedDisk } from './disk/simulated-disk.ts'
import type { Tamper } from './lies/manner.ts'
import type { Membership } from './members/closed-swarm.ts'
import type { VoiceResults } from './members/simulated-voices.ts'
import type { Owner } from './environment/owner.ts'
import type { SimulatedHost } from './network/simulated-host.ts'
import type { SimulatedNetwork } from './network/simulated-network.ts'

export interface NodeInit {
  readonly name: string
  readonly number: number
  readonly mode: 'full' | 'light'
  readonly k: number
  readonly network: SimulatedNetwork
  readonly disk: SimulatedDisk
  readonly bootstrap: readonly string[]
  /** Milliseconds by which its clock differs. */
  readonly skew: number
  readonly tamper?: Tamper
  /** Whether it begins as a node of a later version. */
  readonly isLater?: boolean
  /** In a closed swarm. */
  readonly membership?: Membership
  /** What the nodes of this simulation have computed. */
  readonly voices: VoiceResults
  /** Statements of members are on its disk; `isRead`: at a start. */
  readonly onStatements?: (
    node: SimulatedNode,
    statements: readonly Statement[],
    isRead: boolean
  ) => void
  /** The node says that an author has signed two entries for one place. */
  readonly onVoid: (node: SimulatedNode, life: RunningNode, proof: Uint8Array) => void
  readonly onWarn: (node: SimulatedNode, text: string) => void
  /** A peer broke the protocol, says the node. */
  readonly onOffend: (node: SimulatedNode, peer: string, reason: string) => void
}

/** How a life ends that is not stopped. */
export type Crash = 'process' | 'power' | 'torn-log'

/** Milliseconds after which the timers of libraries that were stopped have run out. */
const LIBRARIES = 2_000

export interface RunningNode extends Life {
  readonly owner: Owner
  readonly host: SimulatedHost
  /** Whether it is of the later version. */
  readonly isLater: boolean
}

export class SimulatedNode implements Subject {
  readonly name: string
  readonly mode: 'full' | 'light'
  readonly disk: SimulatedDisk
  readonly #init: NodeInit
  #key: PrivateKey | undefined
  #lives = 0
  #owner: Owner | undefined
  #host: SimulatedHost | undefined
  #skew: number
  running: RunningNode | undefined
  /** Databases of which a bit has flipped, or which may have been behind when one flipped. */
  readonly damagedParts = new Set<DiskPart>()
  /** Whether its next life is of a later version. */
  isLater: boolean
  /** Whether it was of the later version: its store has entries that it cannot read. */
  hasGoneBack = false
  /** Damaged values that it has found, in earlier lives. */
  #damaged = 0
  /** Timers that stopped lives have left. */
  leftTimers = 0

  constructor(init: NodeInit) {
    this.#init = init
    this.#skew = init.skew
    this.name = init.name
    this.mode = init.mode
    this.isLater = init.isLater === true
    this.disk = init.disk
  }

  /** Where peers reach it, without its peer id. */
  static address(number: number): string {
    return `/ip4/10.0.0.${number + 1}/tcp/4001`
  }

  get hasFlippedBit(): boolean {
    return this.damagedParts.has('store')
  }

  get areCopiesWhole(): boolean {
    return !this.damagedParts.has('copies')
  }

  /** Whether it has found damage. */
  get hasFoundDamage(): boolean {
    return this.#damaged + (this.running?.parts.store.damaged ?? 0) > 0
  }

  /** Sets the clock of the machine. `skew`: milliseconds by which it is ahead from now on. */
  setClock(skew: number): void {
    this.#skew = skew
    if (this.#owner !== undefined) this.#owner.skew = skew
  }

  /** A new life; rejects if it cannot start. */
  async start(): Promise<void> {
    const owner = { name: this.name, isAlive: true, skew: this.#skew, life: ++this.#lives }
    this.#owner = owner
    await simulated().time.runAs(owner, () => this.#open(owner))
  }

  /** A node that is opened from a copy of the disk, and never reaches the network. */
  async openCopy(disk: SimulatedDisk): Promise<Life & AsyncDisposable> {
    const owner = { name: `copy of ${this.name}`, isAlive: true, skew: this.#skew, life: 0 }
    const run = <T>(task: () => T): T => simulated().time.runAs(owner, task)
    const parts = await run(() => this.#openParts(owner, disk, () => undefined))
    const hive = run(() => new HiveNode(parts))
    return {
      hive,
      parts,
      run,
      [Symbol.asyncDispose]: async () => {
        await run(() => hive.stop())
        owner.isAlive = false
      }
    }
  }

  async #openParts(
    owner: Owner,
    disk: SimulatedDisk,
    onHost: (host: SimulatedHost) => void
  ): Promise<NodeParts> {
    const { number, network, bootstrap, k, mode, tamper } = this.#init
    const { membership, voices } = this.#init
    const isLater = this.running?.isLater ?? this.isLater
    const seed = Buffer.alloc(32, `peer ${this.name}`)
    const privateKey = (this.#key ??= await generateKeyPairFromSeed('Ed25519', seed))
    const options = HiveOptions.parse({
      store: disk.open(owner),
      swarm: {
        name: membership?.swarm ?? 'default',
        k,
        mode,
        bootstrap: [...bootstrap],
        ...(membership === undefined
          ? {}
          : {
              member: {
                seed: membership.seed,
                statements: [...membership.statements],
                invite: membership.invite
              }
            })
      },
      skills: { adopt: number % 2 === 0 ? 'all' : 'none' },
      anonymity: { knownNames: ['Zanzibarnova'] }
    })
    const address = SimulatedNode.address(number)
    const peerId = peerIdFromPrivateKey(privateKey)
    return openParts(options, {
      variables: {},
      conditions: [],
      processor: PROCESSOR,
      parallelism: 1,
      names: () => ({ hosts: [], users: [], paths: [] }),
      place: `${disk.place} of ${this.name}`,
      copies: () => disk.open(owner, 'copies'),
      ...(isLater ? { entryFormat: LATER_FORMAT } : {}),
      createVoices: () => simulatedVoices(voices, owner),
      createHost: simulatedHost({ network, owner, address, peerId, privateKey, tamper }, onHost)
    })
  }

  async #open(owner: Owner): Promise<void> {
    const { onWarn, onOffend, disk } = this.#init
    const { isLater } = this
    const parts = await this.#openParts(owner, disk, (host) => {
      this.#host = host
    })
    const statements = parts.members?.statements
    this.#init.onStatements?.(this, statements?.list() ?? [], true)
    statements?.on('statement:add', (added) => this.#init.onStatements?.(this, added, false))
    parts.replica.on('author:void', (proof) => {
      if (this.running !== undefined) this.#init.onVoid(this, this.running, proof)
    })
    parts.swarm?.on('peer:offend', ({ peer, reason }) => onOffend(this, peer, reason))
    try {
      await parts.swarm?.start()
    } catch (error) {
      await closeParts(parts).catch(() => undefined)
      throw error
    }
    if (this.#host === undefined) throw new Error('The node has no host.')
    const hive = new HiveNode(parts)
    hive.on('hive:warn', (text) => onWarn(this, text))
    const run = <T>(task: () => T): T => simulated().time.runAs(owner, task)
    this.running = { hive, parts, owner, host: this.#host, isLater, run }
  }

  /** Ends the life in order. */
  async stop(): Promise<void> {
    const { running } = this
    if (running === undefined) return
    this.#damaged += running.parts.store.damaged
    this.running = undefined
    await simulated().time.runAs(running.owner, () => running.hive.stop())
    await simulated().time.wait(LIBRARIES)
    this.leftTimers += simulated().time.timersOf(running.owner)
    this.#end(false)
    this.disk.endProcess()
  }

  /** Ends the life at once. */
  crash(kind: Crash): void {
    this.#damaged += this.running?.parts.store.damaged ?? 0
    this.running = undefined
    this.#end(kind !== 'process')
    if (kind === 'power') this.disk.failPower()
    else if (kind === 'torn-log') this.disk.tearLog()
    else this.disk.endProcess()
  }

  #end(isSilent: boolean): void {
    const { network } = this.#init
    if (this.#owner !== undefined) this.#owner.isAlive = false
    if (this.#host !== undefined) network.remove(this.#host, isSilent)
    this.#host = undefined
  }
}
