/** Options of one run of a skill. */
import { z } from 'zod'
import { Signal } from '../../arguments/index.ts'
import type { HostFunction } from '../../sandbox/index.ts'

const Positive = z.int().min(1)

export const RunOptions = z.strictObject({
  /** Functions that the skill may call, by name; it can reach nothing else. Not for prompts. */
  grants: z
    .record(
      z.string().min(1).max(64),
      z.custom<HostFunction>((value) => typeof value === 'function', 'is not a function')
    )
    .optional(),
  limits: z
    .strictObject({
      memoryBytes: Positive,
      stackBytes: Positive,
      cpuMs: Positive,
      wallMs: Positive,
      outputBytes: Positive,
      hostCalls: z.int().min(0)
    })
    .partial()
    .optional(),
  /** Seed of time and randomness in the sandbox. Default: derived from source and input. */
  seed: z.string().max(256).optional(),
  /** False: the run is no trial, for instance if `recordOutcome` follows. */
  record: z.boolean().default(true),
  signal: Signal
})

/**
 * Options of one run of a skill.
 *
 * @interface
 */
export type RunOptions = z.input<typeof RunOptions>
