/** Shapes of the governance of agents. */
import { z } from 'zod'
import { Count, Moment } from './common.ts'

const Usd = z.string().meta({ description: 'USD as text, such as 0.50' })

const LIMITS = {
  usdPerDay: Usd.optional(),
  tokensPerDay: Count.optional(),
  modelCallsPerDay: Count.optional(),
  facts: Count.optional(),
  factsPerDay: Count.optional(),
  skillRunsPerDay: Count.optional()
} as const

const AgentLimits = z
  .strictObject(LIMITS)
  .meta({ id: 'AgentLimits', description: 'Limits of an agent; days begin at midnight UTC' })

/** Why a person changes something, and who it is. */
export const REASON = {
  why: z.string().min(1).max(500),
  by: z.string().min(1).max(100).optional().meta({ description: 'The name of the person' })
} as const

export const LimitsInUse = z
  .strictObject({
    agent: z.string(),
    frozen: z.boolean(),
    limits: AgentLimits,
    used: z.strictObject({
      usdPerDay: Usd,
      tokensPerDay: Count,
      modelCallsPerDay: Count,
      facts: Count,
      factsPerDay: Count,
      skillRunsPerDay: Count
    }),
    endsAt: Moment
  })
  .meta({ id: 'LimitsInUse' })

export const GovernChange = z
  .strictObject({
    number: z.int(),
    at: Moment,
    did: z.enum(['limit', 'freeze', 'unfreeze']),
    why: z.string(),
    by: z.string().optional(),
    limits: AgentLimits,
    frozen: z.boolean()
  })
  .meta({ id: 'GovernChange', description: 'A change by a person, and the state after it' })

const WINDOW = { id: z.string(), agent: z.string(), from: Moment, to: Moment } as const

const STAYS = z
  .enum(['edited', 'no-vouch', 'other-agent', 'other-time', 'too-large', 'voted-before'])
  .optional()
  .meta({ description: 'Why the record is not withdrawn; absent for one that is' })

const Published = z.strictObject({
  fact: z.string(),
  record: z.string(),
  at: Moment,
  stays: STAYS,
  facts: z.array(z.string()),
  agents: z.array(z.string()),
  vouchers: Count
})

const Shared = z
  .array(
    z.strictObject({
      record: z.string(),
      step: z.string().optional().meta({ description: 'Of a step; then record is its goal' }),
      title: z.string(),
      at: Moment,
      stays: STAYS,
      agents: z.array(z.string()),
      vouchers: Count
    })
  )
  .meta({ description: 'At most 1,000' })

const LISTS = {
  published: z.array(Published),
  goals: Shared,
  skills: Shared,
  steps: Shared
} as const

const SHARED_COUNTS = { goals: Count, skills: Count } as const

const Withdrawn = z.strictObject({ facts: Count, ...SHARED_COUNTS, steps: Count })

export const ContainmentPreview = z
  .strictObject({
    ...WINDOW,
    total: Count.meta({ description: 'Publications of facts' }),
    ...LISTS,
    withdraws: Count,
    withdrawsOf: Withdrawn,
    stays: Count,
    notAttributed: z
      .strictObject(SHARED_COUNTS)
      .meta({ description: 'Published by this node, and no agent is noted: not withdrawn' })
  })
  .meta({ id: 'ContainmentPreview' })

export const ContainmentReport = z
  .strictObject({ ...WINDOW, withdrawn: Count, withdrawnOf: Withdrawn, stays: Count, ...LISTS })
  .meta({ id: 'ContainmentReport' })

const DriftOf = z.strictObject({
  reference: z.number(),
  current: z.number(),
  level: z.number().meta({ description: 'Parts of the threshold; an alarm from 1 on' }),
  drifted: z.enum(['down', 'up']).optional(),
  since: Moment.optional(),
  foundAt: Moment.optional()
})

export const Drift = z
  .strictObject({ sessions: Count, success: DriftOf.optional(), latency: DriftOf.optional() })
  .meta({ id: 'Drift', description: 'Sessions against the first 100: success and milliseconds' })

export const ProbeReport = z
  .strictObject({
    probe: z.enum(['counts', 'index', 'ledger', 'published', 'votes']),
    checked: Count,
    findings: z.array(z.strictObject({ probe: z.string(), id: z.string(), text: z.string() })),
    isComplete: z.boolean()
  })
  .meta({ id: 'ProbeReport' })
