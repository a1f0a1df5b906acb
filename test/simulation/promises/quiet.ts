/** A swarm in which nothing moves any more. */
import type { Acknowledged } from '../agent/acknowledged.ts'
import type { LieLedger } from '../lies/ledger.ts'
import type { Subject } from '../subject.ts'

export interface Quiet {
  /** Those that keep to the protocol. */
  readonly nodes: readonly Subject[]
  readonly acknowledged: Acknowledged
  /** What a stranger has said under names that it made up. */
  readonly lies: LieLedger
  /** Everybody has heard both sides of each lie. */
  readonly areLiesShown: boolean
  /** Names of the node that does not keep to the protocol, if there is one. */
  readonly strangers: readonly string[]
  /** The names of the nodes of each voice: in a closed swarm those of a member. */
  readonly voices: readonly (readonly string[])[]
  /** Of all nodes, a stranger too. */
  readonly names: readonly string[]
  /** In a closed swarm. */
  readonly members: number | undefined
}
