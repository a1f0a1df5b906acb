/** Limits of the members of a swarm, each with its reason. Times are seconds. */

/** Certificates from a member to the root: the root invites inviters, and they invite once more. */
export const MAX_CHAIN = 4

/** Bytes of the digest that binds a swarm's name to its root: a second preimage costs 2^128. */
export const BINDING_BYTES = 16

/** What one inviter may issue; a swarm with more members has several inviters. */
export const MAX_INVITES = 4_096

/** Numbers of the root's certificates. */
export const MAX_NUMBER = 2 ** 32 - 1

/** 34,000 years; keeps a time below 6 bytes. */
export const MAX_SECONDS = 2 ** 40

/** Ids that one revocation or succession keeps: 64 kB. The root issues the others again. */
export const MAX_KEPT = 2_000

/** A succession that keeps the most, with its keys, signature and lengths. */
export const MAX_STATEMENT_BYTES = MAX_KEPT * 32 + 512

/**
 * Members of one inviter, beyond its maximum, that make place for others of a lower position. Rings accept
 * also void certificates, so each is another voice of an inviter that cheats.
 */
export const MAX_REPLACED = 8

/** Statements of one swarm, and their bytes: each is resident, about 1 kB with its indexes. */
export const MAX_STATEMENTS = 65_536
/** See `MAX_STATEMENTS`. */
export const MAX_STATEMENTS_BYTES = 32 * 1024 * 1024

/** Statements below one certificate of the root, so that one inviter cannot fill the set. */
export const MAX_BRANCH_STATEMENTS = 16_384

/** Successions of one swarm: only holders of its roots can make any. */
export const MAX_SUCCESSIONS = 16

/** Statements that wait in memory for the statement they build on; the oldest go first. */
export const MAX_WAITING = 1_024
/** Bytes of waiting statements. */
export const MAX_WAITING_BYTES = 1024 * 1024

/** An epoch of voices: a week. */
export const EPOCH_SECONDS = 7 * 24 * 60 * 60
