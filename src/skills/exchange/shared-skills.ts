/**
 * `cortex.hive.skills`: skills of the swarm. Skills verified here are published, with their counts;
 * skills that others published are offers. Background work runs one task at a time.
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
  /** Whether verified skills are published automatically. */
  readonly autoPublish: boolean
  readonly onError: (error: unknown) => void
}

/** Milliseconds between two checks for unreported counts. */
const REPORT_INTERVAL = 600_000

const EXPECTED_ERRORS: ReadonlySet<HiveError['code']> = new Set(['SKILL_UNKNOWN', 'WITHHELD'])

/**
 * Skills of the swarm: offers of others, and skills that this node publishes.
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
  /** One task at a time, since an adoption runs tests. */
  #work: Promise<void> = Promise.resolve()

  constructor(components: SharedSkillsComponents) {
    this.#components = components
    this.#publishing = new SkillPublishing(components)
    this.#adoption = new SkillAdoption(components)
  }

  /** @internal */
  start(): void {
    this.#components.replica.on('entry:admit', this.#onEntry)
    this.#components.replica.on('retraction:admit', this.#onRetraction)
    this.#components.skills.store.on('skill:transition', this.#onTransition)
    this.#reporting = setInterval(
      () => this.#enqueue(() => this.#report()),
      REPORT_INTERVAL
    ).unref()
  }

  /** @internal */
  async stop(): Promise<void> {
    this.#stopped.abort(new HiveError('STOPPED', 'The node was stopped.'))
    clearInterval(this.#reporting)
    this.#components.replica.off('entry:admit', this.#onEntry)
    this.#components.replica.off('retraction:admit', this.#onRetraction)
    this.#components.skills.store.off('skill:transition', this.#onTransition)
    await this.#work
  }

  /**
   * Publishes a verified skill with its counts and receipts. Throws `HiveError` (SKILL_UNKNOWN,
   * SKILL_STATUS, or WITHHELD with the reason).
   */
  publish(idOrName: string): Promise<PublishedSkill> {
    return this.#publishing.publish(idOrName)
  }

  /**
   * Publishes new counts of published skills, at most once a day each; returns the number of
   * skills. A running node does so by itself.
   */
  report({ signal }: CallOptions = {}): Promise<number> {
    return this.#publishing.report(signal)
  }

  /** Retracts this node's votes on a skill and on its receipts; false if there are none. */
  withdraw(id: string): Promise<boolean> {
    return this.#publishing.withdraw(id)
  }

  /**
   * Skills that the swarm offers and this node does not have, by corroboration; at most `limit`,
   * default 100.
   */
  offers(options: OfferOptions = {}): Promise<SkillOffer[]> {
    return this.#adoption.offers(options)
  }

  /**
   * Adopts an offer as untested, and runs its tests and some receipts of its publishers; their
   * trials become its head start. Throws `HiveError` (RECORD_UNKNOWN) if the swarm offers no such
   * skill here.
   */
  adopt(id: string, { signal }: CallOptions = {}): Promise<AddedSkill> {
    return this.#adoption.adopt(id, this.#signalOf(signal))
  }

  /** Authors of false receipts, with the receipts. */
  falseReceipts(): readonly FalseReceipt[] {
    return this.#components.skills.falseReceipts.all()
  }

  readonly #onTransition = ({ id, from, to }: Transition): void => {
    if (to === 'verified' && this.#components.autoPublish) {
      this.#enqueue(async () => {
        try {
          await this.publish(id)
        } catch (error) {
          // A skill that discloses too much stays, and `publish` reports why to its caller; a
          // removed skill needs no report.
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

  readonly #onEntry = (_entry: Entry, digests: readonly Uint8Array[]): void =>
    this.#onRetraction(digests)

  readonly #onRetraction = (digests: readonly Uint8Array[]): void => {
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
