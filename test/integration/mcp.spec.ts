import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { remoteCalls } from '../../node/control/control-client.ts'
import { CqUnit } from '../../node/operations/index.ts'
import { findRunningNode } from '../../node/control/running-node.ts'
import { budget } from '../fixtures/budget.ts'
import { BINARY } from '../fixtures/build.ts'
import { endNode } from '../fixtures/end-node.ts'
import { HiveProcess, hiveEnvironment } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

const AGENTS = budget(4, 100)
const STARTED_AT_ONCE = 10

interface Agent {
  readonly client: Client
  readonly transport: StdioClientTransport
}

async function startAgent(dataDir: string, ...options: string[]): Promise<Agent> {
  const client = new Client({ name: 'agent', version: '1' })
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [
      '--disable-warning=ExperimentalWarning',
      BINARY,
      'mcp',
      '--data-dir',
      dataDir,
      ...options
    ],
    env: hiveEnvironment(),
    stderr: 'pipe'
  })
  await client.connect(transport)
  return { client, transport }
}

async function textOf(
  { client }: Agent,
  name: string,
  args: Record<string, unknown>
): Promise<string> {
  const { content } = await client.callTool({ name, arguments: args })
  return JSON.stringify(content)
}

const RECALL = line({
  id: 2,
  method: 'tools/call',
  params: { name: 'recall', arguments: { query: 'anything' } }
})

function line(message: object): string {
  return `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`
}

/** An agent without a client, which has recalled something: a node runs for it. */
async function rawAgent(dataDir: string): Promise<ChildProcessWithoutNullStreams> {
  const agent = spawn(process.execPath, [BINARY, 'mcp', '--data-dir', dataDir], {
    env: hiveEnvironment()
  })
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'agent', version: '1' }
  }
  agent.stdin.write(line({ id: 1, method: 'initialize', params }))
  agent.stdin.write(line({ method: 'notifications/initialized' }))
  agent.stdin.write(RECALL)
  let said = ''
  while (!said.includes('"id":2')) {
    const [part]: unknown[] = await once(agent.stdout, 'data')
    said += String(part)
  }
  return agent
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Ends the node of the directory at last, if one runs. */
function endingNodeOf(dataDir: string): AsyncDisposableStack {
  const left = new AsyncDisposableStack()
  left.defer(async () => {
    const running = await findRunningNode(dataDir)
    if (running !== undefined) await endNode(dataDir, running)
  })
  return left
}

