/** Errors of the library that agents embed. */

export type HiveErrorCode =
  /** Thrown when an option is unknown, missing or of the wrong type. */
  | 'OPTIONS_INVALID'
  /** Thrown when an argument of a call is of the wrong type or out of range. */
  | 'ARGUMENT_INVALID'
  /** Thrown when an agent of that name exists already. */
  | 'AGENT_EXISTS'
  /** Thrown when a fact would exceed the node's quota. */
  | 'QUOTA_EXCEEDED'
  /** Thrown when the hive holds no record of that id here, or this node no fact of it. */
  | 'RECORD_UNKNOWN'
  /** Thrown when what is to be shared may tell too much, or is private. */
  | 'WITHHELD'
  /** Thrown when the embedding provider fails or answers wrongly; worth another attempt. */
  | 'EMBEDDING_FAILED'
  /** Thrown when the embedding provider takes none of these texts. */
  | 'EMBEDDING_REFUSED'
  /** Thrown when there is no goal, or no record, of that id on this node. */
  | 'GOAL_UNKNOWN'
  /** Thrown when a goal would be part of itself. */
  | 'GOAL_CYCLE'
  /** Thrown when a goal or a playbook would have more than it may. */
  | 'LIMIT_EXCEEDED'
  /** Thrown when a playbook has no such step (any longer). */
  | 'STEP_UNKNOWN'
  /** Thrown when there is no skill of that id or name on this node. */
  | 'SKILL_UNKNOWN'
  /** Thrown when a skill's status does not allow what was asked: it is untested, or blacklisted. */
  | 'SKILL_STATUS'
  /** Thrown when a skill's source, its input or its output is not what the skill declares. */
  | 'SKILL_FAILED'
  /** Thrown when a folder is not a skill's, or cannot be read or written as one. */
  | 'SKILL_FOLDER'
  /** Thrown when the hive is used after `stop()`, or a playbook after `close()`. */
  | 'STOPPED'

/** Thrown by calls of this library. `code` says what happened; match on it, not on the message. */
export class HiveError extends Error {
  override readonly name = 'HiveError'
  readonly code: HiveErrorCode

  constructor(code: HiveErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
