/** Bounds of cases. */

/** Stored cases; open ones are dropped first, those that are being decided never. */
export const MAX_CASES = 1_000

/** Stored decisions of a case; the oldest goes. */
export const MAX_DECISIONS = 10

/** Values of a case, and rows of evidence for each. */
export const MAX_SIDES = 8
export const MAX_ROWS = 16

/** Claims and records that one collection of evidence reads. */
export const MAX_CLAIMS = 500
export const MAX_RECORDS = 500

/** Votes of a record that are read for its last day. */
export const MAX_DAYS_READ = 64

/** Characters of a reason, and of the name of a person. */
export const MAX_WHY = 500
export const MAX_NAME = 100

/** Characters of each text, rows and citations of a question to a model. */
export const MAX_ASKED_TEXT = 500
export const MAX_ASKED_ROWS = 40
export const MAX_CITATIONS = 16

/** Of the votes that a decision casts. */
export const DECISION_CONFIDENCE = 0.9
