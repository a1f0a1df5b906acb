import assert from 'node:assert/strict'
import { readClientInput } from '../../../node/hook/client-input.ts'
import { clientOutput } from '../../../node/hook/client-output.ts'
import type { HookInput } from '../../../node/hook/client-input.ts'

const CWD = '/home/ann/shop'
const COMMAND = 'npm install'
const ERROR = 'npm ERR! code ERESOLVE'
const LINES = ['Lessons', '9f2c4be1a0 own 1v 3d npm']
const TEXT = LINES.join('\n')

interface Case {
  readonly event: string
  /** As the client sends it. */
  readonly input: object
  /** What is read from it, beside the event, the host, the session and the directory. */
  readonly read: Partial<HookInput>
  /** As the client takes it. */
  readonly output: unknown
}

const failed = (text: string): Partial<HookInput> => ({ command: COMMAND, outcome: 'failed', text })
const nested = (hookEventName: string): object => ({
  hookSpecificOutput: { hookEventName, additionalContext: TEXT }
})
const shell = { tool_name: 'Bash', tool_input: { command: COMMAND } }
const claude = { session_id: 's', transcript_path: '/t.jsonl', cwd: CWD }

/** The forms that docs/decisions/hooks.md cites. */
const CASES: Readonly<Record<string, readonly Case[]>> = {
  'claude-code': [
    {
      event: 'session-start',
      input: { ...claude, hook_event_name: 'SessionStart', source: 'startup' },
      read: { name: 'SessionStart' },
      output: nested('SessionStart')
    },
    {
      event: 'compact',
      input: { ...claude, hook_event_name: 'SessionStart', source: 'compact' },
      read: { name: 'SessionStart', isUnread: false },
      output: nested('SessionStart')
    },
    {
      event: 'prompt',
      input: { ...claude, hook_event_name: 'UserPromptSubmit', prompt: 'Fix npm' },
      read: { name: 'UserPromptSubmit', text: 'Fix npm' },
      output: nested('UserPromptSubmit')
    },
    {
      event: 'tool-failure',
      input: {
        ...claude,
        ...shell,
        hook_event_name: 'PostToolUseFailure',
        error: ERROR,
        is_interrupt: false
      },
      read: { name: 'PostToolUseFailure', ...failed(ERROR) },
      output: nested('PostToolUseFailure')
    },
    {
      event: 'tool-failure',
      input: {
        ...claude,
        ...shell,
        hook_event_name: 'PostToolUse',
        tool_response: { stdout: 'added 3 packages', stderr: '', interrupted: false }
      },
      read: { name: 'PostToolUse', command: COMMAND, outcome: 'succeeded' },
      output: nested('PostToolUseFailure')
    },
    {
      event: 'stop',
      input: { ...claude, hook_event_name: 'Stop', stop_hook_active: true },
      read: { name: 'Stop', isContinued: true },
      output: { decision: 'block', reason: TEXT }
    }
  ],
  codex: [
    {
      event: 'session-start',
      input: { ...claude, hook_event_name: 'SessionStart', model: 'm', source: 'resume' },
      read: { name: 'SessionStart' },
      output: nested('SessionStart')
    },
    {
      event: 'compact',
      input: { ...claude, hook_event_name: 'PreCompact', trigger: 'auto' },
      read: { name: 'PreCompact', isUnread: true },
      output: ''
    },
    {
      event: 'prompt',
      input: { ...claude, hook_event_name: 'UserPromptSubmit', turn_id: '1', prompt: 'Fix npm' },
      read: { name: 'UserPromptSubmit', text: 'Fix npm' },
      output: nested('UserPromptSubmit')
    },
    {
      event: 'tool-failure',
      input: {
        ...claude,
        ...shell,
        hook_event_name: 'PostToolUse',
        tool_response: `Exit code: 1\nWall time: 2 seconds\nOutput:\n${ERROR}`
      },
      read: {
        name: 'PostToolUse',
        ...failed(`Exit code: 1\nWall time: 2 seconds\nOutput:\n${ERROR}`)
      },
      output: nested('PostToolUse')
    },
    {
      event: 'tool-failure',
      input: {
        ...claude,
        ...shell,
        hook_event_name: 'PostToolUse',
        tool_response: JSON.stringify({ output: 'done', metadata: { exit_code: 0 } })
      },
      read: { name: 'PostToolUse', command: COMMAND, outcome: 'succeeded' },
      output: nested('PostToolUse')
    },
    {
      event: 'stop',
      input: { ...claude, hook_event_name: 'Stop', stop_hook_active: false },
      read: { name: 'Stop', isContinued: false },
      output: { decision: 'block', reason: TEXT }
    }
  ],
  cursor: [
    {
      event: 'session-start',
      input: { conversation_id: 's', hook_event_name: 'sessionStart', workspace_roots: [CWD] },
      read: { name: 'sessionStart' },
      output: { additional_context: TEXT }
    },
    {
      event: 'tool-failure',
      input: {
        conversation_id: 's',
        hook_event_name: 'postToolUseFailure',
        tool_name: 'Shell',
        tool_input: { command: COMMAND },
        error_message: ERROR,
        failure_type: 'error',
        is_interrupt: false,
        cwd: CWD
      },
      read: { name: 'postToolUseFailure', ...failed(ERROR) },
      output: { additional_context: TEXT }
    },
    {
      event: 'stop',
      input: {
        conversation_id: 's',
        hook_event_name: 'stop',
        status: 'completed',
        loop_count: 0,
        workspace_roots: [CWD]
      },
      read: { name: 'stop', isContinued: false },
      output: { followup_message: TEXT }
    }
  ],
  vscode: [
    {
      event: 'session-start',
      input: { ...claude, hook_event_name: 'SessionStart', source: 'new' },
      read: { name: 'SessionStart' },
      output: nested('SessionStart')
    },
    {
      event: 'tool-failure',
      input: {
        ...claude,
        hook_event_name: 'PostToolUse',
        tool_name: 'run_in_terminal',
        tool_input: { command: COMMAND },
        tool_response: `${ERROR}\nCommand exited with code 1`
      },
      read: { name: 'PostToolUse', ...failed(`${ERROR}\nCommand exited with code 1`) },
      output: nested('PostToolUse')
    },
    {
      // Copilot CLI.
      event: 'tool-failure',
      input: {
        sessionId: 's',
        cwd: CWD,
        hookEventName: 'postToolUseFailure',
        toolName: 'bash',
        toolArgs: JSON.stringify({ command: COMMAND }),
        error: ERROR
      },
      read: { name: 'postToolUseFailure', ...failed(ERROR) },
      output: { additionalContext: TEXT }
    },
    {
      event: 'stop',
      input: { ...claude, hook_event_name: 'Stop', stop_hook_active: false },
      read: { name: 'Stop', isContinued: false },
      output: {
        decision: 'block',
        reason: TEXT,
        hookSpecificOutput: { hookEventName: 'Stop', decision: 'block', reason: TEXT }
      }
    }
  ],
  gemini: [
    {
      event: 'session-start',
      input: { ...claude, hook_event_name: 'SessionStart', source: 'startup' },
      read: { name: 'SessionStart' },
      output: nested('SessionStart')
    },
    {
      event: 'prompt',
      input: { ...claude, hook_event_name: 'BeforeAgent', prompt: 'Fix npm' },
      read: { name: 'BeforeAgent', text: 'Fix npm' },
      output: nested('BeforeAgent')
    },
    {
      event: 'tool-failure',
      input: {
        ...claude,
        hook_event_name: 'AfterTool',
        tool_name: 'run_shell_command',
        tool_input: { command: COMMAND },
        tool_response: { llmContent: `Output: ${ERROR}\nExit Code: 1`, returnDisplay: ERROR }
      },
      read: { name: 'AfterTool', ...failed(`Output: ${ERROR}\nExit Code: 1`) },
      output: nested('AfterTool')
    },
    {
      event: 'tool-failure',
      input: {
        ...claude,
        hook_event_name: 'AfterTool',
        tool_name: 'run_shell_command',
        tool_input: { command: COMMAND },
        tool_response: { llmContent: 'Output: added 3 packages', returnDisplay: '' }
      },
      read: { name: 'AfterTool', command: COMMAND, outcome: 'succeeded' },
      output: nested('AfterTool')
    },
    {
      event: 'compact',
      input: { ...claude, hook_event_name: 'PreCompress', trigger: 'auto' },
      read: { name: 'PreCompress', isUnread: true },
      output: ''
    },
    {
      event: 'stop',
      input: { ...claude, hook_event_name: 'AfterAgent', stop_hook_active: false },
      read: { name: 'AfterAgent', isContinued: false },
      output: { decision: 'deny', reason: TEXT }
    }
  ],
  windsurf: [
    {
      event: 'prompt',
      input: {
        agent_action_name: 'pre_user_prompt',
        trajectory_id: 's',
        execution_id: 'e',
        tool_info: { user_prompt: 'Fix npm', cwd: CWD }
      },
      read: { name: 'pre_user_prompt', text: 'Fix npm' },
      output: `${TEXT}\n`
    }
  ],
  opencode: [
    {
      event: 'session-start',
      input: { session_id: 's', cwd: CWD },
      read: { name: undefined },
      output: `${TEXT}\n`
    },
    {
      event: 'tool-failure',
      input: { session_id: 's', cwd: CWD, ...shell, exit_code: 1, error: ERROR },
      read: { name: undefined, ...failed(ERROR) },
      output: `${TEXT}\n`
    }
  ]
}

