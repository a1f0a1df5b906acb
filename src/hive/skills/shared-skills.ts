/**
 * Skills of the swarm. What is verified here is published, unless it tells too much of its makers, with
 * what was counted here; what others published is an offer, and is adopted as untested, by consent.
 * Others' trials are worth a head start, never the whole way. What a quorum disputes goes back to the
 * sandbox where it is on trial; nobody's word blacklists it here.
 */
import { toHex } from '../../../crdt/index.ts'
import { afterHint, identifySkill, withHeadStart } from '../../capabilities/index.ts'
import { HiveError } from '../../errors.ts'
import { digestOfId } from '../../knowledge/index.ts'
import { dayOf } from '../day.ts'
import { offeredBy, SUCCESSES, TRIALS } from './offers.ts'
import { tooTelling } from './tells.ts'
import type { Entry, Replica, Standing } from '../../../crdt/index.ts'
import type { Anonymizer } from '../../anonymity/index.ts'
import type { AddedSkill, KnownSkill, NodeSkills, Transition } from '../../capabilities/index.ts'
import type { Clock } from '../../../transport/index.ts'
import type { Votes } from '../votes.ts'
import type { Offered, SkillOffer } from './offers.ts'

/** Whether to adopt what is offered. */
export type Consent = (offer: SkillOffer) => boolean | Promise<boolean>

export interface SharedSkillsComponents {
  readonly replica: Pick<
    Replica,
    'addEvidence' | 'get' | 'off' | 'on' | 'publish' | 'publishEvidence' | 'standings'
  >
  readonly skills: Pick<NodeSkills, 'admission' | 'runner' | 'store'>
  readonly anonymizer: Anonymizer
  readonly votes: Pick<Votes, 'cast'>
  /** Authors that must dispute a skill before their word counts here. */
  readonly k: number
  readonly clock: Clock
  readonly announce: (entries: readonly Entry[]) => Promise<void>
  /** Whether what is verified here is published by itself. */
  readonly publishes: boolean
  readonly adopts: Consent
  readonly onFailed: (error: unknown) => void
}

export interface PublishedSkill {
  readonly id: string
  /** `corroborated`: the swarm had it, and this node's vote was added. */
  readonly status: 'published' | 'corroborated' | 'already'
}

export interface OfferOptions {
  readonly limit?: number
  readonly signal?: AbortSignal
}

const DEFAULT_LIMIT = 100

