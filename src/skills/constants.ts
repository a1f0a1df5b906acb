/** Bounds of skills and of their stored history. */

/** The convention of skill folders that agent tools read: lower case, digits and hyphens. */
export const MAX_NAME_LENGTH = 64
export const MAX_DESCRIPTION_LENGTH = 1_024
export const MAX_LICENCE_LENGTH = 128

/**
 * Tests run before a skill is used at all; larger suites belong to the project that the skill comes
 * from.
 */
export const MAX_TESTS = 100

/** A skill has few parents; a lineage is traversed in memory. */
export const MAX_PARENTS = 8
export const MAX_LINEAGE = 1_000

/** Each is held in memory, at most 32 KiB each: 10,000 of a typical 2 KiB are 20 MB. */
export const MAX_SKILLS = 10_000

/** Agents that are noted of a skill. */
export const MAX_AGENTS = 16

/** Removed skills that are remembered. */
export const MAX_REMOVED = 10_000

/** Latest transitions stored for each skill. */
export const MAX_TRANSITIONS = 100

/** Latest failures stored for each skill, and characters of the input and the error of each. */
export const MAX_FAILURES = 20
export const MAX_SAMPLE_LENGTH = 2_048
export const MAX_ERROR_LENGTH = 500

/** Latest run ids of the node that are remembered, of all skills: about 8 MB in memory. */
export const MAX_KNOWN_RUNS = 65_536

/** Characters of a run id, and of the name of a caller. */
export const MAX_RUN_LENGTH = 128

/** Latest receipts stored for each skill until they are published. */
export const MAX_RECEIPTS = 8

/** Bytes of a receipt's input as JSON: a published run is an example, not a data set. */
export const MAX_RECEIPT_BYTES = 512

/**
 * Authors of false receipts that are remembered. New keys cost nothing, so a larger list would not
 * help.
 */
export const MAX_FALSE_RECEIPTS = 10_000

/**
 * A warm-up starts at either of the first two bounds, and ends below both of the others. Measured
 * on 1,000 streams with rates from the prior: 4.5 % of warm-ups are wasted, and a promoted skill has
 * been warm for 53 uses (median).
 */
export const WARM_PROGRESS = 0.8
export const WARM_PREDICTION = 0.95
export const COOL_PROGRESS = 0.3
export const COOL_PREDICTION = 0.3

/** Progress of the evidence at which a skill is promoted, made warm, and no longer kept warm. */
export const SKILL_THRESHOLDS = {
  promotion: 1,
  warm: WARM_PROGRESS,
  cool: COOL_PROGRESS
} as const

/** Concurrent warm-ups: the pool has other work too. */
export const MAX_CONCURRENT_WARM_UPS = 1

/** Skills kept warm; the least promising ones are cooled to make room. */
export const MAX_WARM_SKILLS = 32

/** The most milliseconds of one warm-up, including tests and documentation. */
export const WARM_TIMEOUT = 60_000

/** Milliseconds after the start before skills are made warm again; a short command needs none. */
export const WARM_DELAY = 1_000

/** Milliseconds after which an outcome is fsynced: a loss of power may lose this much. */
export const SYNC_INTERVAL = 1_000

/** Stored characters of a skill's documentation. */
export const MAX_DOCUMENTATION = 8_192

/** Transitions and failures that wait in memory while writes fail; older ones are dropped. */
export const MAX_UNWRITTEN = 10_000
