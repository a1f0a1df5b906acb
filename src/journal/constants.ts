/** Bounds of the journal of an agent. */

/** Stored rows of an agent; a new row then replaces the oldest one. */
export const MAX_ROWS = 5_000

/** Characters of the name of an action, of a run id, and of a class of error. */
export const MAX_ACTION_LENGTH = 100
export const MAX_RUN_LENGTH = 100
export const MAX_ERROR_LENGTH = 64

/** Rows that one call lists. */
export const MAX_LISTED = 1_000
export const DEFAULT_LISTED = 50

/** Classes of error, tasks and actions that a summary names. */
export const MAX_NAMED = 20

/** The task of an outcome whose caller names none. */
export const ANY_TASK = 'all'
