/**
 * Promotion: the only way in which a fact leaves its node. Each candidate is anonymised. The result
 * is published as a record, or as a vote if this replica stores that record already.
 *
 * A node that hides what it publishes asks nobody before it does. Another one, as a light node, fetches a
 * record first that peers may have published, so that the vote needs no copy. Only the body itself,
 * verified by its digest, turns a record into a vote. So neither a full filter nor a false answer of a
 * peer prevents a publication.
 *
 * A promoted claim that began again is stated with its later begin (`returned-claims.ts`).
 */
import { canonicalTags } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { HiveError } from '../errors.ts'
import { dayOf } from '../judgement/index.ts'
import { TurnBudget } from '../turn-budget.ts'
import { ClaimRound } from './claim-round.ts'
import { isOfProject, reasonToStay } from './drafts.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Entry, Publication, Published, Replica } from '../../crdt/index.ts'
import type { Clock, Swarm } from '../../transport/index.ts'
import type { CandidateBatch, Candidates, PromotedClaim, PromotedFact } from '../knowledge/index.ts'
import type { FactStore, StoredFact } from '../facts/index.ts'
import type { AnonymizerThread } from '../anonymity/index.ts'
import type { PublicationDraft, Drafts } from './drafts.ts'
import type { ReturnedClaims } from './returned-claims.ts'

/** Which facts `broadcastKnowledge` publishes. */
export interface BroadcastOptions extends AbortOptions {
  /** Facts below it stay local; 0 to 1, default 0.9. */
  readonly minConfidence?: number
  /** Called after each batch with the totals so far. */
  readonly onProgress?: (progress: BroadcastProgress) => void
}

/** Totals of a broadcast. */
export interface BroadcastProgress {
  /** Facts that became new records of the hive. */
  readonly promoted: number
  /** Facts whose record the hive had: this node's vote was added. */
  readonly corroborated: number
}

/** Facts published by a broadcast, and facts withheld. */
export interface BroadcastReport extends BroadcastProgress {
  /** Facts that may disclose too much; they stay local. */
  readonly withheld: readonly { readonly id: string; readonly reason: string }[]
  /** Connected peers of this swarm. Peers that connect later receive the records too. */
  readonly peers: number
  /**
   * Further authors that must vouch for a new record before other nodes release it: `k - 1`, if they
   * have the `k` of this node.
   */
  readonly needs: number
}

/** Options of `promoteToGlobalStore`. */
export interface PromoteOptions extends AbortOptions {
  /** Added to the tags of the fact. */
  readonly tags?: readonly string[]
}

/** The result of promoting one fact. */
export interface Promoted {
  /** Id of the record; it differs from the fact's id if the text was anonymised. */
  readonly id: string
  readonly status:
    | 'promoted'
    /** The hive had the record: this node's vote was added. */
    | 'corroborated'
    /** This node had voted for the record before. */
    | 'already'
}

export interface PromotionComponents {
  readonly candidates: Candidates
  readonly replica: Pick<Replica, 'elementOf' | 'has' | 'putBodies' | 'publish' | 'publishEvidence'>
  /** Undefined without a network. */
  readonly swarm: Pick<Swarm, 'fetch' | 'hasFilters' | 'peers' | 'peersThatMayHave'> | undefined
  /**
   * Whether this node asks peers for records before it publishes them. Who is asked then knows what this
   * node is about to say, and chooses what it is asked for by what it puts into its filter.
   */
  readonly asksPeers: boolean
  readonly drafts: Pick<Drafts, 'draftAll' | 'draftFrom' | 'startThread'>
  readonly returned: Pick<ReturnedClaims, 'dated' | 'isSettled' | 'laterBegin' | 'state'>
  readonly facts: Pick<FactStore, 'whileHeld'>
  readonly clock: Clock
  /** Facts of a frozen agent stay on this node. */
  readonly isFrozen: (agent: string) => boolean
  /** Number of authors that must vouch before an insight is released. */
  readonly k: number
  /** Announces new entries to peers. */
  readonly announce: (entries: readonly Entry[]) => Promise<void>
  /** Called when this node has voted for a record of the hive. */
  readonly onVote: (digest: Uint8Array) => void
}

