/** Bounds and figures of the evolution of personas. */

/** Outcomes that the baseline has at most: the latest ones. */
export const MAX_BASELINE = 200

/** Outcomes that a baseline needs before a mutation is tried against it. */
export const MIN_BASELINE = 30

/** Outcomes of the baseline between two trials: harmful mutations do not follow each other at once. */
export const MIN_REST = 3

/** Sessions of a window, at least and at most; and those of the first one. */
export const MIN_WINDOW = 20
export const MAX_WINDOW = 80
export const FIRST_WINDOW = 40

/** Outcomes of a window before which nothing is decided. */
export const MIN_TRIALS = 10

/** Outcomes of the baseline that a class of task needs to be compared alone; classes compared. */
export const MIN_TASK_BASELINE = 10
export const MAX_TASKS_TESTED = 8

/** A mutation whose success rate is this far below the baseline's is harmful. */
export const HARM_MARGIN = 0.1

/** At most this share of harmful mutations is ever kept, for a baseline that is known. */
export const HARM_ALPHA = 0.01

/** Standard errors by which the estimate of the baseline is raised for that: it is not known. */
export const MARGIN_Z = 0.9

/** Standard errors above the baseline from which a mutation is likely better: 93 %, and 99 %. */
export const BETTER_Z = 1.5
export const TASK_BETTER_Z = 2.33

/** Standard errors above the baseline from which a window goes on, up to `MAX_WINDOW` sessions. */
export const EXTEND_Z = 1.28

/** Standard errors below the baseline at which a window ends, and from which it is worse. */
export const WEAK_Z = 0.5
export const WORSE_Z = 1.28

/** Tries of a mutation that showed no gain, while the persona is the same: evidence adds up. */
export const MAX_TRIES = 6

/** Stored outcomes of a mutation: those of all its tries with one persona. */
export const MAX_EVIDENCE = 200

/** Outcomes of a further try before which nothing is decided. */
export const MIN_FRESH = 5

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

/** Rules of the hive that are tried together. */
export const MAX_COMBINED_RULES = 4

/** A single rule ends an own trial whose probability of being better is below this one. */
export const SUPERSEDED_BELOW = 0.3

/** The share of the hive's rules that must have held here for them to come first. */
export const MIN_CREDIBILITY = 0.4

/** The tag of rules of personas. */
export const RULE_TAG = 'persona-rule'
