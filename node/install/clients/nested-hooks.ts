/** Hooks in the form of Claude Code, which Codex and Gemini CLI share. */
import { HOOK_TIMEOUT, hookCommand } from '../launch.ts'
import type { ClientName, Launch } from '../client.ts'
import type { Hook } from '../edits/json-hooks.ts'
import type { HookEvent, HookShell } from '../launch.ts'

/**
 * The client's event, the event of hive, what the client's event must match, and further properties
 * of the hook.
 */
export type HookRow = readonly [
  on: string,
  event: HookEvent,
  matcher?: string,
  more?: Readonly<Record<string, unknown>>
]

export interface NestedHooks {
  readonly host: ClientName
  readonly shell: HookShell
  /** Of the client's time unit, in seconds. */
  readonly unit?: number
}

export function nestedHooks(
  launch: Launch,
  { host, shell, unit = 1 }: NestedHooks,
  rows: readonly HookRow[]
): Hook[] {
  return rows.map(([on, event, matcher, more]) => {
    const command = hookCommand(launch, event, host, shell)
    const hook = { type: 'command', command, timeout: HOOK_TIMEOUT / unit, ...more }
    return { on, event, value: { ...(matcher === undefined ? {} : { matcher }), hooks: [hook] } }
  })
}