/** Candidates read, anonymised and published together. */
const BATCH_FACTS = 1_000

/** Facts of a batch from which on the anonymiser has a thread: they take longer than its start. */
const THREAD_FACTS = 500

/** Publications that are put together in one turn of the event loop: about 3 ms. */
const TURN_PUBLICATIONS = 256

/** Milliseconds for the bodies of a batch; what has not come is published with a copy. */
const FETCH_TIMEOUT = 10_000

/** Claims that began again of one broadcast: each is an entry of its own. Others wait. */
const MAX_RETURNED = 256

interface PreparedDraft extends PublicationDraft {
  readonly fact: StoredFact
}

export class Promotion {
  readonly #components: PromotionComponents
  readonly #round = new ClaimRound()

  constructor(components: PromotionComponents) {
    this.#components = components
  }

  /** Publishes all candidates but facts of projects, and of frozen agents. */
  async broadcast({
    minConfidence = 0.9,
    signal,
    onProgress
  }: BroadcastOptions = {}): Promise<BroadcastReport> {
    const totals = { promoted: 0, corroborated: 0 }
    const withheld: { id: string; reason: string }[] = []
    const count = async (published: Promise<Published>): Promise<void> => {
      const { records, votes } = await published
      totals.promoted += records.length
      totals.corroborated += votes.length
      onProgress?.({ ...totals })
    }
    /** The batch before, which is published while the next one is anonymised. */
    let publishing: Promise<void> = Promise.resolve()
    let left = MAX_RETURNED
    let thread: AnonymizerThread | undefined
    this.#round.begin()
    try {
      for await (const batch of this.#components.candidates.batches(BATCH_FACTS)) {
        signal?.throwIfAborted()
        const leaving = await this.#leaving(batch, minConfidence)
        if (leaving.length >= THREAD_FACTS) {
          thread ??= this.#components.drafts.startThread()
          await thread.started
        }
        const prepared = await this.#prepare(leaving, withheld, thread)
        await publishing
        const returned = await this.#stateReturned(batch, { minConfidence, most: left, signal })
        left -= returned.stated
        signal?.throwIfAborted()
        publishing = count(this.#publish(batch, prepared, returned.settled, signal))
        // Awaited with the next batch, or at the end.
        publishing.catch(() => undefined)
      }
      this.#round.end()
    } finally {
      await thread?.[Symbol.asyncDispose]()
      await publishing
    }
    const { replica, announce, swarm, k } = this.#components
    await announce(await replica.publishEvidence(this.#today(), signal))
    const peers = swarm?.peers().filter((peer) => peer.swarm).length ?? 0
    return { ...totals, withheld, peers, needs: k - 1 }
  }

  async #leaving({ facts }: CandidateBatch, minConfidence: number): Promise<StoredFact[]> {
    const { returned, isFrozen } = this.#components
    const leaving: StoredFact[] = []
    for (const fact of facts) {
      if (fact.confidence < minConfidence || isOfProject(fact) || isFrozen(fact.agent)) continue
      leaving.push(await returned.dated(fact))
    }
    return leaving
  }

  /** Anonymises what may leave this node; names in `withheld` what may not. */
  async #prepare(
    facts: readonly StoredFact[],
    withheld: { id: string; reason: string }[],
    thread: AnonymizerThread | undefined
  ): Promise<PreparedDraft[]> {
    const drafted = await this.#components.drafts.draftAll(facts, thread)
    return facts.flatMap((fact, i) => {
      const draft = drafted[i]?.draft
      if (typeof draft !== 'string') return draft === undefined ? [] : [{ fact, ...draft }]
      withheld.push({ id: toHex(fact.digest), reason: draft })
      return []
    })
  }

  /** A fact with the begin that it would be published with. */
  dated(fact: StoredFact): Promise<StoredFact> {
    return this.#components.returned.dated(fact)
  }

  /** Digests of the records that a fact was promoted as. */
  promotedAs(fact: Uint8Array): Promise<Uint8Array[]> {
    return this.#components.candidates.promotedAs([fact])
  }

  /** Promotes one fact, regardless of its confidence. Throws `HiveError` (WITHHELD). */
  async promote(fact: StoredFact, { tags = [], signal }: PromoteOptions = {}): Promise<Promoted> {
    const { drafts, replica, candidates, announce, onVote, isFrozen, returned } = this.#components
    const dated = await returned.dated(fact)
    const tagged = { ...dated, tags: canonicalTags([...fact.tags, ...tags]) }
    const frozen = isFrozen(fact.agent) ? frozenReason(fact) : undefined
    const draft = reasonToStay(fact) ?? frozen ?? drafts.draftFrom(tagged).draft
    if (typeof draft === 'string') throw withheldError(draft)
    await this.#fetchPublished([draft], signal)
    const { entries, records, votes } = await this.#whileStored([fact], async (reasonFor) => {
      const reason = reasonFor(fact)
      if (reason !== undefined) throw withheldError(reason)
      const promoted = this.#promoted(fact, draft)
      const operations = [...candidates.promotion(promoted), candidates.settle(fact.digest)]
      const published = await replica.publish([{ ...draft.publication, operations }])
      if (published.unchanged.length > 0) await candidates.markPromoted(promoted)
      return published
    })
    for (const digest of votes) onVote(digest)
    await announce(entries)
    const [isRecord, isVote] = [records.length > 0, votes.length > 0]
    const status = isRecord ? 'promoted' : isVote ? 'corroborated' : 'already'
    if (status === 'already') await this.#stateAgain({ fact, record: draft.digest }, () => false)
    return { id: toHex(draft.digest), status }
  }

  /**
   * States the promoted claims that began again, `most` of them. Returns their number, and the claims of
   * which nothing is left to state.
   */
  async #stateReturned(
    { claims, next }: CandidateBatch,
    {
      minConfidence,
      most,
      signal
    }: { readonly minConfidence: number; readonly most: number; readonly signal?: AbortSignal }
  ): Promise<{ readonly stated: number; readonly settled: ReadonlySet<StoredFact> }> {
    const { returned } = this.#components
    const settled = new Set<StoredFact>()
    let stated = 0
    for (const claim of claims) {
      signal?.throwIfAborted()
      const { fact } = claim
      if (!this.#round.takes(fact.digest, next === undefined)) continue
      const mayLeave = fact.confidence >= minConfidence && !isOfProject(fact)
      if (!(await returned.isSettled(claim)) && mayLeave && stated < most) {
        if (await this.#stateAgain(claim, isOfProject)) stated += 1
      }
      if (await returned.isSettled(claim)) settled.add(fact)
    }
    return { stated, settled }
  }

  /** States the later begin of one claim, if it has one that others need. */
  async #stateAgain(claim: PromotedClaim, isKept: (fact: StoredFact) => boolean): Promise<boolean> {
    const { returned, drafts, announce } = this.#components
    const { fact, record } = claim
    const begin = await returned.laterBegin(claim)
    if (begin === undefined || typeof drafts.draftFrom(fact).draft === 'string') return false
    const entries = await this.#whileStored([fact], async (reasonFor, now) => {
      return reasonFor(fact) !== undefined || isKept(now(fact))
        ? undefined
        : returned.state(record, begin)
    })
    await announce(entries ?? [])
    return entries !== undefined
  }

  async #publish(
    batch: CandidateBatch,
    prepared: readonly PreparedDraft[],
    settled: ReadonlySet<StoredFact>,
    signal: AbortSignal | undefined
  ): Promise<Published> {
    const { replica, candidates, announce, onVote } = this.#components
    const elements = await this.#fetchPublished(prepared, signal)
    const facts = prepared.map(({ fact }) => fact)
    const published = await this.#whileStored(facts, async (reasonFor, now) => {
      const active = prepared.filter(
        ({ fact }) => reasonFor(fact) === undefined && !isOfProject(now(fact))
      )
      const promoted: PromotedFact[] = []
      const publications: Publication[] = []
      const turn = new TurnBudget(TURN_PUBLICATIONS)
      for (const { publication, fact, digest } of active) {
        await turn.spend(1)
        const each = this.#promoted(fact, { digest })
        promoted.push(each)
        // In one commit, so that what was published of a fact is always retracted when it is forgotten.
        const operations = candidates.promotion(each)
        publications.push({ ...publication, element: elements.get(publication), operations })
      }
      const result = await replica.publish(publications)
      // After a crash in between, the next broadcast finds these records published.
      const { unchanged } = result
      await candidates.recordOutcomes(batch, { promoted, unchanged, settled })
      return result
    })
    for (const digest of published.votes) onVote(digest)
    await announce(published.entries)
    return published
  }

  /**
   * Runs a publication while no fact changes and no other publication or forgetting runs. While bodies
   * were fetched a fact may have been forgotten, made private or learned in a project, and its agent
   * frozen. `reasonFor` gives the reason why the stored fact may not leave, and `now` gives the stored fact.
   */
  #whileStored<T>(
    facts: readonly StoredFact[],
    publish: (
      reasonFor: (fact: StoredFact) => string | undefined,
      now: (fact: StoredFact) => StoredFact
    ) => Promise<T>
  ): Promise<T> {
    const { candidates, facts: store, isFrozen } = this.#components
    const digests = facts.map(({ digest }) => digest)
    return candidates.publications.runPublishing(() =>
      store.whileHeld(digests, async (current) => {
        // By the objects that were asked for, which the store gives back.
        const stored = new Map(current.map((fact) => [fact.digest, fact]))
        const reasonFor = (fact: StoredFact): string | undefined => {
          const now = stored.get(fact.digest)
          if (now === undefined) return 'the fact was forgotten'
          const frozen = isFrozen(fact.agent) ? frozenReason(fact) : undefined
          return reasonToStay(now) ?? frozen
        }
        return publish(reasonFor, (fact) => stored.get(fact.digest) ?? fact)
      })
    )
  }

  #promoted(fact: StoredFact, { digest }: Pick<PublicationDraft, 'digest'>): PromotedFact {
    const at = this.#components.clock.now()
    return { fact: fact.digest, record: digest, agent: fact.agent, at }
  }

  /**
   * Fetches the bodies of records that peers may have published. Returns the elements that it asked the
   * filters for.
   */
  async #fetchPublished(
    drafts: readonly PublicationDraft[],
    signal: AbortSignal | undefined
  ): Promise<ReadonlyMap<Publication, Uint8Array>> {
    const { replica, swarm, asksPeers } = this.#components
    if (!asksPeers || swarm?.hasFilters('published') !== true) return new Map()
    const elements = new Map<Publication, Uint8Array>()
    const known: { digest: Uint8Array; peers: readonly string[] }[] = []
    const turn = new TurnBudget(TURN_PUBLICATIONS)
    for (const { digest, publication } of drafts) {
      await turn.spend(1)
      const element = replica.elementOf(digest)
      elements.set(publication, element)
      const peers = swarm.peersThatMayHave('published', element)
      if (peers.length > 0) known.push({ digest, peers })
    }
    if (known.length > 0) await this.#fetchBodies(swarm, known, signal)
    return elements
  }

  /** Fetches those of the records that are not stored. */
  async #fetchBodies(
    swarm: Pick<Swarm, 'fetch'>,
    known: readonly { readonly digest: Uint8Array; readonly peers: readonly string[] }[],
    signal: AbortSignal | undefined
  ): Promise<void> {
    const { replica } = this.#components
    const held = await replica.has(known.map(({ digest }) => digest))
    const likely = known.filter((_, i) => held[i] !== true)
    if (likely.length === 0) return
    const preferredPeers = [...new Set(likely.flatMap(({ peers }) => peers))]
    const bodies = await swarm.fetch(
      likely.map(({ digest }) => digest),
      { preferredPeers, within: FETCH_TIMEOUT, signal }
    )
    await replica.putBodies([...bodies.values()])
  }

  #today(): number {
    return dayOf(this.#components.clock.now())
  }
}

function withheldError(reason: string): HiveError {
  return new HiveError(
    'WITHHELD',
    `The fact was not published: ${reason}. Change the fact and promote it again.`
  )
}

function frozenReason({ agent }: StoredFact): string {
  return `its agent "${agent}" is frozen`
}
