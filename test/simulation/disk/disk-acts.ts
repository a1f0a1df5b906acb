/** What happens to the disk of a node while the node is down: damage, copies, versions before this one. */
import { writtenBefore } from './older-schema.ts'
import type { Acknowledged, Said } from '../agent/acknowledged.ts'
import type { SimulatedNode } from '../simulated-node.ts'
import type { DiskCopy } from './simulated-disk.ts'

interface Copy {
  readonly disk: DiskCopy
  readonly said: Said
}

export interface DiskActsInit {
  readonly acknowledged: Acknowledged
  readonly tell: (node: SimulatedNode, text: string) => void
  /** Ends the node at once, and starts it later. */
  readonly crash: (node: SimulatedNode, kind: 'process' | 'power') => void
  /** Cuts the node off from all others for a while. */
  readonly isolate: (node: SimulatedNode) => void
  /** Stops the node, and starts it later. */
  readonly restart: (node: SimulatedNode, whileDown: () => void) => void
}

export class DiskActs {
  readonly #init: DiskActsInit
  readonly #copies = new Map<SimulatedNode, Copy>()
  /** Names of what restored nodes were before: what they said may have left. */
  readonly #lost = new Map<SimulatedNode, string[]>()

  constructor(init: DiskActsInit) {
    this.#init = init
  }

  /** Names of lives that a restored node knows nothing of. */
  lostLivesOf(node: SimulatedNode): readonly string[] {
    return this.#lost.get(node) ?? []
  }

  /** `isAtRest`: after a stop; otherwise with a power failure, when copies may be behind. */
  flipBits(node: SimulatedNode, isAtRest: boolean): void {
    if (isAtRest) return this.#init.restart(node, () => this.#flip(node))
    this.#init.crash(node, 'power')
    node.damagedParts.add('copies')
    this.#flip(node)
  }

  #flip(node: SimulatedNode): void {
    const place = node.disk.flipBits()
    if (place === undefined) return
    const { part, section } = place
    node.damagedParts.add(part)
    // Copies alone can be made again.
    if (node.hasFlippedBit) this.#init.acknowledged.doubt(node.name, node.areCopiesWhole)
    this.#init.tell(node, `bits of its section ${section} flip, in the database ${part}`)
  }

  /** Copies the directory of the stopped node. */
  copy(node: SimulatedNode): void {
    this.#init.restart(node, () => {
      const said = this.#init.acknowledged.copyOf(node.name)
      this.#copies.set(node, { disk: node.disk.copy(), said })
      this.#init.tell(node, 'its directory is copied')
    })
  }

  /** The copy takes the place of the directory, if there is one; of a snapshot nobody can tell. */
  restore(node: SimulatedNode, isSnapshot: boolean): void {
    const copy = this.#copies.get(node)
    if (copy === undefined) return
    this.#init.crash(node, 'process')
    // It works before it hears of what it has said since.
    if (isSnapshot) this.#init.isolate(node)
    node.disk.restore(copy.disk, isSnapshot)
    const lost = this.#lost.get(node) ?? []
    const name = `${node.name} before copy ${lost.length + 1}`
    this.#lost.set(node, [...lost, name])
    this.#init.acknowledged.goBack(node.name, copy.said, name)
    this.#init.tell(node, `the ${isSnapshot ? 'snapshot' : 'copy'} of its directory is put back`)
  }

  /** The next start finds a store as versions before this one left it. */
  downgrade(node: SimulatedNode): void {
    this.#init.restart(node, () => {
      node.disk.rewrite(writtenBefore)
      this.#init.tell(node, 'its store is as an older version left it')
    })
  }
}
