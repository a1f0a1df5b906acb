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
  /** Thrown when a text may tell too much to leave this node; the message says why. */
  | 'WITHHELD'
  /** Thrown when there is no goal, or no record, of that id on this node. */
  | 'GOAL_UNKNOWN'
  /** Thrown when a goal would be part of itself. */
  | 'GOAL_CYCLE'
  /** Thrown when a goal or a playbook would have more than it may. */
  | 'LIMIT_EXCEEDED'
  /** Thrown when a playbook has no such step (any longer). */
  | 'STEP_UNKNOWN'
  /** Thrown when the hive is used after `stop()`, or a playbook after `close()`. */
  | 'STOPPED'

export class HiveError extends Error {
  override readonly name = 'HiveError'
  readonly code: HiveErrorCode

  constructor(code: HiveErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
