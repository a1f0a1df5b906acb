import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { HiveProcess, runHive } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

const KIB = 1024
const MOST = 160_000_000

describe('a node at rest', function () {
  this.timeout(60_000)

  it('takes at most 160 MB', async () => {
    await using directory = await temporaryDirectory()
    const place = ['--data-dir', directory.path]
    await using node = new HiveProcess([...place, '--http', 'off'])
    const { pid } = await node.ready(AbortSignal.timeout(30_000))
    assert.equal((await runHive(['status', ...place])).code, 0)
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])
    const resident = Number(stdout) * KIB
    assert.ok(resident > 0 && resident <= MOST, `${resident} bytes`)
  })
})
