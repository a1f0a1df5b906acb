import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findRunningNode } from '../../node/control/running-node.ts'
import { installPackages } from '../../tools/run.ts'
import { startApi } from '../fixtures/api.ts'
import { BINARY } from '../fixtures/build.ts'
import { endNode } from '../fixtures/end-node.ts'
import { hiveEnvironment } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import { TOOLS } from './conformance/runner.ts'

const TOOL_NAMES = ['recall', 'open', 'learn', 'report', 'skill']

async function inspect(...args: readonly string[]): Promise<string> {
  const program = join(TOOLS, 'node_modules', '.bin', 'mcp-inspector')
  const { stdout } = await promisify(execFile)(program, ['--cli', ...args], {
    env: hiveEnvironment()
  })
  return stdout
}

describe('the MCP Inspector', function () {
  this.timeout(300_000)
  before(() => installPackages(TOOLS))

  const namesIn = (text: string): string[] =>
    TOOL_NAMES.filter((name) => text.includes(`"${name}"`))

  it('lists and calls the tools over HTTP', async () => {
    await using api = await startApi()
    const target = [
      `${api.url}/mcp`,
      '--transport',
      'http',
      '--header',
      `Authorization: Bearer ${api.token}`
    ]
    assert.deepEqual(namesIn(await inspect(...target, '--method', 'tools/list')), TOOL_NAMES)
    const called = await inspect(
      ...target,
      '--method',
      'tools/call',
      '--tool-name',
      'recall',
      '--tool-arg',
      'query=CSS'
    )
    assert.match(called, /Nothing is known about this/)
  })

  it('lists and calls the tools of hive mcp', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    const target = [process.execPath, BINARY, 'mcp', '--data-dir', dataDir]
    assert.deepEqual(namesIn(await inspect(...target, '--method', 'tools/list')), TOOL_NAMES)
    const called = await inspect(
      ...target,
      '--method',
      'tools/call',
      '--tool-name',
      'learn',
      '--tool-arg',
      'summary=CSS gap',
      '--tool-arg',
      'action=Use it.'
    )
    assert.match(called, /Learned/)
    const node = await findRunningNode(dataDir)
    assert.ok(node !== undefined)
    await endNode(dataDir, node)
  })
})
