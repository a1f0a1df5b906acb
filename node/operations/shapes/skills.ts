/** Shapes of skills. */
import { z } from 'zod'
import { SKILL_STATUSES } from '../choices.ts'
import { Count, InstructionFlag, Moment } from './common.ts'
import type { Json } from '../../../src/index.ts'

export const JsonValue = z
  .custom<Json>((value) => value !== undefined, 'must be JSON')
  .meta({ description: 'Any JSON' })

export const SkillStatus = z.enum(SKILL_STATUSES)

export const Provenance = z.strictObject({
  from: z.enum(['local', 'folder', 'hive', 'synthesis']),
  author: z.string().optional(),
  licence: z.string().optional()
})

const capability = {
  id: z.string(),
  name: z.string(),
  description: z.string(),
  kind: z.enum(['code', 'prompt']),
  status: SkillStatus,
  untested: z.boolean(),
  since: Moment,
  trials: Count,
  successes: Count,
  outstanding: Count,
  verificationProgress: z.number(),
  predictedReliability: z.number(),
  predictedPromotion: z.number(),
  lowerBound: z.number(),
  warmedAt: Moment.optional(),
  parents: z.array(z.string()),
  provenance: Provenance,
  addedAt: Moment
} as const

export const Capability = z
  .strictObject(capability)
  .meta({ id: 'Skill', description: 'A skill of this node, and how far its evidence is' })

export const Transition = z.strictObject({
  id: z.string(),
  name: z.string(),
  from: SkillStatus,
  to: SkillStatus,
  reason: z.string(),
  evidence: z.strictObject({
    trials: Count,
    successes: Count,
    headStart: z.number(),
    progress: z.number()
  }),
  at: Moment
})

export const SkillDetails = z.strictObject({
  details: z.strictObject({
    ...capability,
    skill: z.strictObject({
      name: z.string(),
      description: z.string(),
      kind: capability.kind,
      source: z.string(),
      inputSchema: JsonValue,
      outputSchema: JsonValue,
      tests: z.array(JsonValue),
      parents: z.array(z.string()),
      licence: z.string().optional()
    }),
    documentation: z
      .strictObject({ text: z.string(), model: z.string(), offline: z.boolean(), at: Moment })
      .optional()
  }),
  history: z.array(Transition),
  thresholds: z
    .strictObject({ promotion: z.number(), warm: z.number(), cool: z.number() })
    .meta({ description: 'Progress at which a skill is promoted, made warm, and no longer warm' }),
  failures: z.array(
    z.strictObject({
      skill: z.string(),
      name: z.string(),
      input: z.string().optional(),
      error: z.string(),
      at: Moment
    })
  ),
  lineage: z.strictObject({ ancestors: z.array(z.string()), descendants: z.array(z.string()) }),
  competitors: z.array(Capability).meta({
    description: 'Skills of its name or lineage on this node, itself among them, the best first'
  })
})

export const TestReport = z.strictObject({
  passed: Count,
  total: Count,
  failed: z.array(z.strictObject({ test: Count, problem: z.string() }))
})

const added = {
  id: z.string(),
  name: z.string(),
  outcome: z.enum(['new', 'known']),
  status: SkillStatus,
  tests: TestReport.optional()
} as const

export const AddedSkill = z.strictObject(added).meta({ id: 'AddedSkill' })

export const SkillRunResult = z.strictObject({
  id: z.string(),
  run: z.string(),
  recorded: z.boolean(),
  status: SkillStatus.optional().meta({ description: 'The new status, if the run changed it' }),
  output: JsonValue,
  seconds: z.number(),
  wasWarm: z.boolean(),
  offline: z.boolean(),
  log: z.array(z.string()),
  outputHash: z.string().optional()
})

export const DiscoveryReport = z.strictObject({
  synthesized: z.array(
    z.strictObject({
      ...added,
      parent: z.string(),
      error: z.string(),
      how: z.array(z.string()),
      redesigned: z.boolean(),
      repaired: Count,
      failures: Count
    })
  ),
  unrepaired: z.array(z.strictObject({ skill: z.string(), error: z.string(), count: Count }))
})

export const SkillOffer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    kind: z.enum(['code', 'prompt']),
    source: z.string(),
    licence: z.string().optional(),
    flag: InstructionFlag.optional(),
    vouches: Count,
    disputes: Count,
    trials: Count,
    successes: Count,
    headStart: z.number()
  })
  .meta({ id: 'SkillOffer', description: 'A skill of other authors' })
