/** Options and events of a replica. */
import type { RejectReason } from './admission/validate-entry.ts'
import type { BudgetLimits } from './admission/entry-budgets.ts'
import type { AuthorEpochs } from './feeds/author-epoch.ts'
import type { Entry } from './feeds/entry.ts'
import type { Membership } from './membership.ts'
import type { VoteTiming } from './publishing/vote-timing.ts'
import type { Retraction } from './records/retraction.ts'
import type { StandingChange } from './records/standing-change.ts'
import type { Store } from './store/section.ts'

/** Events of a replica. */
export interface ReplicaEvents {
  /** An entry of another author is durable; `digests` are its subjects. */
  'entry:admit': [entry: Entry, digests: readonly Uint8Array[]]
  'entry:reject': [reason: RejectReason]
  /** Bodies of records that came without an entry are on disk. */
  'body:store': [digests: readonly Uint8Array[]]
  /** The playbook of a goal may have changed. */
  'playbook:change': [goal: Uint8Array]
  /** An author signed two entries for one sequence number; `proof` is durable. */
  'author:void': [proof: Uint8Array]
  /** Votes on these records were retracted, by retractions without an author; durable. */
  'retraction:admit': [digests: readonly Uint8Array[]]
  /** Others have said something of these records or taken it back, or it counts no longer; durable. */
  'standing:change': [changes: readonly StandingChange[]]
  /** Own retractions, which peers do not see yet, may leave by a stem. */
  'retraction:send': []
  /** Own retractions that peers may see from now on. */
  'retraction:show': [retractions: readonly Retraction[]]
  /** The first peer of this run has told its heads, and this replica has what it lacked. */
  'peers:hear': []
  /** Own entries, which peers do not see yet, are on disk: they may leave by a stem. */
  'entry:hide': []
  /** A peer has shown own entries, up to `seq`. */
  'entry:unhide': [author: Uint8Array, seq: number]
}

/** Options of `openReplica`. */
export interface ReplicaInit {
  readonly store: Pick<
    Store,
    'closing' | 'commit' | 'damaged' | 'flush' | 'isSuspect' | 'section'
  > &
    Partial<Pick<Store, 'condition' | 'copies'>>
  /** Name of the swarm, which signatures cover. Default: that of the store. */
  readonly swarm?: string
  /** Key of the elements of exchanged filters. Default: derived from the name. */
  readonly filterKey?: Uint8Array
  /** Hides own entries from peers until a peer has shown them; default false. */
  readonly hidesOwn?: boolean
  /** When this node changes its author keys; default each week. */
  readonly epochs?: AuthorEpochs
  /** When the next vote leaves after the retraction of one of another author; default 1 to 6 hours. */
  readonly timing?: VoteTiming
  /**
   * Names the directory of the store on its disk. With it the author is kept over a clean restart
   * (`keepAuthor`).
   */
  readonly place?: string
  /** Of a closed swarm, whose name binds a root key; needed there. */
  readonly membership?: Membership
  /** What peers, authors and members may make this node store in a day; each has a default. */
  readonly budgets?: Partial<BudgetLimits>
  /** The number of the day, for budgets; default: days in UTC by the clock of the machine. */
  readonly day?: () => number
  /**
   * The highest entry format that this replica reads. Default: the highest one of this version. Simulated
   * upgrades set a higher one, which is as the last known one.
   *
   * @internal
   */
  readonly entryFormat?: number
}

/** All options but these have a default. */
export type CompleteReplicaInit = Required<Omit<ReplicaInit, 'budgets' | 'membership' | 'place'>> &
  Pick<ReplicaInit, 'budgets' | 'membership' | 'place'>
