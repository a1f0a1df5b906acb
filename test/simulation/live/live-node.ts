/** A node of a live swarm: real libp2p over memory, a real store in a folder of its own. */
import { join } from 'node:path'
import { memory } from '@libp2p/memory'
import { HiveNode } from '../../../src/runtime/hive-node.ts'
import { HiveOptions } from '../../../src/runtime/hive-options.ts'
import { processEnvironment } from '../../../src/runtime/environment.ts'
import { closeParts, openParts } from '../../../src/runtime/node-parts.ts'
import type { Life, Subject } from '../subject.ts'

export interface LiveNodeInit {
  readonly name: string
  readonly number: number
  readonly mode: 'full' | 'light'
  readonly k: number
  readonly listen: string
  readonly bootstrap: readonly string[]
  /** The folder of the swarm. */
  readonly folder: string
  /** A peer broke the protocol, says the node. */
  readonly onOffend: (peer: string, reason: string) => void
}

export class LiveNode implements Subject {
  readonly name: string
  readonly mode: 'full' | 'light'
  readonly hasFlippedBit = false
  readonly areCopiesWhole = true
  readonly #init: LiveNodeInit
  running: Life | undefined
  #damaged = 0

  constructor(init: LiveNodeInit) {
    this.#init = init
    this.name = init.name
    this.mode = init.mode
  }

  get hasFoundDamage(): boolean {
    return this.#damaged + (this.running?.parts.store.damaged ?? 0) > 0
  }

  async start(): Promise<void> {
    const { k, mode, listen, bootstrap, folder, name, number, onOffend } = this.#init
    const options = HiveOptions.parse({
      dataDir: join(folder, name),
      swarm: { k, mode, listen: [listen], bootstrap: [...bootstrap] },
      libp2p: { transports: [memory()] },
      skills: { adopt: number % 2 === 0 ? 'all' : 'none' }
    })
    const parts = await openParts(options, { ...processEnvironment, names: noNames })
    parts.swarm?.on('peer:offend', ({ peer, reason }) => onOffend(peer, reason))
    try {
      await parts.swarm?.start()
    } catch (error) {
      await closeParts(parts).catch(() => undefined)
      throw error
    }
    this.running = { hive: new HiveNode(parts), parts, run: (task) => task() }
  }

  async stop(): Promise<void> {
    const { running } = this
    this.running = undefined
    this.#damaged += running?.parts.store.damaged ?? 0
    await running?.hive.stop()
  }
}

function noNames(): { hosts: string[]; users: string[]; paths: string[] } {
  return { hosts: [], users: [], paths: [] }
}
