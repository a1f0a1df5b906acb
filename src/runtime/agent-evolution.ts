/** The evolution of an agent's persona, over the knowledge, the hive and the skills of its node. */
import { Evolution, MAX_RULES, RULE_TAG } from '../evolution/index.ts'
import { HiveError } from '../errors.ts'
import { ActionJournal } from '../journal/index.ts'
import { AgentPersona } from '../personas/index.ts'
import type { EvolutionComponents } from '../evolution/index.ts'
import type { Knowledge } from '../knowledge/index.ts'
import type { Models } from '../models/index.ts'
import type { SharedKnowledge } from '../sharing/index.ts'
import type { NodeParts } from './node-parts.ts'

/** Skills that a proposal may prefer. */
const MAX_SKILLS = 64

export interface AgentEvolutionComponents {
  readonly agent: string
  readonly parts: Pick<NodeParts, 'evolution' | 'journal' | 'options' | 'personas' | 'skills'>
  readonly knowledge: Pick<Knowledge, 'distill' | 'history'>
  readonly hive: Pick<SharedKnowledge, 'getGlobalInsights' | 'stale'>
  readonly models: Models
  readonly examine: EvolutionComponents['examine']
  readonly requireActive: EvolutionComponents['requireActive']
}

export function evolutionOf({
  agent,
  parts: { evolution, journal, options, personas, skills },
  knowledge,
  hive,
  models,
  examine,
  requireActive
}: AgentEvolutionComponents): Evolution {
  const { clock = Date } = options
  const describe = skills.describe.bind(skills)
  return new Evolution({
    agent,
    store: evolution,
    persona: new AgentPersona({ agent, store: personas, describe }),
    journal: new ActionJournal(journal, agent),
    models,
    skills: () => skills.verified(MAX_SKILLS),
    async rules() {
      const filter = { tags: [RULE_TAG], state: 'released', limit: MAX_RULES } as const
      const insights = await hive.getGlobalInsights(filter)
      return insights.flatMap(({ id, entity, attribute, value }) =>
        attribute === undefined || value === undefined ? [] : [{ id, entity, attribute, value }]
      )
    },
    async learn({ entity, content, attribute, value, replaces }, confidence, tags) {
      await knowledge.distill(entity, content, confidence, { attribute, value, tags })
      const claims = replaces === undefined ? [] : await knowledge.history(entity, attribute)
      for (const claim of claims) if (claim.value === replaces) await hive.stale(claim.id)
    },
    async contradict(id) {
      try {
        await hive.stale(id)
      } catch (error) {
        // Its authors have retracted it.
        if (!(error instanceof HiveError) || error.code !== 'RECORD_UNKNOWN') throw error
      }
    },
    examine,
    requireActive,
    now: () => clock.now()
  })
}
