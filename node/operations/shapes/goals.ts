/** Shapes of goals and playbooks. */
import { z } from 'zod'
import { GOAL_STATUSES } from '../choices.ts'
import { Count, InstructionFlag, Tags } from './common.ts'

export const GoalStatus = z.enum(GOAL_STATUSES)

export const Goal = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    status: GoalStatus,
    statusCounts: z.partialRecord(GoalStatus, Count),
    parent: z.string().optional(),
    children: z.array(z.string()),
    tags: Tags,
    corroboration: Count,
    variantOf: z.string().optional(),
    flag: InstructionFlag.optional(),
    templates: z.record(z.string(), Count)
  })
  .meta({ id: 'Goal' })

export const Step = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    body: z.string(),
    spans: z.array(z.strictObject({ text: z.string(), marks: z.array(z.string()) }))
  })
  .meta({ id: 'Step', description: 'A step of a playbook' })

export const PlaybookEdit = z
  .discriminatedUnion('do', [
    z.strictObject({
      do: z.literal('add'),
      at: z.number(),
      title: z.string(),
      body: z.string().optional()
    }),
    z.strictObject({
      do: z.literal('edit'),
      step: z.string(),
      title: z.string().optional(),
      body: z.string().optional()
    }),
    z.strictObject({ do: z.literal('move'), step: z.string(), at: z.number() }),
    z.strictObject({ do: z.literal('remove'), step: z.string() })
  ])
  .meta({ id: 'PlaybookEdit', description: '`at` counts steps from 0' })
