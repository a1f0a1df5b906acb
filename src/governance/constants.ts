/** Bounds of what governance stores. */

/** Stored changes of limits and freezes of an agent; the latest one has the current state. */
export const MAX_CHANGES = 100

/** Characters of a reason, and of the name of a person. */
export const MAX_WHY_LENGTH = 500
export const MAX_NAME_LENGTH = 100

/** Milliseconds of a day; days begin at midnight UTC, as budgets do. */
export const DAY = 86_400_000

/** Stored previews and containments. */
export const MAX_CONTAINMENTS = 100

/** Publications that a preview lists, and facts and agents that it names for one of them. */
export const MAX_LISTED = 1_000
export const MAX_NAMED = 16

/** Publications that are withdrawn in one commit; 500 votes are one entry. */
export const WITHDRAW_BATCH = 200

/** Sessions that drift is computed of: as many rows as a journal has. */
export const MAX_SESSIONS = 5_000
