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

/** The most bytes of text: source, input, and each answer of a host function. */
export const MAX_INPUT_BYTES = 4 * MIB

/** Deeper JSON is refused, since its next reader may recurse. */
export const MAX_DEPTH = 200

/** Characters of an error of the source that are reported. */
export const MAX_ERROR_LENGTH = 500

/** Stored lines of the log. */
export const MAX_LOG_LINES = 1_000

/** Runs that wait for a thread. */
export const MAX_QUEUED = 1_000

/** Sources kept ready; each takes about 300 KiB in each thread. */
export const MAX_WARM_SOURCES = 64

/**
 * Threads stop a run by themselves. A thread that does not is terminated this many milliseconds
 * after the limit.
 */
export const GRACE_MS = 20

/** A thread that needs longer to free the memory of a run is replaced. */
export const CLEANUP_MS = 500

/**
 * Memory of the engine in a thread. It never shrinks, so a thread that needed this much is
 * replaced.
 */
export const RETIRE_BYTES = 96 * MIB
