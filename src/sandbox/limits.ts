/** The limits of a run. */
import { z } from 'zod'

const KIB = 1024
const MIB = 1024 * KIB

/**
 * The engine's own stack is 1 MiB and has no guard page: beyond half of it, deep recursion in C
 * could overwrite the heap before it is noticed.
 */
const MAX_STACK = 512 * KIB

export const Limits = z.strictObject({
  /** Bytes of the heap of the run. An empty heap takes about 100 KiB. */
  memoryBytes: z
    .int()
    .min(256 * KIB)
    .max(256 * MIB)
    .default(16 * MIB),
  stackBytes: z
    .int()
    .min(16 * KIB)
    .max(MAX_STACK)
    .default(256 * KIB),
  /** Milliseconds of execution of the source itself. */
  cpuMs: z.int().min(1).max(600_000).default(1_000),
  /** Milliseconds from start to end, including host functions. */
  wallMs: z.int().min(1).max(3_600_000).default(2_000),
  /** Bytes of the result as JSON, and of the log. */
  outputBytes: z
    .int()
    .min(1)
    .max(16 * MIB)
    .default(256 * KIB),
  hostCalls: z.int().min(0).max(100_000).default(100)
})

export type Limits = Readonly<z.output<typeof Limits>>

export const DEFAULT_LIMITS: Limits = Limits.parse({})
