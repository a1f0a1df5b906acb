/** Errors of the library that agents embed. */
import { CodedError, errorOf, messageOf } from '../crdt/errors.ts'

export { CodedError, errorOf, messageOf }

/** Why a call of this library failed. */
export type HiveErrorCode =
  /** Thrown when an option is unknown, missing or of the wrong type. */
  | 'OPTIONS_INVALID'
  /** Thrown when an argument of a call is of the wrong type or out of range. */
  | 'ARGUMENT_INVALID'
  /** Thrown when several ids begin with the digits of an argument. The message names some of them. */
  | 'ID_AMBIGUOUS'
  /** Thrown when an agent of that name exists. */
  | 'AGENT_EXISTS'
  /** Thrown when this node has no agent of that name. */
  | 'AGENT_UNKNOWN'
  /**
   * Thrown when a person has frozen the agent: it can read, and neither store, publish, call models
   * nor run skills.
   */
  | 'AGENT_FROZEN'
  /** Thrown when no preview and no containment of that id is stored. */
  | 'PREVIEW_UNKNOWN'
  /** Thrown when no case of that id is stored. */
  | 'CASE_UNKNOWN'
  /** Thrown when nothing about a claim or a rule is disputed, so that there is nothing to decide. */
  | 'CASE_UNDISPUTED'
  /** Thrown when a case is decided already, or has no decision to reverse. */
  | 'CASE_STATE'
  /** Thrown when an agent has no persona. */
  | 'PERSONA_UNKNOWN'
  /** Thrown when a persona has no such version, or no longer has it. */
  | 'VERSION_UNKNOWN'
  /** Thrown when a persona has changed since the version that an edit names. */
  | 'PERSONA_CHANGED'
  /** Thrown when a mutation does not fit the persona: its trait, policy, skill or bound. */
  | 'MUTATION_INVALID'
  /** Thrown when a mutation of the persona is on trial already. */
  | 'TRIAL_RUNNING'
  /** Thrown when an agent has no session of that id, or no longer has it. */
  | 'SESSION_UNKNOWN'
  /** Thrown when an agent has a session of that id. */
  | 'SESSION_EXISTS'
  /** Thrown when a session has ended. */
  | 'SESSION_ENDED'
  /** Thrown when a fact would exceed the node's quota. */
  | 'QUOTA_EXCEEDED'
  /** Thrown when this node has no record or fact of that id. */
  | 'RECORD_UNKNOWN'
  /** Thrown when a text may disclose too much, or is private. */
  | 'WITHHELD'
  /** Thrown when the search index fails: its file is damaged, or the disk is full. */
  | 'SEARCH_FAILED'
  /**
   * Thrown when the embedding provider fails or returns an invalid answer; another attempt may
   * succeed.
   */
  | 'EMBEDDING_FAILED'
  /** Thrown when the embedding provider refuses all of these texts. */
  | 'EMBEDDING_REFUSED'
  /** Thrown when this node has no goal, or no record, of that id. */
  | 'GOAL_UNKNOWN'
  /** Thrown when a goal would become its own subgoal. */
  | 'GOAL_CYCLE'
  /** Thrown when a goal or a playbook would exceed a limit, or an agent a limit of its own. */
  | 'LIMIT_EXCEEDED'
  /** Thrown when a playbook has no such step. */
  | 'STEP_UNKNOWN'
  /** Thrown when this node has no skill of that id or name. */
  | 'SKILL_UNKNOWN'
  /** Thrown when a skill's status does not allow the call: it is untested, or blacklisted. */
  | 'SKILL_STATUS'
  /** Thrown when a skill's source, input or output does not match its declaration. */
  | 'SKILL_FAILED'
  /** Thrown when a folder is not a skill folder, or cannot be read or written. */
  | 'SKILL_FOLDER'
  /** Thrown when the swarm of the node is open: everyone is a member, and there are no certificates. */
  | 'SWARM_OPEN'
  /** Thrown when a backup is incomplete or damaged, or its target is not empty. */
  | 'BACKUP_INVALID'
  /** Thrown when a node is used after `stop()`, or a playbook after `close()`. */
  | 'STOPPED'

/** Thrown by calls of this library. `code` says what happened; match on it, not on the message. */
export class HiveError extends CodedError<HiveErrorCode> {
  override readonly name = 'HiveError'
}
