/** Bounds and figures of the evolution of personas. */

/** Outcomes that the baseline has at most: the latest ones. */
export const MAX_BASELINE = 200

/** Outcomes that a baseline needs before a mutation is tried against it. */
export const MIN_BASELINE = 20

/** Sessions of a window, at least and at most; and those of the first one. */
export const MIN_WINDOW = 20
export const MAX_WINDOW = 200
export const FIRST_WINDOW = 60

/** Outcomes of a window before which nothing is decided. */
export const MIN_TRIALS = 8

/** Outcomes of the baseline that a class of task needs for a bet of its own; classes with one. */
export const MIN_TASK_BASELINE = 10
export const MAX_TASKS_TESTED = 8

/** A mutation is kept if a bet on it has multiplied its stake by 1/alpha. */
export const KEEP_ALPHA = 0.1

/** A mutation is taken back at once if a bet against it has; this can only harm the mutation. */
export const HARM_ALPHA = 0.2

/** How far the bound of the baseline is from its estimate, in standard errors: 80 %, one-sided. */
export const BOUND_Z = 0.84

/** Share of the range by which a number is moved, at least and at most; and the first one. */
export const MIN_STEP = 0.05
export const MAX_STEP = 0.5
export const FIRST_STEP = 0.25

/** Stored trials of an agent; the oldest go. */
export const MAX_TRIALS = 1_000

/** Milliseconds for which evidence against a mutation stands: 90 days. */
export const EVIDENCE_TIME = 90 * 24 * 60 * 60 * 1000

/** Rules of the hive that are read for one proposal. */
export const MAX_RULES = 200

/** The tag of rules of personas. */
export const RULE_TAG = 'persona-rule'
