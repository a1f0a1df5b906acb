import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

describe('a node without a swarm', () => {
  it('loads neither libp2p nor a model SDK', async () => {
    const script = fileURLToPath(new URL('../../fixtures/loaded-packages.ts', import.meta.url))
    const run = promisify(execFile)
    const { stdout } = await run(process.execPath, [...process.execArgv, script])
    const packages = new Set(JSON.parse(stdout) as string[])
    assert.ok(packages.has('bloom-filters'))
    const heavy = ['libp2p', '@libp2p/gossipsub', '@libp2p/crypto', 'openai', '@anthropic-ai/sdk']
    assert.deepEqual(
      heavy.filter((name) => packages.has(name)),
      []
    )
  })
})
