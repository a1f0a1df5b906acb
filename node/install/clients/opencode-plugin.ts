/** The plugin file of OpenCode, which starts the hooks. It has the interfaces of versions 1 and 2. */
import { OWNED_MARK } from '../edits/owned-file.ts'
import { HOOK_TIMEOUT } from '../launch.ts'
import type { Launch } from '../client.ts'

export function openCodePlugin({ node, script, dataDir }: Launch): string {
  const tail = ['--host', 'opencode', ...(dataDir === undefined ? [] : ['--data-dir', dataDir])]
  return `// This file is ${OWNED_MARK}, which replaces it. It starts the hooks of noormme-hive.
import { spawn } from 'node:child_process'

const NODE = ${JSON.stringify(node)}
const SCRIPT = ${JSON.stringify(script)}
const TAIL = ${JSON.stringify(tail)}
const SHELLS = ['bash', 'shell']

/** What the hook prints; nothing if it fails, since a hook must not stop the agent. */
function hook(event, input) {
  return new Promise((resolve) => {
    const child = spawn(NODE, [SCRIPT, 'hook', event, ...TAIL], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: ${HOOK_TIMEOUT * 1000},
      windowsHide: true
    })
    const parts = []
    child.on('error', () => resolve(''))
    child.on('close', (code) => resolve(code === 0 ? Buffer.concat(parts).toString().trim() : ''))
    child.stdout.on('data', (part) => parts.push(part))
    child.stdin.on('error', () => undefined)
    child.stdin.end(JSON.stringify(input))
  })
}

/** The text of a session's start, asked for once: it goes into each request of the session. */
function starts(cwd) {
  const texts = new Map()
  return (id) => {
    if (!texts.has(id)) texts.set(id, hook('session-start', { session_id: id, cwd }))
    return texts.get(id)
  }
}

function failure(cwd, session, command, exit, output) {
  return hook('tool-failure', {
    session_id: session,
    cwd,
    tool_name: 'bash',
    tool_input: { command },
    exit_code: exit,
    error: output
  })
}

function textOf(content) {
  if (typeof content === 'string') return content
  return (Array.isArray(content) ? content : []).map((part) => part?.text ?? '').join('\\n')
}

function isFailure(tool, exit) {
  return SHELLS.includes(tool) && typeof exit === 'number' && exit !== 0
}

/** Version 1, from 1.18.29 on. */
async function server({ directory }) {
  const start = starts(directory)
  return {
    'experimental.chat.system.transform': async ({ sessionID }, { system }) => {
      const text = sessionID === undefined ? '' : await start(sessionID)
      if (text !== '') system.push(text)
    },
    'tool.execute.after': async ({ tool, sessionID, args }, output) => {
      const exit = output?.metadata?.exit
      if (!isFailure(tool, exit)) return
      const text = await failure(directory, sessionID, args?.command, exit, output.output)
      if (text !== '') output.output += '\\n\\n' + text
    },
    'experimental.session.compacting': async ({ sessionID }, { context }) => {
      const text = await hook('compact', { session_id: sessionID, cwd: directory })
      if (text !== '') context.push(text)
    }
  }
}

/** Version 2. An error in a hook would fail the operation of the client. */
async function setup(ctx) {
  const cwd = ctx.location?.directory ?? process.cwd()
  const start = starts(cwd)
  const safely = (run) => (event) => run(event).catch(() => undefined)
  await ctx.session.hook(
    'context',
    safely(async (event) => {
      const text = await start(event.sessionID)
      if (text !== '') event.system.push({ type: 'text', text })
    })
  )
  await ctx.session.hook(
    'compaction',
    safely(async (event) => {
      const text = await hook('compact', { session_id: event.sessionID, cwd })
      if (text !== '') event.system.push({ type: 'text', text })
    })
  )
  await ctx.tool.hook(
    'execute.after',
    safely(async (event) => {
      const { tool, sessionID, input, result } = event
      const exit = result?.metadata?.exit ?? result?.output?.exit
      if (!isFailure(tool, exit)) return
      const text = await failure(cwd, sessionID, input?.command, exit, textOf(result.content))
      if (text === '') return
      const content = typeof result.content === 'string' ? [{ type: 'text', text: result.content }] : result.content
      event.result = { ...result, content: [...(content ?? []), { type: 'text', text }] }
    })
  )
}

export default { id: 'noormme-hive', server, setup }
`
}
