/** Bounds of skills and what is kept of them. */

/** Of the convention for skill folders that agent tools read: lower case, digits and hyphens. */
export const MAX_NAME_LENGTH = 64
export const MAX_DESCRIPTION_LENGTH = 1_024

/** Tests are run before a skill is used at all; more belong into the project they come from. */
export const MAX_TESTS = 100

/** A skill comes from few others; a lineage is walked in memory. */
export const MAX_PARENTS = 8
export const MAX_LINEAGE = 1_000

/** Each is held in memory, at most 32 KiB each: 10,000 of a typical 2 KiB are 20 MB. */
export const MAX_SKILLS = 10_000

/** Removed skills that are remembered as such. */
export const MAX_REMOVED = 10_000

/** Recent transitions kept for each skill; a skill that goes on changing is no longer told in full. */
export const MAX_TRANSITIONS = 100

/** Recent failures kept for each skill, and how many characters of the input and the error of each. */
export const MAX_FAILURES = 20
export const MAX_SAMPLE_LENGTH = 2_048
export const MAX_ERROR_LENGTH = 500

/** Receipts kept of each skill's runs until they are published: the latest. */
export const MAX_RECEIPTS = 8

/** Bytes of a receipt's input as JSON: what is published of runs is an example, not a data set. */
export const MAX_RECEIPT_BYTES = 512

/** Authors that were caught lying and are remembered; keys are free, so more would help nobody. */
export const MAX_FALSE_RECEIPTS = 10_000

/**
 * What is made ready in the background starts at either of the first two, and stops below both of the
 * others. Measured on 40,000 streams with rates from the prior: 8 % of warm-ups are wasted, and what is
 * promoted has been warm for 8 trials (median). At 0.9, 0.5 and 0.5 it would be 17 % and 12 trials.
 */
export const WARM_PROGRESS = 0.8
export const WARM_PREDICTION = 0.95
export const COOL_PROGRESS = 0.3
export const COOL_PREDICTION = 0.3

/** Warm-ups at once: the pool has other work too. */
export const MAX_CONCURRENT_WARM_UPS = 1

/** Skills kept warm in all; the least promising make room for others. */
export const MAX_WARM_SKILLS = 32

/** Milliseconds that one warm-up may take, its tests and its documentation included. */
export const WARM_TIMEOUT = 60_000

/** Milliseconds after the start before skills are made warm again: a short command needs none. */
export const WARM_DELAY = 1_000

/** Milliseconds after which an outcome is on disk: what a loss of power may forget. */
export const SYNC_INTERVAL = 1_000

/** Characters of a skill's documentation that are kept. */
export const MAX_DOCUMENTATION = 8_192

/** Transitions and failures that wait in memory while the disk takes nothing; older ones are let go. */
export const MAX_UNWRITTEN = 10_000
