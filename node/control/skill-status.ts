/** The statuses of skills, for commands that must not load the library. */
import { z } from 'zod'

export const SkillStatusName = z.enum([
  'sandbox',
  'experimental',
  'pre-warming',
  'verified',
  'blacklisted'
])

export type SkillStatusName = z.output<typeof SkillStatusName>
