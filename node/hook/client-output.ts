/** What a hook prints: the form in which each client passes text to its model. */

export interface OutputInit {
  readonly event: string
  readonly host: string
  /** The client's own name of the event, if it sends one. */
  readonly name?: string
}

/** Names under which clients take context at an event. */
const NESTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'claude-code': {
    'session-start': 'SessionStart',
    compact: 'SessionStart',
    prompt: 'UserPromptSubmit',
    'tool-failure': 'PostToolUseFailure'
  },
  codex: {
    'session-start': 'SessionStart',
    prompt: 'UserPromptSubmit',
    'tool-failure': 'PostToolUse'
  },
  vscode: { 'session-start': 'SessionStart', 'tool-failure': 'PostToolUse' },
  gemini: {
    'session-start': 'SessionStart',
    prompt: 'BeforeAgent',
    'tool-failure': 'AfterTool'
  }
}

/** Clients that show the printed text as it is. */
const PLAIN: ReadonlySet<string> = new Set(['goose', 'opencode', 'windsurf', 'zed'])

/** Events of Cursor at which it takes context. */
const CURSOR: ReadonlySet<string> = new Set(['session-start', 'tool-failure'])

/** Whether the client reads what a hook prints at an event, other than at the end. */
export function isRead(event: string, host: string): boolean {
  if (PLAIN.has(host) || event === 'stop') return true
  if (host === 'cursor') return CURSOR.has(event)
  return NESTED[host]?.[event] !== undefined
}

/** Empty where the client has no form for the event. */
export function clientOutput({ event, host, name }: OutputInit, lines: readonly string[]): string {
  const text = lines.join('\n')
  if (PLAIN.has(host)) return `${text}\n`
  const output =
    event === 'stop' ? endOutput(host, text) : contextOutput({ event, host, name }, text)
  return output === undefined ? '' : `${JSON.stringify(output)}\n`
}

function contextOutput({ event, host, name }: OutputInit, text: string): object | undefined {
  if (host === 'cursor') return CURSOR.has(event) ? { additional_context: text } : undefined
  const nested = NESTED[host]?.[event]
  if (nested === undefined) return undefined
  const hookSpecificOutput = { hookEventName: nested, additionalContext: text }
  // Copilot CLI reads the hooks of VS Code, and has an event of its own for failures.
  const isFlat = host === 'vscode' && name?.toLowerCase() === 'posttoolusefailure'
  return isFlat ? { additionalContext: text } : { hookSpecificOutput }
}

/** The agent goes on, once, with this text. */
function endOutput(host: string, text: string): object | undefined {
  switch (host) {
    case 'claude-code':
    case 'codex':
      return { decision: 'block', reason: text }
    case 'vscode': {
      const block = { decision: 'block', reason: text }
      return { ...block, hookSpecificOutput: { hookEventName: 'Stop', ...block } }
    }
    case 'gemini':
      return { decision: 'deny', reason: text }
    case 'cursor':
      return { followup_message: text }
    default:
      return undefined
  }
}
