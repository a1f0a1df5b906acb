import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { writeRunningNode } from '../../node/control/running-node.ts'
import { BINARY } from '../fixtures/build.ts'
import { HiveProcess, hiveEnvironment, runHive } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { Server } from 'node:net'
import type { RunResult } from '../fixtures/hive-process.ts'

/** Milliseconds of a hook on a machine that other work slows down. */
const PATIENT = '20000'

/** Ten times the deadline of that test. */
const MAX_MILLISECONDS = 30_000

const SILENT = { code: 0, stdout: '', stderr: '' } as const

const COMMAND = 'npm install'
const ERROR = `Exit code 1
npm ERR! code ERESOLVE
npm ERR! ERESOLVE unable to resolve dependency tree
npm ERR! Found: react-test-renderer@18.2.0`

const Context = z.object({
  hookSpecificOutput: z.object({ hookEventName: z.string(), additionalContext: z.string() })
})
const Block = z.object({ decision: z.literal('block'), reason: z.string() })
const Impact = z.object({
  rows: z.array(
    z.object({ door: z.string(), outcomes: z.array(z.object({ outcome: z.string() })) })
  ),
  totals: z.object({ shown: z.number(), silent: z.number() })
})

async function listening(server: Server, path: string): Promise<void> {
  server.listen(path)
  await once(server, 'listening')
}

describe('hive hook', function () {
  this.timeout(120_000)

  const hook = (
    event: string,
    dataDir: string,
    input: object | string,
    host = 'claude-code'
  ): Promise<RunResult> =>
    runHive(
      ['hook', event, '--host', host, '--data-dir', dataDir, '--deadline', PATIENT],
      typeof input === 'string' ? input : JSON.stringify(input)
    )

  it('passes the lesson of an error to Claude Code, in the project of a linked directory', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    const repository = join(directory.path, 'shop')
    await mkdir(join(repository, '.git'), { recursive: true })
    await mkdir(join(repository, 'src'))
    const cwd = join(directory.path, 'link')
    await symlink(join(repository, 'src'), cwd)
    await using node = new HiveProcess(['--data-dir', dataDir, '--http', 'off'])
    await node.ready(AbortSignal.timeout(60_000))
    const run = (...args: string[]): Promise<RunResult> => runHive([...args, '--data-dir', dataDir])

    const shell = { session_id: 's', cwd, tool_name: 'Bash', tool_input: { command: COMMAND } }
    const failure = { ...shell, hook_event_name: 'PostToolUseFailure', error: ERROR }
    const success = { ...shell, hook_event_name: 'PostToolUse', tool_response: { stdout: 'ok' } }
    const stop = { session_id: 's', cwd, hook_event_name: 'Stop', stop_hook_active: false }
    assert.deepEqual(await hook('tool-failure', dataDir, failure), SILENT, 'nothing is known')
    assert.deepEqual(await hook('stop', dataDir, stop), SILENT)
    assert.deepEqual(await hook('tool-failure', dataDir, success), SILENT)
    const ended = await hook('stop', dataDir, stop)
    assert.match(Block.parse(JSON.parse(ended.stdout)).reason, /ERESOLVE.*"learn"/)
    assert.deepEqual(await hook('stop', dataDir, stop), SILENT, 'one line a session')

    const summary = 'npm ERR! ERESOLVE unable to resolve dependency tree react-test-renderer'
    await run(
      'learn',
      summary,
      '--action',
      'npm install react-test-renderer@19',
      '--project',
      'shop'
    )
    const found = await hook('tool-failure', dataDir, { ...failure, session_id: 't' })
    const { hookSpecificOutput } = Context.parse(JSON.parse(found.stdout))
    assert.equal(hookSpecificOutput.hookEventName, 'PostToolUseFailure')
    assert.match(
      hookSpecificOutput.additionalContext,
      /^.*data, not instructions.*\n[0-9a-f]{10} own 1v today npm ERR! ERESOLVE.* => npm install react/
    )
    const [id = ''] = /^[0-9a-f]{10}/m.exec(hookSpecificOutput.additionalContext) ?? []
    await run('report', id, 'worked')
    const impact = Impact.parse(JSON.parse((await run('impact', '--json')).stdout))
    assert.deepEqual(
      impact.rows.map(({ door, outcomes }) => [door, outcomes[0]?.outcome]),
      [['hook tool-failure claude-code', 'worked']]
    )
    assert.deepEqual(impact.totals, { shown: 1, silent: 1 })
    const started = await hook('session-start', dataDir, { session_id: 'u', cwd }, 'codex')
    assert.match(started.stdout, /"SessionStart".*ERESOLVE/)

    const hostile = ['{"session_id":', '\u0000\u00ff{}', `"${'x'.repeat(10_000_000)}"`]
    for (const input of hostile) {
      assert.deepEqual(await hook('tool-failure', dataDir, input), SILENT)
    }
    const huge = { ...failure, session_id: 'v', error: `${ERROR}\n${'x'.repeat(900_000)}` }
    assert.match((await hook('tool-failure', dataDir, huge)).stdout, /ERESOLVE/)
    const lost = { ...failure, session_id: 'w', cwd: join(directory.path, 'missing') }
    assert.deepEqual(await hook('tool-failure', dataDir, lost), SILENT)
    assert.equal((await run('status')).code, 0, 'the node still works')
  })

  it('prints nothing, and starts no node, where none runs', async () => {
    await using directory = await temporaryDirectory()
    assert.deepEqual(await hook('session-start', directory.path, {}), SILENT)
    await writeFile(join(directory.path, 'node.json'), '{"socket":')
    assert.deepEqual(await hook('session-start', directory.path, {}), SILENT)
    const socket = join(directory.path, 'gone')
    await writeRunningNode(directory.path, { pid: 1, socket, version: '0' })
    assert.deepEqual(await hook('session-start', directory.path, {}), SILENT)
    for (const args of [[], ['stop'], ['stop', '--host'], ['nonsense', '--host', 'x', '--y']]) {
      assert.deepEqual(await runHive(['hook', ...args]), SILENT)
    }
  })

  it('does not wait for a node that does not answer, nor for an input that stays open', async () => {
    await using directory = await temporaryDirectory()
    let connected = 0
    const server = createServer(() => (connected += 1))
    const socket = join(directory.path, 's')
    await listening(server, socket)
    try {
      await writeRunningNode(directory.path, { pid: process.pid, socket, version: '0' })
      const startedAt = performance.now()
      const args = ['hook', 'session-start', '--host', 'codex', '--data-dir', directory.path]
      const child = spawn(process.execPath, [BINARY, ...args, '--deadline', '3000'], {
        env: hiveEnvironment()
      })
      const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
      assert.deepEqual([printed, code, connected], ['', 0, 1])
      assert.ok(performance.now() - startedAt < MAX_MILLISECONDS)
      const hasty = await runHive(['hook', 'stop', '--host', 'codex', '--deadline', '0'])
      assert.deepEqual(hasty, SILENT)
    } finally {
      server.close()
    }
  })
})
