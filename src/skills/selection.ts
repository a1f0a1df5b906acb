/** Selects skills: by status and text, for a goal, by Thompson sampling, by rank. */
import { capabilityOf } from './capability.ts'
import { rankCompetitors, thompsonSample } from './evidence/competition.ts'
import { competitorsOf } from './lineage.ts'
import { competitorOf, findSkill, isOffered, isUsable } from './named-skills.ts'
import type { Capability, PreWarmedSkill } from './capability.ts'
import type { FindSettings, ListSettings } from './capability-options.ts'
import type { Ranking } from './evidence/competition.ts'
import type { SkillStatus } from './lifecycle/lifecycle.ts'
import type { PreWarming } from './lifecycle/pre-warming.ts'
import type { SkillIndex } from './skill-index.ts'
import type { KnownSkill, SkillStore } from './store/skill-store.ts'

export interface SelectionComponents {
  readonly store: Pick<SkillStore, 'all' | 'get'>
  readonly index: Pick<SkillIndex, 'find'>
  readonly preWarming: Pick<PreWarming, 'warmedAt'>
  readonly random: () => number
}

/** One result of `find`. */
export interface FoundCapability {
  readonly capability: Capability
  /** Larger is better; comparable within one answer only. */
  readonly score: number
}

/** Skills that `choose` compares for a goal. */
const CHOICES = 10

export class Selection {
  readonly #components: SelectionComponents

  constructor(components: SelectionComponents) {
    this.#components = components
  }

  /** By name; with `text`, those with the text in name or description. */
  list({ status, text, limit }: ListSettings): Capability[] {
    const part = text?.toLowerCase() ?? ''
    const skills = [...this.#components.store.all()].filter(
      ({ skill, lifecycle }) =>
        (status === undefined || lifecycle.status === status) &&
        (skill.name.includes(part) || skill.description.toLowerCase().includes(part))
    )
    return skills
      .toSorted(
        (one, other) => compare(one.skill.name, other.skill.name) || compare(one.id, other.id)
      )
      .slice(0, limit)
      .map((known) => this.describe(known))
  }

  /** For a goal, best first; of the usable statuses, or of the given ones. */
  async find(goal: string, { limit, status }: FindSettings): Promise<FoundCapability[]> {
    const wanted = status === undefined ? undefined : new Set<SkillStatus>(status)
    const found: FoundCapability[] = []
    for (const { id, score } of await this.#components.index.find(goal)) {
      const known = this.#components.store.get(id)
      if (known === undefined) continue
      if (!(wanted?.has(known.lifecycle.status) ?? isOffered(known))) continue
      found.push({ capability: this.describe(known), score })
      if (found.length === limit) break
    }
    return found
  }

  /** By Thompson sampling, among the given ids or names, or among the best for a goal. */
  async choose(idsOrGoal: string | readonly string[]): Promise<Capability | undefined> {
    const { store, random } = this.#components
    const ids =
      typeof idsOrGoal === 'string'
        ? (await this.find(idsOrGoal, { limit: CHOICES })).map(({ capability }) => capability.id)
        : idsOrGoal
    const skills = ids.map((id) => findSkill(store, id)).filter(isUsable)
    const id = thompsonSample(skills.map(competitorOf), random)
    return id === undefined ? undefined : this.describe(findSkill(store, id))
  }

  /** The best of the usable skills of its name or lineage, and the best of the others. */
  rank(id: string): Ranking {
    const competitors = competitorsOf(this.#components.store, id)
    return rankCompetitors(competitors.filter(isOffered).map(competitorOf))
  }

  /** The skills of its name or lineage, the best first. */
  competitors(id: string): Capability[] {
    return competitorsOf(this.#components.store, id)
      .map((known) => this.describe(known))
      .toSorted((one, other) => other.lowerBound - one.lowerBound || compare(one.id, other.id))
  }

  /** Skills that are ready to run before their promotion, the nearest to it first. */
  preWarmed(): PreWarmedSkill[] {
    const skills: PreWarmedSkill[] = []
    for (const known of this.#components.store.all()) {
      const { id, name, status, warmedAt, ...described } = this.describe(known)
      if (status !== 'pre-warming' || warmedAt === undefined) continue
      const { verificationProgress, predictedReliability } = described
      skills.push({ id, name, verificationProgress, predictedReliability, warmedAt })
    }
    return skills.toSorted((one, other) => other.verificationProgress - one.verificationProgress)
  }

  describe(known: KnownSkill): Capability {
    return capabilityOf(known, this.#components.preWarming.warmedAt(known.id))
  }
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1
}
