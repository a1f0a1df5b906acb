import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openCodePlugin } from '../../../node/install/clients/opencode-plugin.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { TemporaryDirectory } from '../../fixtures/temporary.ts'

type Handler = (...args: object[]) => Promise<void>

/** What versions 1 and 2 of OpenCode load from a plugin file. */
interface Plugin {
  readonly default: {
    readonly id: string
    server(context: object): Promise<Record<string, Handler>>
    setup(context: object): Promise<void>
  }
}

const ECHO = `
let input = ''
process.stdin.on('data', (part) => (input += part))
process.stdin.on('end', () => {
  const { session_id, cwd, tool_input, error } = JSON.parse(input)
  const [event, ...options] = process.argv.slice(3)
  console.log([event, ...options, session_id, cwd, tool_input?.command ?? '', error ?? ''].join(' ').trim())
})
`

describe('the plugin of OpenCode', () => {
  let directory: TemporaryDirectory
  beforeEach(async () => (directory = await temporaryDirectory()))
  afterEach(() => directory[Symbol.asyncDispose]())

  /** The plugin of a hive whose hooks are a script. */
  async function load(script: string): Promise<Plugin['default']> {
    const hive = join(directory.path, 'hive.cjs')
    await writeFile(hive, script)
    const plugin = join(directory.path, 'plugin.mjs')
    await writeFile(plugin, openCodePlugin({ node: process.execPath, script: hive, dataDir: '/d' }))
    const loaded: Plugin = await import(pathToFileURL(plugin).href)
    return loaded.default
  }

  it('adds what the hooks print, in version 1', async () => {
    const hooks = await (await load(ECHO)).server({ directory: '/work' })
    const system: string[] = ['base']
    await hooks['experimental.chat.system.transform']?.({ sessionID: 's1' }, { system })
    assert.deepEqual(system, ['base', 'session-start --host opencode --data-dir /d s1 /work'])

    const failed = { output: 'E404', metadata: { exit: 1 } }
    const call = { tool: 'bash', sessionID: 's1', args: { command: 'npm i' } }
    await hooks['tool.execute.after']?.(call, failed)
    assert.equal(
      failed.output,
      'E404\n\ntool-failure --host opencode --data-dir /d s1 /work npm i E404'
    )
    const passed = { output: 'ok', metadata: { exit: 0 } }
    await hooks['tool.execute.after']?.(call, passed)
    assert.equal(passed.output, 'ok')

    const context: string[] = []
    await hooks['experimental.session.compacting']?.({ sessionID: 's1' }, { context })
    assert.deepEqual(context, ['compact --host opencode --data-dir /d s1 /work'])
  })

  it('adds what the hooks print, in version 2', async () => {
    const hooks = new Map<string, Handler>()
    const register = (kind: string) => (name: string, handler: Handler) => {
      hooks.set(`${kind} ${name}`, handler)
    }
    await (
      await load(ECHO)
    ).setup({
      location: { directory: '/work' },
      session: { hook: register('session') },
      tool: { hook: register('tool') }
    })
    const context = { sessionID: 's2', system: [] }
    await hooks.get('session context')?.(context)
    const start = 'session-start --host opencode --data-dir /d s2 /work'
    assert.deepEqual(context.system, [{ type: 'text', text: start }])

    const event = {
      tool: 'shell',
      sessionID: 's2',
      input: { command: 'tsc' },
      result: { content: 'TS2345', metadata: { exit: 2 } }
    }
    await hooks.get('tool execute.after')?.(event)
    assert.deepEqual(event.result.content, [
      { type: 'text', text: 'TS2345' },
      { type: 'text', text: 'tool-failure --host opencode --data-dir /d s2 /work tsc TS2345' }
    ])
    const summary = { sessionID: 's2', system: [] }
    await hooks.get('session compaction')?.(summary)
    assert.equal(summary.system.length, 1)
  })

  it('adds nothing if a hook fails, or if the client has another form', async () => {
    const plugin = await load('process.exit(3)')
    const hooks = await plugin.server({ directory: '/work' })
    const system: string[] = []
    await hooks['experimental.chat.system.transform']?.({ sessionID: 's' }, { system })
    await hooks['experimental.chat.system.transform']?.({}, { system })
    assert.deepEqual(system, [])
    let after: Handler | undefined
    await plugin.setup({
      session: { hook: () => undefined },
      tool: { hook: (_: string, handler: Handler) => (after = handler) }
    })
    await after?.({ tool: 'shell', sessionID: 's' })
    await after?.({ tool: 'shell', result: { metadata: { exit: 1 } } })
  })

  it('asks for the text of a session once', async () => {
    const count = `
      const fs = require('node:fs')
      fs.appendFileSync(${JSON.stringify(join(directory.path, 'starts'))}, 'x')
      console.log(fs.readFileSync(${JSON.stringify(join(directory.path, 'starts'))}, 'utf8'))
    `
    const hooks = await (await load(count)).server({ directory: '/work' })
    for (const sessionID of ['a', 'a', 'b']) {
      const system: string[] = []
      await hooks['experimental.chat.system.transform']?.({ sessionID }, { system })
      assert.deepEqual(system, [sessionID === 'a' ? 'x' : 'xx'])
    }
  })
})
