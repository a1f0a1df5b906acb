/** Shapes of agents and their personas. */
import { z } from 'zod'
import { AuthorSchema, OriginSchema } from '../../../src/personas/index.ts'
import { Moment } from './common.ts'
import { JsonValue } from './skills.ts'

export const AgentName = z
  .string()
  .max(64)
  .meta({ description: 'The name of an agent of this node' })

export const VersionNumber = z.int().min(1)

const Path = z.array(z.string())

/** Options of every change. */
export const CHANGE_OPTIONS = {
  by: AuthorSchema.optional().meta({
    description: 'Default: a person for an edit or a rollback, else a mutation'
  }),
  why: z.string().optional(),
  version: VersionNumber.optional().meta({
    description: 'The version that the change was made for; refused if another one is current'
  })
} as const

export const Agent = z
  .strictObject({ name: z.string(), version: z.int(), changedAt: Moment })
  .meta({ id: 'Agent', description: 'An agent, and the current version of its persona' })

export const PersonaVersion = z
  .strictObject({
    number: z.int(),
    parent: z.int().optional(),
    at: Moment,
    by: AuthorSchema,
    origin: OriginSchema,
    why: z.string().optional(),
    changes: z.array(
      z.strictObject({
        path: Path,
        before: JsonValue.optional(),
        after: JsonValue.optional()
      })
    )
  })
  .meta({ id: 'PersonaVersion' })

export const PersonaConflicts = z.array(
  z.strictObject({
    path: Path,
    reason: z.enum(['edited', 'invalid']),
    expected: JsonValue.optional(),
    found: JsonValue.optional(),
    problem: z.string().optional(),
    since: z.array(z.int())
  })
)

export const PersonaInversion = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('inverted'), version: PersonaVersion }),
  z.strictObject({
    status: z.literal('conflict'),
    conflicts: PersonaConflicts
  })
])

export const PersonaPrompt = z.strictObject({
  text: z.string(),
  tokens: z.int(),
  omitted: z.strictObject({ traits: z.array(z.string()), skills: z.array(z.string()) })
})
