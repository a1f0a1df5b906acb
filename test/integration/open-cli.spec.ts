import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HiveProcess, runHive } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { RunResult } from '../fixtures/hive-process.ts'

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\//

describe('hive open', function () {
  this.timeout(60_000)

  it('ends well whether the browser starts, goes on, fails or is not there', async function () {
    if (process.platform === 'win32') this.skip()
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    const programs = join(directory.path, 'bin')
    await mkdir(programs)
    const open = (): Promise<RunResult> =>
      runHive(['open', '--data-dir', dataDir], '', { env: { PATH: `${programs}:/usr/bin:/bin` } })
    /** The program of the platform that opens an address. */
    const opener = async (script: string): Promise<void> => {
      for (const name of ['xdg-open', 'open'])
        await writeFile(join(programs, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    }
    await using node = new HiveProcess(['--data-dir', dataDir])
    await node.ready(AbortSignal.timeout(30_000))

    const given = join(directory.path, 'given')
    await opener(`echo "$1" > ${given}`)
    const started = await open()
    assert.deepEqual([started.code, started.stderr], [0, ''])
    assert.match(started.stdout, /^The dashboard opens in your browser: http:/)
    assert.doesNotMatch(started.stdout, /login=/)
    assert.match(await readFile(given, 'utf8'), /#login=\S+\n$/)

    const pid = join(directory.path, 'pid')
    await opener(`echo $$ > ${pid}\nexec tail -f /dev/null`)
    const goesOn = await open()
    process.kill(Number(await readFile(pid, 'utf8')))
    assert.deepEqual([goesOn.code, goesOn.stderr], [0, ''])
    assert.match(goesOn.stdout, /^The dashboard opens in your browser: http:/)

    await opener('exit 3')
    const failed = await open()
    assert.equal(failed.code, 0)
    assert.match(failed.stderr, /^No browser was found\. Open this address within a minute:\n$/)
    assert.match(failed.stdout, ADDRESS)

    const none = await runHive(['open', '--data-dir', dataDir], '', {
      env: { PATH: directory.path }
    })
    assert.equal(none.code, 0)
    assert.match(none.stdout, /#login=/)
  })
})