export class SharedSkills {
  readonly #components: SharedSkillsComponents
  /** One after the other: adopting runs tests. */
  #work: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(components: SharedSkillsComponents) {
    this.#components = components
  }

  start(): void {
    this.#components.replica.on('entry:admitted', this.#onEntry)
    this.#components.skills.store.on('skill:transition', this.#onTransition)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#components.replica.off('entry:admitted', this.#onEntry)
    this.#components.skills.store.off('skill:transition', this.#onTransition)
    await this.#work
  }

  /**
   * Publishes a verified skill, with what was counted of it here. Throws `HiveError` (SKILL_UNKNOWN,
   * SKILL_STATUS, or WITHHELD with the reason).
   */
  async publish(id: string): Promise<PublishedSkill> {
    const { skill, standing } = this.#known(id)
    if (standing.status !== 'verified') {
      throw new HiveError(
        'SKILL_STATUS',
        `${skill.name} is not verified here: only proven skills are shared.`
      )
    }
    const { anonymizer, announce, clock, replica } = this.#components
    const reason = tooTelling(skill, anonymizer)
    if (reason !== undefined) {
      throw new HiveError('WITHHELD', `${skill.name} stays on this node: ${reason}.`)
    }
    const { record } = identifySkill(skill)
    const { trials, successes } = standing.counts
    const day = dayOf(clock.now())
    const confidence = successes / Math.max(1, trials)
    const { entries, records, votes } = await replica.publish([{ record, confidence, day }])
    if (entries.length > 0) {
      await replica.addEvidence(digestOfId(id), { [TRIALS]: trials, [SUCCESSES]: successes })
    }
    await announce([...entries, ...(await replica.publishEvidence(day))])
    const status = records.length > 0 ? 'published' : votes.length > 0 ? 'corroborated' : 'already'
    return { id, status }
  }

  /** What the swarm offers and this node does not have, the most corroborated first. */
  async offers({ limit = DEFAULT_LIMIT, signal }: OfferOptions = {}): Promise<SkillOffer[]> {
    const { replica, skills } = this.#components
    const offers: SkillOffer[] = []
    for await (const standing of replica.standings()) {
      signal?.throwIfAborted()
      if (standing.record.kind !== 'skill') continue
      if (skills.store.get(toHex(standing.digest)) !== undefined) continue
      const offered = offeredBy(standing)
      if (offered === undefined) continue
      if (this.#disputes(standing) === 0) offers.push(offered.offer)
    }
    return offers.toSorted(byStanding).slice(0, limit)
  }

  /**
   * Takes an offer in as untested and runs its tests; others' trials are its head start. Throws
   * `HiveError` (RECORD_UNKNOWN) when the swarm offers no such skill here.
   */
  async adopt(id: string, options: { readonly signal?: AbortSignal } = {}): Promise<AddedSkill> {
    const standing = await this.#components.replica.get(digestOfId(id))
    const offered = standing === undefined ? undefined : offeredBy(standing)
    if (offered === undefined) {
      throw new HiveError('RECORD_UNKNOWN', `The swarm offers no skill ${id} here; see "offers".`)
    }
    return this.#adopt(offered, options.signal)
  }

  async #adopt({ offer, identified }: Offered, signal?: AbortSignal): Promise<AddedSkill> {
    const { admission, runner, store } = this.#components.skills
    const provenance = {
      from: 'hive' as const,
      ...(offer.licence === undefined ? {} : { licence: offer.licence })
    }
    const added = await admission.admit(identified, provenance, runner, signal)
    if (added.outcome === 'new') {
      await store.apply(added.id, (standing) => withHeadStart(standing, offer.headStart))
    }
    return added
  }

  readonly #onTransition = ({ id, to }: Transition): void => {
    if (to === 'verified' && this.#components.publishes) {
      this.#then(async () => {
        try {
          await this.publish(id)
        } catch (error) {
          // What tells too much stays, and `publish` says why to who asks.
          if (!(error instanceof HiveError && error.code === 'WITHHELD')) throw error
        }
      })
    }
    if (to === 'blacklisted') this.#then(() => this.#warn(id))
  }

  readonly #onEntry = (_entry: Entry, digests: readonly Uint8Array[]): void => {
    for (const digest of digests) this.#then(() => this.#consider(digest))
  }

  /** An immune signal: this node's vote against it, instead of the one for it. */
  async #warn(id: string): Promise<void> {
    const { replica, votes } = this.#components
    if ((await replica.get(digestOfId(id))) === undefined) return
    const { trials, successes } = this.#known(id).standing.counts
    await votes.cast(id, 'dispute', 1 - successes / Math.max(1, trials))
  }

  /** A skill that somebody says something new of: adopts it by consent, or doubts it. */
  async #consider(digest: Uint8Array): Promise<void> {
    const { adopts, replica, skills } = this.#components
    const standing = await replica.get(digest)
    if (standing?.record.kind !== 'skill') return
    const disputes = this.#disputes(standing)
    const id = toHex(digest)
    if (skills.store.get(id) !== undefined) {
      if (disputes === 0) return
      const reason = `it failed for ${disputes} ${disputes === 1 ? 'author' : 'authors'} of the swarm`
      await skills.store.apply(id, (held) => afterHint(held, reason))
      return
    }
    if (disputes > 0) return
    const offered = offeredBy(standing)
    if (offered !== undefined && (await adopts(offered.offer))) await this.#adopt(offered)
  }

  /** Authors that dispute it: none where they are fewer than `k`, or fewer than those who vouch. */
  #disputes({ registers }: Standing): number {
    const votes = registers.map(({ register }) => register.vote)
    const disputes = votes.filter((vote) => vote === 'dispute').length
    const vouches = votes.filter((vote) => vote === 'vouch').length
    return disputes >= this.#components.k && disputes >= vouches ? disputes : 0
  }

  #known(id: string): KnownSkill {
    const known = this.#components.skills.store.get(id)
    if (known !== undefined) return known
    throw new HiveError('SKILL_UNKNOWN', `This node has no skill of the id "${id}".`)
  }

  async #attempt(task: () => Promise<void>): Promise<void> {
    if (this.#isStopped) return
    try {
      await task()
    } catch (error) {
      this.#components.onFailed(error)
    }
  }

  #then(task: () => Promise<void>): void {
    this.#work = this.#work.then(() => this.#attempt(task))
  }
}

function byStanding(one: SkillOffer, other: SkillOffer): number {
  return (
    other.vouches - other.disputes - (one.vouches - one.disputes) ||
    other.headStart - one.headStart ||
    (one.id < other.id ? -1 : 1)
  )
}
