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

/** Trials within which promotion is predicted: at a success rate of 0.95 more than 99 % need fewer. */
export const WINDOW = 200

/** The rate that the drift test looks for in a promoted skill. */
export const DRIFT_RATE = 0.6

/**
 * Mean trials between two false alarms at a rate of exactly 0.8, at least; far more for better
 * skills.
 */
export const TRIALS_BETWEEN_ALARMS = 2_000

/** An alarm is a collapse if at most this share of the trials that raised it succeeded. */
export const COLLAPSE_RATE = 0.2

/** Trials of one remote author that count, so that no author outweighs others by their number. */
export const REMOTE_TRIALS = 30

/**
 * Remote evidence counts for at most half of the way: log 10 of log 100. Local trials decide the
 * rest.
 */
export const MAX_HEAD_START = 10
