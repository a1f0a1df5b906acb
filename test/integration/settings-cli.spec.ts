import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runHive } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { RunResult } from '../fixtures/hive-process.ts'

describe('settings of a command without a running node', function () {
  this.timeout(60_000)

  it('keep the named names private, and the quota, as a node does', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'data')
    const config = join(directory.path, 'config', 'hive')
    await mkdir(config, { recursive: true })
    const env = { XDG_CONFIG_HOME: join(directory.path, 'config') }
    const hive = (...args: string[]): Promise<RunResult> =>
      runHive([...args, '--data-dir', dataDir], '', { env, cwd: directory.path })
    const fact = ['distill', 'deploy', 'The acorn cluster needs two approvals.']
    assert.equal((await hive(...fact)).code, 0)
    const { stdout: facts } = await hive('facts', '--json')
    const [, id = ''] = /"id":"([0-9a-f]{64})"/.exec(facts) ?? []
    assert.match((await hive('insights', '--preview', id)).stdout, /acorn/)
    const names = '[anonymity]\nknown-names = ["acorn"]\n'
    await writeFile(join(config, 'hive.toml'), `${names}[quota]\nfacts = 1\n`)
    const { stdout: preview } = await hive('insights', '--preview', id)
    assert.doesNotMatch(preview, /acorn/)
    const promoted = await hive('promote', id, '--json')
    assert.equal(promoted.code, 0, promoted.stderr)
    const { stdout: insights } = await hive('insights', '--json')
    assert.match(insights, /cluster needs two approvals/)
    assert.doesNotMatch(insights, /acorn/)
    const refused = await hive('distill', 'deploy', 'The second cluster needs none.')
    assert.match(`${refused.stdout}${refused.stderr}`, /quota/i)
    assert.notEqual(refused.code, 0)
  })
})
