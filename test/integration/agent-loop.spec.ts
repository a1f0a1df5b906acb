import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { z } from 'zod'
import { startApi } from '../fixtures/api.ts'
import { runAgent } from '../fixtures/tool-agent.ts'
import type { Api } from '../fixtures/api.ts'
import type { OwnTool, Policy, ToolUse } from '../fixtures/tool-agent.ts'

const WORDS = readWords().filter((word) => word.length === 5)

const ERROR = 'deploy: E_UNSIGNED_ARTIFACT: the registry refuses artifacts without a channel'

/** A command that works only with a key, which the handbook of the first machine has. */
function deploy(key: string): OwnTool {
  return {
    name: 'run',
    run: ({ command }) => (command === `deploy --channel ${key}` ? 'deployed' : ERROR)
  }
}

const handbook = (key: string): OwnTool => ({
  name: 'read_handbook',
  run: () => `Deployments need deploy --channel ${key}`
})

/**
 * Recalls before it tries, and again after an error; reads the handbook if it has one and nothing is
 * known; shares what it learnt.
 */
function policyOf(share: 'hive' | 'no', hasHandbook: boolean): Policy {
  return (task, uses) => {
    const last = uses.at(-1)
    const key = /--channel ([a-z-]+)/.exec(
      uses
        .filter(({ name }) => name !== 'run')
        .map(({ result }) => result)
        .join('\n')
    )?.[1]
    const count = (name: string): number => uses.filter((use) => use.name === name).length
    if (last === undefined) return { name: 'recall', input: { query: task } }
    if (last.result === 'deployed') {
      if (count('read_handbook') === 0) return undefined
      const action = `Run deploy --channel ${key}`
      return { name: 'learn', input: { summary: ERROR, action, share } }
    }
    if (last.name === 'learn') return undefined
    if (key !== undefined) {
      return count('run') > 3
        ? undefined
        : { name: 'run', input: { command: `deploy --channel ${key}` } }
    }
    if (last.name === 'recall' && count('run') === 0)
      return { name: 'run', input: { command: 'deploy' } }
    if (last.name === 'run' && count('recall') < 2)
      return { name: 'recall', input: { query: last.result } }
    if (hasHandbook && count('read_handbook') === 0) return { name: 'read_handbook', input: {} }
    return undefined
  }
}

function readWords(): string[] {
  const list: unknown = createRequire(import.meta.url)('an-array-of-english-words')
  return z.array(z.string()).parse(list)
}

async function connect({ url, token }: Api): Promise<Client> {
  const client = new Client({ name: 'agent', version: '1' })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } }
    })
  )
  return client
}

interface Lesson {
  readonly key: string
  readonly first: readonly ToolUse[]
  readonly second: readonly ToolUse[]
}

/** The agent of the first machine solves an error; that of the second one meets the same. */
async function teach(
  sdks: readonly ['anthropic' | 'openai', 'anthropic' | 'openai'],
  share: 'hive' | 'no'
): Promise<Lesson> {
  // Words, since the anonymiser takes random digits beside an option for a secret, rightly.
  const key = [0, 0, 0].map(() => WORDS[randomInt(WORDS.length)]).join('-')
  const swarm = { k: 1, listen: ['/ip4/127.0.0.1/tcp/0'], gossip: true }
  await using one = await startApi({ swarm })
  await using two = await startApi({ swarm: { ...swarm, bootstrap: one.db.multiaddrs } })
  if (two.db.status.peers.length === 0) await once(two.db, 'peer:connect')
  const [mcpOne, mcpTwo] = [await connect(one), await connect(two)]
  const first = await runAgent({
    sdk: sdks[0],
    task: 'Deploy the service.',
    policy: policyOf(share, true),
    mcp: mcpOne,
    tools: [deploy(key), handbook(key)]
  })
  await two.db.agent.cortex.hive.synchronize()
  const second = await runAgent({
    sdk: sdks[1],
    task: `Deploy the service. Yesterday it said: ${ERROR}`,
    policy: policyOf(share, false),
    mcp: mcpTwo,
    tools: [deploy(key)]
  })
  await Promise.all([mcpOne.close(), mcpTwo.close()])
  return { key, first, second }
}

const namesOf = (uses: readonly ToolUse[]): string[] => uses.map(({ name }) => name)
const commandsOf = (uses: readonly ToolUse[]): unknown[] =>
  uses.filter(({ name }) => name === 'run').map(({ input }) => input['command'])

describe('agents of two machines', function () {
  this.timeout(120_000)

  for (const sdks of [
    ['anthropic', 'openai'],
    ['openai', 'anthropic']
  ] as const) {
    it(`pass a lesson on from the ${sdks[0]} SDK to the ${sdks[1]} SDK, before the second one tries`, async () => {
      const { key, first, second } = await teach(sdks, 'hive')
      assert.deepEqual(namesOf(first), ['recall', 'run', 'recall', 'read_handbook', 'run', 'learn'])
      assert.deepEqual(commandsOf(first), ['deploy', `deploy --channel ${key}`])
      assert.deepEqual(namesOf(second), ['recall', 'run'])
      assert.deepEqual(commandsOf(second), [`deploy --channel ${key}`])
      assert.equal(second.at(-1)?.result, 'deployed')
    })
  }

  it('learn nothing of each other without sharing', async () => {
    const { key, second } = await teach(['anthropic', 'openai'], 'no')
    assert.doesNotMatch(JSON.stringify(second), new RegExp(key))
    assert.notEqual(second.at(-1)?.result, 'deployed')
  })
})
