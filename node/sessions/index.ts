/** The sessions of agents whose clients run hooks, as a running node remembers them. */
export { HOOK_EVENTS } from './hook-event.ts'
export { Sessions } from './sessions.ts'
export type { HookEvent, HookEventName } from './hook-event.ts'
