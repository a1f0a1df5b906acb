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

/** Recent transitions kept for each skill; a skill that goes on changing is no longer told in full. */
export const MAX_TRANSITIONS = 100

/** Recent failures kept for each skill, and how much of the input and the error of each. */
export const MAX_FAILURES = 20
export const MAX_SAMPLE_BYTES = 2_048
export const MAX_ERROR_LENGTH = 500

/** What is made ready in the background starts at these, and stops below the lower ones. */
export const WARM_PROGRESS = 0.8
export const WARM_PREDICTION = 0.9
export const COOL_PROGRESS = 0.5
export const COOL_PREDICTION = 0.5
