import assert from 'node:assert/strict'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { HiveProcess, runHive } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

describe('the files of a node', function () {
  this.timeout(60_000)

  it('are for its user alone from the first start on, whatever the shell allows', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    const place = { via: ['sh', '-c', 'umask 0; exec "$@"', 'sh'] }
    const flags = ['--data-dir', dataDir]
    await runHive(['distill', 'Node', 'A fact.', ...flags], '', place)
    await using node = new HiveProcess(flags, place)
    await node.ready(AbortSignal.timeout(30_000))
    await runHive(['distill', 'Node', 'A private fact.', '--private', ...flags], '', place)
    const found = await readdir(dataDir, { recursive: true })
    assert.ok(found.includes('node.json') && found.includes(join('store', 'copies', 'CURRENT')))
    for (const name of ['.', ...found]) {
      const { mode } = await lstat(join(dataDir, name))
      assert.equal(mode & 0o077, 0, `${name} ${(mode & 0o777).toString(8)}`)
    }
  })
})