describe('hive mcp', function () {
  this.timeout(300_000)

  it(`serves ${AGENTS} agents by one node, which it starts, and leaves no process behind`, async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    await using left = endingNodeOf(dataDir)
    const agents: Agent[] = []
    // So many start at once, and all stay: a machine takes its time to start more.
    for (let from = 0; from < AGENTS; from += STARTED_AT_ONCE) {
      const count = Math.min(STARTED_AT_ONCE, AGENTS - from)
      const started = await Promise.all(Array.from({ length: count }, () => startAgent(dataDir)))
      for (const { client } of started) left.defer(() => client.close())
      agents.push(...started)
      const answers = await Promise.all(
        started.map((agent, i) =>
          textOf(agent, 'learn', {
            summary: `Lesson of agent ${from + i}, which is like no other`,
            action: `Do ${from + i}.`,
            tags: ['agents']
          })
        )
      )
      for (const answer of answers) assert.match(answer, /Learned|Known as/)
    }
    const node = await findRunningNode(dataDir)
    assert.ok(node !== undefined)
    const pids = agents.map(({ transport }) => transport.pid ?? 0)
    // Half of the agents leave, the others are killed.
    await Promise.all(
      agents.map(async ({ client, transport }, i) => {
        if (i % 2 === 1 && transport.pid !== null) process.kill(transport.pid, 'SIGKILL')
        await client.close()
      })
    )
    for (const pid of pids) assert.ok(!isAlive(pid), `agent process ${pid}`)
    assert.ok(isAlive(node.pid), 'the node goes on')
    const again = await startAgent(dataDir)
    left.defer(() => again.client.close())
    assert.match(await textOf(again, 'recall', { query: 'Lesson of agent 0' }), /Do 0\./)
    assert.equal((await findRunningNode(dataDir))?.pid, node.pid)
    await again.client.close()
    await endNode(dataDir, node)
    const log = await readFile(join(dataDir, 'node.log'), 'utf8')
    assert.equal(log.match(/Ready\./g)?.length, 1)
  })

  it('ends when nobody reads its output, and at a message that is too long', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    await using left = endingNodeOf(dataDir)
    const unread = await rawAgent(dataDir)
    left.defer(() => void unread.kill('SIGKILL'))
    unread.stdout.destroy()
    // Its input stays open.
    unread.stdin.write(RECALL)
    assert.deepEqual(await once(unread, 'exit'), [0, null])

    const long = await rawAgent(dataDir)
    left.defer(() => void long.kill('SIGKILL'))
    const said = text(long.stderr)
    long.stdin.on('error', () => undefined)
    long.stdin.write('x'.repeat(11 * 1024 * 1024))
    assert.deepEqual(await once(long, 'exit'), [1, null])
    assert.match(await said, /message of more than 10 MiB/)
  })

  it('--profile cq has the five tools of cq, by a node that it starts', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    const agent = await startAgent(dataDir, '--profile', 'cq')
    await using left = new AsyncDisposableStack()
    left.defer(async () => {
      await agent.client.close()
      const running = await findRunningNode(dataDir)
      if (running !== undefined) await endNode(dataDir, running)
    })
    const { tools } = await agent.client.listTools()
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['query', 'propose', 'confirm', 'flag', 'status']
    )
    const use = async (name: string, args: Record<string, unknown>): Promise<unknown> => {
      const { content, isError } = await agent.client.callTool({ name, arguments: args })
      const [first] = content
      assert.ok(first?.type === 'text' && isError !== true, JSON.stringify(content))
      return JSON.parse(first.text)
    }
    const unit = await use('propose', {
      summary: 'pnpm refuses an outdated lockfile in CI',
      detail: 'It fails with ERR_PNPM_OUTDATED_LOCKFILE.',
      action: 'Commit pnpm-lock.yaml.',
      domains: ['pnpm', 'ci']
    })
    const { id: unitId } = CqUnit.parse(unit)
    const found = CqUnit.array().parse(await use('query', { domains: ['pnpm'] }))
    assert.deepEqual(
      found.map(({ insight }) => insight.action),
      ['Commit pnpm-lock.yaml.']
    )
    const confirmed = CqUnit.parse(await use('confirm', { unit_id: unitId }))
    assert.equal(confirmed.evidence.confidence, 0.6)
    assert.partialDeepStrictEqual(await use('status', {}), { total_count: 1 })
    const flagged = CqUnit.parse(await use('flag', { unit_id: unitId, reason: 'stale' }))
    assert.equal(flagged.flags?.[0]?.reason, 'stale')
    assert.deepEqual(await use('query', { domains: ['pnpm'] }), [], 'it is recalled no longer')
    const unknown = { name: 'confirm', arguments: { unit_id: `ku_${'0'.repeat(32)}` } }
    assert.equal((await agent.client.callTool(unknown)).isError, true)
  })

  it('lets the agent of one machine recall what an agent of another one shared', async () => {
    await using directory = await temporaryDirectory()
    const signal = AbortSignal.timeout(120_000)
    const options = ['--k', '1', '--swarm', 'mcp-test']
    const [first, second] = [join(directory.path, 'a'), join(directory.path, 'b')]
    await using a = new HiveProcess(['--data-dir', first, ...options])
    const { multiaddrs } = await a.ready(signal)
    await using b = new HiveProcess([
      '--data-dir',
      second,
      ...options,
      '--bootstrap',
      multiaddrs[0] ?? ''
    ])
    await b.ready(signal)
    const teacher = await startAgent(first)
    const received = b.line(({ event }) => event === 'hive:change', signal)
    const shared = await textOf(teacher, 'learn', {
      summary: 'pnpm ERR_PNPM_OUTDATED_LOCKFILE in CI',
      action: 'Commit pnpm-lock.yaml.',
      share: 'hive'
    })
    assert.match(shared, /Shared as/)
    await received
    const pupil = await startAgent(second)
    const found = await textOf(pupil, 'recall', { query: 'ERR_PNPM_OUTDATED_LOCKFILE' })
    assert.match(found, /shared 1v today .*Commit pnpm-lock\.yaml\./)
    await pupil.client.close()
    b.kill('SIGTERM')
    await b.exit
    // The node that the next agent starts is in the same swarm, with the same peers.
    const next = await startAgent(second)
    assert.match(await textOf(next, 'recall', { query: 'ERR_PNPM_OUTDATED_LOCKFILE' }), /Commit/)
    const running = await findRunningNode(second)
    assert.ok(running !== undefined)
    const { swarm } = await remoteCalls(running.socket)('status', {})
    assert.equal(swarm?.name, 'mcp-test')
    await Promise.all([teacher.client.close(), next.client.close()])
    await endNode(second, running)
  })
})
