/** `cortex.hive.skills`: skills that the swarm offers, and skills that this node publishes. */
import type { CallOptions } from '../capability-options.ts'
import type { AddedSkill } from '../lifecycle/skill-registration.ts'
import type { FalseReceipt } from '../store/skill-values.ts'
import type { OfferOptions, SkillAdoption } from './adoption.ts'
import type { SkillOffer } from './offers.ts'
import type { PublishedSkill, SkillPublishing } from './publishing.ts'

export interface SharedSkillsComponents {
  readonly publishing: Pick<SkillPublishing, 'publish' | 'report' | 'withdraw'>
  readonly adoption: Pick<SkillAdoption, 'adopt' | 'offers'>
  readonly falseReceipts: { all(): readonly FalseReceipt[] }
  /** Aborts when the node stops. */
  readonly stopped: AbortSignal
  /** Who adopts. */
  readonly agent: string
  /** Throws if the agent is frozen. */
  readonly assertActive: () => void
}

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

  constructor(components: SharedSkillsComponents) {
    this.#components = components
  }

  /**
   * Publishes a verified skill with its counts and receipts. Throws `HiveError` (AGENT_FROZEN,
   * SKILL_UNKNOWN, SKILL_STATUS, or WITHHELD with the reason).
   */
  async publish(idOrName: string): Promise<PublishedSkill> {
    this.#components.assertActive()
    return this.#components.publishing.publish(idOrName)
  }

  /**
   * Publishes new counts of published skills, at most once a day each; returns the number of
   * skills. A running node does so by itself. Throws `HiveError` (AGENT_FROZEN).
   */
  async report({ signal }: CallOptions = {}): Promise<number> {
    this.#components.assertActive()
    return this.#components.publishing.report(signal)
  }

  /** Retracts this node's votes on a skill and on its receipts; false if there are none. */
  withdraw(id: string): Promise<boolean> {
    return this.#components.publishing.withdraw(id)
  }

  /**
   * Skills that the swarm offers and this node does not have, by corroboration; at most `limit`,
   * default 100. Waits 2 s at most for an index that is behind (`status.index`; `janitor.finishIndex` waits for all); then older ones may be
   * missing.
   */
  offers(options: OfferOptions = {}): Promise<SkillOffer[]> {
    return this.#components.adoption.offers(options)
  }

  /**
   * Adopts an offer as untested, and runs its tests and some receipts of its publishers; their
   * trials become its head start. Throws `HiveError` (AGENT_FROZEN; RECORD_UNKNOWN if the swarm
   * offers no such skill here).
   */
  async adopt(id: string, { signal }: CallOptions = {}): Promise<AddedSkill> {
    const { adoption, agent, assertActive, stopped } = this.#components
    assertActive()
    return adoption.adopt(
      id,
      agent,
      signal === undefined ? stopped : AbortSignal.any([stopped, signal])
    )
  }

  /** Authors of false receipts, with the receipts. */
  falseReceipts(): readonly FalseReceipt[] {
    return this.#components.falseReceipts.all()
  }
}
