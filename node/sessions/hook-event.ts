/** What a hook sends to its node. */
export const HOOK_EVENTS = ['session-start', 'prompt', 'tool-failure', 'compact', 'stop'] as const
export type HookEventName = (typeof HOOK_EVENTS)[number]

export interface HookEvent {
  readonly event: HookEventName
  /** The client. */
  readonly host: string
  /** The session, as the client names it; one for each host and project where it names none. */
  readonly session?: string
  readonly project?: string
  /** The prompt, or the output of a command that failed. */
  readonly text?: string
  /** The command that ended. */
  readonly command?: string
  readonly outcome?: 'failed' | 'succeeded'
  /** Whether a hook has already made the agent go on. */
  readonly isContinued?: boolean
  /** Whether the client drops what the hook prints at this event. */
  readonly isUnread?: boolean
}
