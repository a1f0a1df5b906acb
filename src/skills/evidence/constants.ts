/** Bounds of the evidence for and against a skill. */

/** A skill that succeeds no more often than this must not be promoted. */
export const PROMOTION_RATE = 0.8

/**
 * A skill that succeeds at least this often must not be rejected; between the two bounds it stays
 * on trial.
 */
export const REJECTION_RATE = 0.5

/**
 * At most this share of skills at the bound is ever promoted, or rejected, at any number of looks.
 */
export const ALPHA = 0.01

/** Uses within which promotion is predicted: at a success rate of 0.95 more than 99 % need fewer. */
export const WINDOW = 300

/**
 * Milliseconds after which a run without an outcome expires: until then it holds promotion back, and
 * a caller that ended never reports it.
 */
export const RUN_TIMEOUT = 3_600_000

/** Uses of one caller that began within this many milliseconds of the first one are one block. */
export const BLOCK_TIME = 3_600_000

/** Runs of one skill that are followed until their outcome; further ones count when it comes. */
export const MAX_RUNS_OUT = 500

/** Uses of one skill that wait for an earlier one; beyond them the earliest one ends. */
export const MAX_WAITING = 1_000

/**
 * Distances of outcomes that the tests of promotion join, beside neighbours: callers without names
 * that take turns, at most 5 of them. A stride more costs power (docs/decisions/skill-evidence.md).
 */
export const STRIDES = [2, 3, 4, 5] as const

/** Callers of one skill that are followed by name. */
export const MAX_CALLERS = 32

/** Outcomes of others after which a new caller takes the place of one that did not return. */
export const CALLER_REST = 200

/** The rate that the drift test looks for in a promoted skill. */
export const DRIFT_RATE = 0.6

/** The correlation of neighbours that the drift test assumes. */
export const DRIFT_CORRELATION = 0.3

/**
 * Mean uses between two false alarms at a rate of exactly 0.8 and that correlation, at least; far
 * more for better skills.
 */
export const TRIALS_BETWEEN_ALARMS = 2_000

/** Trials of one remote author that count, so that no author outweighs others by their number. */
export const REMOTE_TRIALS = 30

/**
 * Remote evidence counts for at most half of the way: log 10 of log 100. Local trials decide the
 * rest.
 */
export const MAX_HEAD_START = 10
