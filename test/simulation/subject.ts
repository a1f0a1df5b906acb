/** A node as the work and the checks of a simulation know it, whatever it runs on. */
import type { HiveNode } from '../../src/runtime/hive-node.ts'
import type { NodeParts } from '../../src/runtime/node-parts.ts'

/** One life of a node, from a start to its end. */
export interface Life {
  readonly hive: HiveNode
  readonly parts: NodeParts
  /** Runs a task in the process of this life, by its clock. */
  run<T>(task: () => T): T
}

export interface Subject {
  readonly name: string
  readonly mode: 'full' | 'light'
  /** Undefined while it is down. */
  readonly running: Life | undefined
  /** Whether a bit of its store has flipped; what is stored once may be lost, and then it has to say so. */
  readonly hasFlippedBit: boolean
  /** Whether no bit of the copies of what is stored twice has flipped. */
  readonly areCopiesWhole: boolean
  readonly hasFoundDamage: boolean
}
