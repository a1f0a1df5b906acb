/** Bounds of what governance stores. */

/** Stored changes of limits and freezes of an agent; the latest one has the current state. */
export const MAX_CHANGES = 100

/** Characters of a reason, and of the name of a person. */
export const MAX_WHY_LENGTH = 500
export const MAX_NAME_LENGTH = 100

/** Milliseconds of a day; days begin at midnight UTC, as budgets do. */
export const DAY = 86_400_000
