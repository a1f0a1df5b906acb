/** Bounds of personas, of their stored versions, and of sessions. */

/** Characters of names of skills and models; other keys have at most 64. */
export const MAX_SKILL_LENGTH = 128
export const MAX_MODEL_LENGTH = 200

/** Characters of a display name, of role and goal, and of the text of a policy or a trait. */
export const MAX_NAME_LENGTH = 100
export const MAX_PURPOSE_LENGTH = 4_000
export const MAX_TEXT_LENGTH = 1_000

/** Policies, skills, models and traits of a persona: a model follows few of them at once. */
export const MAX_POLICIES = 64
export const MAX_SKILLS = 64
export const MAX_TASKS = 32
export const MAX_TRAITS = 64

/** Options of a choice, and texts of a number. */
export const MAX_OPTIONS = 16

/** Bytes of a persona as canonical JSON: each version is stored whole. */
export const MAX_PERSONA_BYTES = 32_768

/** Stored versions of a persona: the first one and the latest ones. */
export const MAX_VERSIONS = 1_000

/** Characters of a reason, and of an author's name. */
export const MAX_REASON_LENGTH = 500

/** Conflicting versions that a report names for a path. */
export const MAX_NAMED_VERSIONS = 16

/** Stored sessions of an agent. */
export const MAX_SESSIONS = 64

/** Stored interactions of a session, and how many of the beginning are among them. */
export const MAX_INTERACTIONS = 200
export const FIRST_INTERACTIONS = 20

/** Stored bytes of the interactions of a session, and of those of its beginning. */
export const MAX_SESSION_BYTES = 262_144
export const FIRST_BYTES = 65_536

/** Stored characters of an interaction; the rest is cut. */
export const MAX_CONTENT_LENGTH = 8_192
