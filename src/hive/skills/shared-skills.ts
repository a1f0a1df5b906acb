/**
 * Skills of the swarm. What is verified here is published, unless it tells too much of its makers, with
 * what was counted here; what others published is an offer, and is adopted as untested, by consent.
 * Others' trials are worth a head start, never the whole way. What a quorum disputes goes back to the
 * sandbox where it is on trial; nobody's word blacklists it here.
 */
import { toHex } from '../../../crdt/index.ts'
import { afterHint, withHeadStart } from '../../capabilities/index.ts'
import { HiveError } from '../../errors.ts'
import { digestOfId } from '../../knowledge/index.ts'
import { offeredBy } from './offers.ts'
import { SkillPublishing } from './publishing.ts'
import type { Entry, Replica, Standing } from '../../../crdt/index.ts'
import type { AddedSkill, NodeSkills, Transition } from '../../capabilities/index.ts'
import type { Offered, SkillOffer } from './offers.ts'
import type { PublishedSkill, PublishingComponents } from './publishing.ts'

/** Whether to adopt what is offered. */
export type Consent = (offer: SkillOffer) => boolean | Promise<boolean>

export interface SharedSkillsComponents extends PublishingComponents {
  readonly replica: PublishingComponents['replica'] & Pick<Replica, 'off' | 'on' | 'standings'>
  readonly skills: Pick<NodeSkills, 'admission' | 'runner' | 'store'>
  /** Authors that must dispute a skill before their word counts here. */
  readonly k: number
  /** Whether what is verified here is published by itself. */
  readonly publishes: boolean
  readonly adopts: Consent
  readonly onFailed: (error: unknown) => void
}

export interface OfferOptions {
  readonly limit?: number
  readonly signal?: AbortSignal
}

const DEFAULT_LIMIT = 100

/** Milliseconds between two looks for counts that the swarm was not told yet. */
const REPORT_INTERVAL = 600_000

export class SharedSkills {
  readonly #components: SharedSkillsComponents
  readonly #publishing: SkillPublishing
  #reporting: NodeJS.Timeout | undefined
  /** One after the other: adopting runs tests. */
  #work: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(components: SharedSkillsComponents) {
    this.#components = components
    this.#publishing = new SkillPublishing(components)
  }

  start(): void {
    this.#components.replica.on('entry:admitted', this.#onEntry)
    this.#components.skills.store.on('skill:transition', this.#onTransition)
    this.#reporting = setInterval(() => this.#then(() => this.#report()), REPORT_INTERVAL).unref()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#reporting)
    this.#components.replica.off('entry:admitted', this.#onEntry)
    this.#components.skills.store.off('skill:transition', this.#onTransition)
    await this.#work
  }

  /**
   * Publishes a verified skill, with what was counted of it here. Throws `HiveError` (SKILL_UNKNOWN,
   * SKILL_STATUS, or WITHHELD with the reason).
   */
  publish(id: string): Promise<PublishedSkill> {
    return this.#publishing.publish(id)
  }

  /**
   * Tells the swarm what was counted of published skills since it was told last, at most once a day each;
   * how many skills it told of. A node that runs does so by itself.
   */
  report({ signal }: { readonly signal?: AbortSignal } = {}): Promise<number> {
    return this.#publishing.report(signal)
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
    if (to === 'blacklisted') this.#then(() => this.#publishing.warn(id))
  }

  async #report(): Promise<void> {
    await this.#publishing.report()
  }

  readonly #onEntry = (_entry: Entry, digests: readonly Uint8Array[]): void => {
    for (const digest of digests) this.#then(() => this.#consider(digest))
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
