/** Shapes that several topics share. Lengths and ranges are those of the library. */
import { z } from 'zod'
import { readTime, TIME_FORMS } from '../../time.ts'

/** Text or milliseconds; never a guess. */
export const Time = z
  .custom<Date | number | string>()
  .transform((value, context) => {
    const time = readTime(value)
    if (time !== undefined) return time
    context.addIssue({ code: 'custom', message: `must be ${TIME_FORMS}` })
    return z.NEVER
  })
  .meta({ type: ['string', 'integer'], description: `Must be ${TIME_FORMS}` })

/** A time in a result. */
export const Moment = z.string().meta({ format: 'date-time' })

export const Id = z
  .string()
  .min(1)
  .max(128)
  .meta({ description: 'An id, or its beginning of at least 6 digits that no other id has' })

export const Confidence = z.number().min(0).max(1)
export const Count = z.int().min(0)
export const Tags = z.array(z.string())
export const Empty = z.strictObject({})
export const Changed = z.strictObject({ changed: z.boolean() })

export const Release = z
  .enum(['quarantined', 'released'])
  .meta({ description: 'Whether it may influence the agents of this node' })

export const InstructionFlag = z
  .enum([
    'override',
    'role',
    'markup',
    'secrecy',
    'exfiltration',
    'execution',
    'hidden-text',
    'directive'
  ])
  .meta({ description: 'The kind of order to a model that the text resembles' })

/** An id in examples. */
export const EXAMPLE_ID = '9f2c4be1a07d3c5586f1c1be0c2e4e1f63f2a4be9a1d0c7b55d2f7b7a90e1c34'
