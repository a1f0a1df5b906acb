/**
 * `cortex.hive.skills`: skills of the swarm. What is verified here is published, with what was counted
 * here; what others published is an offer. What is done by itself is done one after the other.
 */
import { HiveError } from '../../errors.ts'
import { SkillAdoption } from './adoption.ts'
import { SkillPublishing } from './publishing.ts'
import type { Entry, Replica } from '../../../crdt/index.ts'
import type { CallOptions } from '../capability-options.ts'
import type { AddedSkill } from '../lifecycle/skill-registration.ts'
import type { FalseReceipt, Transition } from '../store/skill-values.ts'
import type { SkillService } from '../skill-service.ts'
import type { AdoptionComponents, OfferOptions } from './adoption.ts'
import type { SkillOffer } from './offers.ts'
import type { PublishedSkill, PublishingComponents } from './publishing.ts'

export interface SharedSkillsComponents extends AdoptionComponents, PublishingComponents {
  readonly replica: AdoptionComponents['replica'] &
    PublishingComponents['replica'] &
    Pick<Replica, 'off' | 'on'>
  readonly skills: Pick<SkillService, 'registration' | 'falseReceipts' | 'runner' | 'store'>
  /** Whether what is verified here is published by itself. */
  readonly autoPublish: boolean
  readonly onError: (error: unknown) => void
}

/** Milliseconds between two looks for counts that the swarm was not told yet. */
const REPORT_INTERVAL = 600_000

const EXPECTED_ERRORS: ReadonlySet<HiveError['code']> = new Set(['SKILL_UNKNOWN', 'WITHHELD'])

/**
 * Skills of the swarm: offers of others, and what this node publishes.
 *
 * @example
 * ```ts
 * const { skills } = db.agent.cortex.hive
 * const [offer] = await skills.offers({ limit: 1 })
 * if (offer !== undefined) await skills.adopt(offer.id)
 * ```
 */
export class SharedSkills {
  readonly #components: SharedSkillsComponents
  readonly #publishing: SkillPublishing
  readonly #adoption: SkillAdoption
  readonly #stopped = new AbortController()
  #reporting: NodeJS.Timeout | undefined
  /** One after the other: adopting runs tests. */
  #work: Promise<void> = Promise.resolve()

  constructor(components: SharedSkillsComponents) {
    this.#components = components
    this.#publishing = new SkillPublishing(components)
    this.#adoption = new SkillAdoption(components)
  }

  /** @internal */
  start(): void {
    this.#components.replica.on('entry:admit', this.#onEntry)
    this.#components.skills.store.on('skill:transition', this.#onTransition)
    this.#reporting = setInterval(
      () => this.#enqueue(() => this.#report()),
      REPORT_INTERVAL
    ).unref()
  }

  /** @internal */
  async stop(): Promise<void> {
    this.#stopped.abort(new HiveError('STOPPED', 'The hive was stopped.'))
    clearInterval(this.#reporting)
    this.#components.replica.off('entry:admit', this.#onEntry)
    this.#components.skills.store.off('skill:transition', this.#onTransition)
    await this.#work
  }

  /**
   * Publishes a verified skill, with what was counted of it here and receipts of its runs. Throws
   * `HiveError` (SKILL_UNKNOWN, SKILL_STATUS, or WITHHELD with the reason).
   */
  publish(id: string): Promise<PublishedSkill> {
    return this.#publishing.publish(id)
  }

  /**
   * Tells the swarm what was counted of published skills since it was told last, at most once a day each;
   * how many skills it told of. A node that runs does so by itself.
   */
  report({ signal }: CallOptions = {}): Promise<number> {
    return this.#publishing.report(signal)
  }

  /** Takes back this node's votes on a skill and on receipts of it; false when it had none. */
  withdraw(id: string): Promise<boolean> {
    return this.#publishing.withdraw(id)
  }

  /** What the swarm offers and this node does not have, the most corroborated first; 100 unless told. */
  offers(options: OfferOptions = {}): Promise<SkillOffer[]> {
    return this.#adoption.offers(options)
  }

  /**
   * Takes an offer in as untested, runs its tests and some of the receipts of those who published it;
   * their trials are its head start. Throws `HiveError` (RECORD_UNKNOWN) when the swarm offers no such
   * skill here.
   */
  adopt(id: string, { signal }: CallOptions = {}): Promise<AddedSkill> {
    return this.#adoption.adopt(id, this.#signalOf(signal))
  }

  /** Authors that were caught claiming a run that gives something else, and what they claimed. */
  falseReceipts(): readonly FalseReceipt[] {
    return this.#components.skills.falseReceipts.all()
  }

  readonly #onTransition = ({ id, from, to }: Transition): void => {
    if (to === 'verified' && this.#components.autoPublish) {
      this.#enqueue(async () => {
        try {
          await this.publish(id)
        } catch (error) {
          // What tells too much stays, and `publish` says why to who asks; what was removed is no loss.
          if (!(error instanceof HiveError && EXPECTED_ERRORS.has(error.code))) throw error
        }
      })
    }
    if (to === 'blacklisted') this.#enqueue(() => this.#publishing.publishDispute(id))
    if (from === 'blacklisted') this.#enqueue(() => this.#publishing.retractDispute(id))
  }

  async #report(): Promise<void> {
    await this.#publishing.report(this.#stopped.signal)
  }

  readonly #onEntry = (_entry: Entry, digests: readonly Uint8Array[]): void => {
    for (const digest of digests) {
      this.#enqueue(() => this.#adoption.consider(digest, this.#stopped.signal))
    }
  }

  async #attempt(task: () => Promise<void>): Promise<void> {
    if (this.#stopped.signal.aborted) return
    try {
      await task()
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#components.onError(error)
    }
  }

  #enqueue(task: () => Promise<void>): void {
    this.#work = this.#work.then(() => this.#attempt(task))
  }

  #signalOf(signal: AbortSignal | undefined): AbortSignal {
    const { signal: stopped } = this.#stopped
    return signal === undefined ? stopped : AbortSignal.any([stopped, signal])
  }
}
