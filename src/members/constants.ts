/** Limits of the members of a node, each with its reason. */

/** Seconds of a day. */
export const DAY = 24 * 60 * 60

/** Seconds of an hour. */
export const HOUR = 60 * 60

/** Days that a certificate lasts: a revoked voice that others pass on ends with it at the latest. */
export const DEFAULT_DAYS = 90

/** Ten years: longer than any key should last. */
export const MAX_DAYS = 3_650

/** Days that the certificate of a swarm's first member lasts: two years, since only the root renews it. */
export const FIRST_DAYS = 730

/** Milliseconds before the end of its certificate from which on a node warns: 30 days. */
export const ENDS_SOON = 30 * DAY * 1000

/** Milliseconds that an invite can be used by default: a day. */
export const DEFAULT_INVITE_LIFETIME = DAY * 1000

/** Uses of one invite at most: that of a fleet. */
export const MAX_USES = 1_000

/** Invites that are kept, used or not. */
export const MAX_INVITES_KEPT = 1_000

/**
 * In a swarm with fewer voices a newcomer has one at once: all are in one ring, and a small ring hides
 * little. In a larger one it waits for the next epoch, so that rings do not change within an epoch.
 */
export const VOICE_AT_ONCE_BELOW = 32

/** Members that one listing returns. */
export const MAX_LISTED = 1_000
