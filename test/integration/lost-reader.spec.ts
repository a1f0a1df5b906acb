import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { BINARY } from '../fixtures/build.ts'
import { HiveProcess, hiveEnvironment } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

describe('hive events in a pipeline', function () {
  this.timeout(60_000)

  it('ends when its reader has ended, although there is no event', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = ['--data-dir', directory.path]
    await using node = new HiveProcess([...dataDir, '--http', 'off'])
    await node.ready(AbortSignal.timeout(30_000))
    const pipeline = spawn('sh', ['-c', '"$@" | true', 'sh', ...hive('events', ...dataDir)], {
      env: hiveEnvironment(),
      signal: AbortSignal.timeout(30_000)
    })
    const said = text(pipeline.stderr)
    assert.deepEqual(await once(pipeline, 'exit'), [0, null])
    assert.equal(await said, '')
  })
})

function hive(...args: readonly string[]): string[] {
  return [process.execPath, '--disable-warning=ExperimentalWarning', BINARY, ...args]
}
