/** Options of one run of a skill. */
import { z } from 'zod'
import { Signal } from '../../arguments/index.ts'
import { MAX_RUN_LENGTH } from '../constants.ts'
import type { HostFunction } from '../../sandbox/index.ts'

/** Names a run within its skill; the same run counts once. */
export const RunId = z.string().min(1).max(MAX_RUN_LENGTH)

/**
 * Names the task, session or user that the run belongs to. All uses of one caller within an hour
 * count as one use in the tests of the rate, since they succeed or fail together.
 */
export const CallerName = z.string().min(1).max(MAX_RUN_LENGTH)

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
  /**
   * False: the run is no trial. `later`: `recordOutcome` reports the outcome with the id of the
   * run, within an hour; until then it holds a promotion back. A failed run is recorded at once.
   */
  record: z.union([z.boolean(), z.literal('later')]).default(true),
  run: RunId.optional(),
  caller: CallerName.optional(),
  signal: Signal
})

/**
 * Options of one run of a skill.
 *
 * @interface
 */
export type RunOptions = z.input<typeof RunOptions>
