/** What a newcomer does with the packed package, from an empty folder: four commands. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { installPacked } from '../fixtures/packed.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { ChildProcess } from 'node:child_process'

const LIMIT = 60_000

/** The first match of a pattern in the output of a process. */
async function lineOf(child: ChildProcess, pattern: RegExp): Promise<string> {
  if (child.stdout === null) throw new Error('no output')
  for await (const line of createInterface({ input: child.stdout })) {
    const match = pattern.exec(line)
    if (match !== null) return match[1] ?? match[0]
  }
  throw new Error(`The process ended before ${String(pattern)}.`)
}

describe('the packed package', function () {
  this.timeout(300_000)

  it('takes an insight from one node to an MCP client at another one, in 4 commands and 60 s', async () => {
    await using directory = await temporaryDirectory()
    const at = (name: string): string => join(directory.path, name)
    const { env, milliseconds } = await installPacked(directory.path)
    const run = promisify(execFile)
    const began = performance.now() - milliseconds
    const { stdout } = await run('hive', ['install', 'claude-code', '--dry-run'], { env })
    assert.match(stdout, /mcpServers/)
    const nodes: ChildProcess[] = []
    const start = async (...args: string[]): Promise<string> => {
      const node = spawn('hive', ['start', '--k', '1', ...args], { env, stdio: 'pipe' })
      nodes.push(node)
      return lineOf(node, /--bootstrap (\S+)/)
    }
    const clients: Client[] = []
    const connect = async (dataDir: string): Promise<Client> => {
      const client = new Client({ name: 'newcomer', version: '1' })
      clients.push(client)
      const args = ['mcp', '--data-dir', dataDir]
      await client.connect(new StdioClientTransport({ command: 'hive', args, env, stderr: 'pipe' }))
      return client
    }
    try {
      const address = await start('--data-dir', at('one'))
      await start('--data-dir', at('two'), '--bootstrap', address)
      const [second] = nodes.slice(1)
      assert.ok(second !== undefined)
      const received = lineOf(second, /received new entries/)
      const teacher = await connect(at('one'))
      await teacher.callTool({
        name: 'learn',
        arguments: { summary: 'CSS gap in flex containers', action: 'Use gap.', share: 'hive' }
      })
      await received
      const pupil = await connect(at('two'))
      const { content } = await pupil.callTool({
        name: 'recall',
        arguments: { query: 'gap in flex containers' }
      })
      assert.match(JSON.stringify(content), /CSS gap in flex containers => Use gap\./)
      const took = performance.now() - began
      assert.ok(took < LIMIT, `${Math.round(took / 1000)} s`)
    } finally {
      await Promise.all(clients.map((client) => client.close()))
      const ends = nodes.map((node) => once(node, 'exit'))
      for (const node of nodes) node.kill('SIGKILL')
      await Promise.all(ends)
    }
  })
})
