/** What a report of an agent does: to an insight a vote, to a skill evidence, to a fact a mark. */
import { z } from 'zod'
import { OUTCOMES } from './choices.ts'
import type { HiveNode } from '../../src/index.ts'

export const Outcome = z.enum(OUTCOMES)
export type Outcome = z.output<typeof Outcome>

export const ReportEffect = z.enum([
  'vouched for it',
  'disputed it',
  'marked it stale',
  'recorded the use',
  'blacklisted it here',
  'noted'
])
type ReportEffect = z.output<typeof ReportEffect>

export interface ReportInput {
  readonly id: string
  readonly outcome: Outcome
  readonly note?: string
}

export interface Reported {
  readonly id: string
  readonly kind: 'fact' | 'insight' | 'skill'
  readonly effect: ReportEffect
}

/** A dispute of something harmful has all the weight that an author has. */
const CERTAIN = 0.99

/** Throws `HiveError` (RECORD_UNKNOWN, ID_AMBIGUOUS). */
export async function report(db: HiveNode, input: ReportInput): Promise<Reported> {
  const skill = await skillOf(db, input.id)
  if (skill !== undefined) {
    return { id: skill, kind: 'skill', effect: await reportSkill(db, skill, input) }
  }
  const { hive, knowledge } = db.agent.cortex
  const insight = await hive.get(input.id)
  if (insight !== undefined && insight.kind !== 'skill') {
    const { id } = insight
    return { id, kind: 'insight', effect: await reportInsight(db, id, input.outcome) }
  }
  const fact = await knowledge.get(input.id)
  if (fact !== undefined && input.outcome !== 'stale' && input.outcome !== 'unsafe') {
    return { id: fact.id, kind: 'fact', effect: 'noted' }
  }
  // Throws for an id that nothing has.
  await hive.stale(input.id)
  return { id: fact?.id ?? input.id, kind: 'fact', effect: 'marked it stale' }
}

async function reportInsight(db: HiveNode, id: string, outcome: Outcome): Promise<ReportEffect> {
  const { hive } = db.agent.cortex
  switch (outcome) {
    case 'worked':
      await hive.vouch(id)
      return 'vouched for it'
    case 'failed':
      await hive.dispute(id)
      return 'disputed it'
    case 'unsafe':
      await hive.dispute(id, { confidence: CERTAIN })
      return 'disputed it'
    case 'stale':
      await hive.stale(id)
      return 'marked it stale'
    case 'duplicate':
      return 'noted'
  }
}

async function reportSkill(
  db: HiveNode,
  id: string,
  { outcome, note }: ReportInput
): Promise<ReportEffect> {
  const { capabilities } = db.agent.cortex
  switch (outcome) {
    case 'worked':
      await capabilities.recordOutcome(id, { ok: true })
      return 'recorded the use'
    case 'failed':
      await capabilities.recordOutcome(id, { ok: false, error: note })
      return 'recorded the use'
    case 'unsafe':
      await capabilities.updateCapabilityStatus(id, 'blacklisted', note ?? 'reported as unsafe')
      return 'blacklisted it here'
    case 'stale':
    case 'duplicate':
      return 'noted'
  }
}

async function skillOf(db: HiveNode, idOrName: string): Promise<string | undefined> {
  try {
    return (await db.agent.cortex.capabilities.get(idOrName)).id
  } catch (error) {
    const isUnknown = error instanceof Error && 'code' in error && error.code === 'SKILL_UNKNOWN'
    if (isUnknown) return undefined
    throw error
  }
}
