/** Bounds of a check. */

/** Levels of subgoals below a goal that a persona serves, and goals in all. */
export const MAX_DEPTH = 6
export const MAX_GOALS = 200

/** Goals that a check reads: those without a counted link to their parent are read, too. */
export const MAX_READ_GOALS = 1_000

/** Goals whose ids the text of a persona may name. */
export const MAX_NAMED_GOALS = 8

/** Other personas that a check reads. */
export const MAX_PERSONAS = 1_000

export const MAX_FINDINGS = 100

/** Characters of a title, or of a model's reason, in a finding. */
export const MAX_TITLE = 80
export const MAX_WHY = 300

/** Goals that a question to a model quotes, and characters of each text. */
export const MAX_ASKED_GOALS = 30
export const MAX_ASKED_TEXT = 4_000
export const MAX_ASKED_GOAL_TEXT = 500
