/**
 * Which records of a window of publications are withdrawn. A record is withdrawn if all that stands
 * on it is of the agent and within the window, and this node vouches for it.
 *
 * A record stays if another agent stands on it too: one of its facts was published as the same
 * record, or it learned the same fact in other typography, merged as a variant. It stays if the agent
 * published it outside of the window, or if this node's vote was there before.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import type { Replica } from '../../crdt/index.ts'
import type { FactStore } from '../facts/index.ts'
import type {
  NearDuplicates,
  Publication,
  Publications,
  PublicationWindow
} from '../knowledge/index.ts'

export interface StandingComponents {
  readonly publications: Pick<Publications, 'of'>
  readonly facts: Pick<FactStore, 'getMany'>
  readonly nearDuplicates: Pick<NearDuplicates, 'merged'>
  readonly replica: Pick<Replica, 'voteOn'>
}

/** Why a record stays. */
export type StayReason =
  /** Another agent stands on it. */
  | 'other-agent'
  /** The agent published it at another time. */
  | 'other-time'
  /** This node had voted for it before the agent. */
  | 'voted-before'
  /** This node does not vouch for it: it was retracted, disputed or called stale. */
  | 'no-vouch'
  /** Somebody else has changed the step since the agent wrote it. */
  | 'edited'
  /** The playbook has reached a limit, so the step cannot be read or removed. */
  | 'too-large'

/** What happens to a record, and what stands on it. */
export interface RecordFate {
  readonly stays?: StayReason
  readonly standing: readonly Publication[]
  /** Other agents that stand on it. */
  readonly agents: readonly string[]
}

export class Standing {
  readonly #components: StandingComponents
  /** Facts with variants: who learned the fact, or a variant of it; by any of their digests. */
  readonly #known: ReadonlyMap<string, ReadonlySet<string>>

  private constructor(
    components: StandingComponents,
    known: ReadonlyMap<string, ReadonlySet<string>>
  ) {
    this.#components = components
    this.#known = known
  }

  /** Reads the merged variants of the node. */
  static async read(components: StandingComponents): Promise<Standing> {
    const known = new Map<string, Set<string>>()
    const canonicals = new Map<string, Uint8Array>()
    for await (const { canonical, variant, agent } of components.nearDuplicates.merged()) {
      const key = toHex(canonical)
      const agents = known.get(key) ?? new Set()
      known.set(key, agents.add(agent))
      known.set(toHex(variant), agents)
      canonicals.set(key, canonical)
    }
    for (const { digest, agent } of await components.facts.getMany([...canonicals.values()])) {
      known.get(toHex(digest))?.add(agent)
    }
    return new Standing(components, known)
  }

  async fateOf(record: Uint8Array, { agent, from, to }: PublicationWindow): Promise<RecordFate> {
    const { publications, replica } = this.#components
    const standing = await publications.of(record)
    const agents = new Set(standing.flatMap((each) => [each.agent, ...this.#learnedBy(each.fact)]))
    agents.delete(agent)
    const isWithin = standing.every(({ at }) => at >= from && at <= to)
    const fate = { standing, agents: [...agents] }
    if ((await replica.voteOn(record)) !== 'vouch') return { stays: 'no-vouch', ...fate }
    if (agents.size > 0) return { stays: 'other-agent', ...fate }
    if (!isWithin) return { stays: 'other-time', ...fate }
    return standing.some(({ isSigned }) => isSigned) ? fate : { stays: 'voted-before', ...fate }
  }

  #learnedBy(fact: Uint8Array): Iterable<string> {
    return this.#known.get(toHex(fact)) ?? []
  }
}