describe('the form of a client', () => {
  for (const [host, cases] of Object.entries(CASES)) {
    for (const { event, input, read, output } of cases) {
      it(`is that of its documentation: ${host} ${event} ${read.outcome ?? ''}`, () => {
        const found = readClientInput(event, host, JSON.stringify(input))
        assert.deepEqual(found, { event, host, session: 's', cwd: CWD, ...read })
        const text = clientOutput({ event, host, name: found?.name }, LINES)
        assert.deepEqual(typeof output === 'string' ? text : JSON.parse(text), output)
      })
    }
  }

  const nothing: readonly (readonly [why: string, event: string, host: string, input: string])[] = [
    ['an unknown event', 'session-end', 'codex', '{}'],
    ['an unknown host', 'stop', '__proto__', '{}'],
    ['a list', 'stop', 'codex', '[{}]'],
    ['null', 'stop', 'codex', 'null'],
    ['a prompt without text', 'prompt', 'codex', '{"prompt":7}'],
    ['a prompt that the client does not read', 'prompt', 'cursor', '{"prompt":"x"}'],
    ['a tool that is no shell', 'tool-failure', 'cursor', '{"tool_name":"Edit","error":"x"}'],
    [
      'a command that the user stopped',
      'tool-failure',
      'claude-code',
      JSON.stringify({ ...shell, hook_event_name: 'PostToolUseFailure', is_interrupt: true })
    ],
    [
      'a result whose exit is not known',
      'tool-failure',
      'codex',
      JSON.stringify({ ...shell, tool_response: `x\n${'y'.repeat(9_000)}\nExit code: 1` }).replace(
        'Exit code: 1',
        'Exit, code 1'
      )
    ]
  ]
  for (const [why, event, host, input] of nothing) {
    it(`gives nothing for ${why}`, () => {
      assert.equal(readClientInput(event, host, input), undefined)
    })
  }

  it('takes an exit code from the edges of an output alone', () => {
    const inner = `${'x'.repeat(2_000)}\nExit code: 7\n${'y'.repeat(2_000)}`
    const input = (tool_response: string): string => JSON.stringify({ ...shell, tool_response })
    assert.equal(readClientInput('tool-failure', 'codex', input(inner)), undefined)
    const outer = readClientInput('tool-failure', 'codex', input(`Exit code: 7\n${inner}`))
    assert.equal(outer?.outcome, 'failed')
  })

  it('sends the beginning and the end of a long text', () => {
    const prompt = `first ${'x'.repeat(500_000)} last`
    const { text = '' } = readClientInput('prompt', 'codex', JSON.stringify({ prompt })) ?? {}
    assert.ok(text.length < 65_536 && text.startsWith('first') && text.endsWith('last'))
  })
})
