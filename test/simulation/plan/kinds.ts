/** The kinds of steps that a plan is made of. A kind that stands twice is twice as frequent. */

/** Work of an agent; `subject` chooses a fact, a record or a goal. */
export const WORK = [
  'distill',
  'distill',
  'distill',
  'broadcast',
  'broadcast',
  'vouch',
  'dispute',
  'stale',
  'retract',
  'revote',
  'forget',
  'recall',
  'insights',
  'goal',
  'insert-step',
  'edit-step',
  'move-step',
  'remove-step',
  'insert-steps',
  'read-steps',
  'add-skill',
  'use-skill',
  'use-skill',
  'compact',
  'rebuild-filters',
  'synchronize'
] as const

/** Part of chains only: votes on several records at the same time. */
export const CHAINED_WORK = ['revote-all'] as const

/** What goes wrong, and what ends it. */
export const FAULTS = [
  'crash-process',
  'crash-power',
  'crash-between-writes',
  'crash-between-writes',
  'restart',
  'absence',
  'partition',
  'heal',
  'break-connection',
  'slow-node',
  'disk-full',
  'slow-disk'
] as const

/** Added in a closed swarm. */
export const CLOSED_WORK = ['count', 'count', 'publish-counts', 'revote', 'revote'] as const

/** Authors change at each: a kept one goes on after a restart. */
export const CLOSED_STEPS = [
  ...CLOSED_WORK,
  'restart',
  'restart',
  'restart',
  'crash-process'
] as const

/** A power failure that tears the log of the disk, and one with a bit that flips at rest. */
export const DISK_FAULTS = ['torn-log', 'torn-log', 'flipped-bit'] as const

/** A directory is copied, the copy is put back, and a store is of an older version. */
export const DIRECTORY_STEPS = ['copy', 'restore', 'downgrade'] as const

/**
 * A newcomer joins by an invite, somebody else shows the same invite, a member is revoked, and the
 * successor of the root takes over.
 */
export const DOOR_STEPS = ['join', 'steal', 'revoke', 'succeed'] as const

/** A node is updated to the later version, which reads what the newer one publishes, or goes back. */
export const UPDATE_STEPS = ['update', 'go-back'] as const

export type WorkKind =
  | (typeof WORK)[number]
  | (typeof CLOSED_WORK)[number]
  | (typeof CHAINED_WORK)[number]

export type StepKind =
  | WorkKind
  | (typeof FAULTS)[number]
  | 'week'
  | 'set-clock'
  | 'lie'
  | (typeof DOOR_STEPS)[number]
  | (typeof UPDATE_STEPS)[number]
  | (typeof DISK_FAULTS)[number]
  | (typeof DIRECTORY_STEPS)[number]
