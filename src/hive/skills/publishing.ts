/**
 * What this node tells the swarm of its skills: those that are verified, unless they tell too much of
 * their makers, a warning of those that were blacklisted, and what was counted, at most daily a skill.
 */
import { identifySkill } from '../../capabilities/index.ts'
import { HiveError } from '../../errors.ts'
import { digestOfId } from '../../knowledge/index.ts'
import { dayOf } from '../day.ts'
import { SUCCESSES, TRIALS } from './offers.ts'
import { tooTelling } from './tells.ts'
import type { Entry, Replica } from '../../../crdt/index.ts'
import type { Anonymizer } from '../../anonymity/index.ts'
import type { KnownSkill, NodeSkills } from '../../capabilities/index.ts'
import type { Clock } from '../../../transport/index.ts'
import type { Votes } from '../votes.ts'

export interface PublishingComponents {
  readonly replica: Pick<Replica, 'addEvidence' | 'get' | 'publish' | 'publishEvidence' | 'voteOn'>
  readonly skills: Pick<NodeSkills, 'store'>
  readonly anonymizer: Anonymizer
  readonly votes: Pick<Votes, 'cast'>
  readonly clock: Clock
  readonly announce: (entries: readonly Entry[]) => Promise<void>
}

export interface PublishedSkill {
  readonly id: string
  /** `corroborated`: the swarm had it, and this node's vote was added. */
  readonly status: 'published' | 'corroborated' | 'already'
}

export class SkillPublishing {
  readonly #components: PublishingComponents

  constructor(components: PublishingComponents) {
    this.#components = components
  }

  /** Throws `HiveError` (SKILL_UNKNOWN, SKILL_STATUS, or WITHHELD with the reason). */
  async publish(id: string): Promise<PublishedSkill> {
    const known = this.#known(id)
    const { skill, standing } = known
    if (standing.status !== 'verified') {
      throw new HiveError(
        'SKILL_STATUS',
        `${skill.name} is not verified here: only proven skills are shared.`
      )
    }
    const { anonymizer, announce, replica } = this.#components
    const reason = tooTelling(skill, anonymizer)
    if (reason !== undefined) {
      throw new HiveError('WITHHELD', `${skill.name} stays on this node: ${reason}.`)
    }
    const { record } = identifySkill(skill)
    const { trials, successes } = standing.counts
    const day = this.#today()
    const confidence = successes / Math.max(1, trials)
    await this.#count(known, day)
    const { entries, records, votes } = await replica.publish([{ record, confidence, day }])
    await announce([...entries, ...(await replica.publishEvidence(day))])
    const status = records.length > 0 ? 'published' : votes.length > 0 ? 'corroborated' : 'already'
    return { id, status }
  }

  /**
   * Tells what was counted since the last report of the skills that this node has a vote on; at most
   * once a day each. How many it told of.
   */
  async report(signal?: AbortSignal): Promise<number> {
    const { announce, replica, skills } = this.#components
    const day = this.#today()
    let reported = 0
    for (const known of skills.store.all()) {
      signal?.throwIfAborted()
      if (known.standing.lifetime.trials === 0) continue
      if ((await replica.voteOn(digestOfId(known.id))) === undefined) continue
      if (await this.#count(known, day)) reported += 1
    }
    if (reported > 0) await announce(await replica.publishEvidence(day))
    return reported
  }

  /** An immune signal: this node's vote against it, instead of the one for it. */
  async warn(id: string): Promise<void> {
    const { replica, votes } = this.#components
    if ((await replica.get(digestOfId(id))) === undefined) return
    const { trials, successes } = this.#known(id).standing.counts
    await votes.cast(id, 'dispute', 1 - successes / Math.max(1, trials))
  }

  /** Puts what was not told yet where the next report finds it; false for nothing. */
  async #count({ id, isReported }: KnownSkill, day: number): Promise<boolean> {
    const { replica, skills } = this.#components
    const digest = digestOfId(id)
    // An earlier version told what was counted up to the promotion and did not note it.
    const isTold = !isReported && (await replica.voteOn(digest)) !== undefined
    const counts = await skills.store.report(id, day)
    if (counts === undefined || isTold) return false
    await replica.addEvidence(digest, { [TRIALS]: counts.trials, [SUCCESSES]: counts.successes })
    return true
  }

  #known(id: string): KnownSkill {
    const known = this.#components.skills.store.get(id)
    if (known !== undefined) return known
    throw new HiveError('SKILL_UNKNOWN', `This node has no skill of the id "${id}".`)
  }

  #today(): number {
    return dayOf(this.#components.clock.now())
  }
}
