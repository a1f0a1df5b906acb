import assert from 'node:assert/strict'
import { join } from 'node:path'
import { HiveProcess, runHive } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

const ACTION = 'npm install --package-lock-only\n  npm ci'
const DETAIL = 'The lock file is of another npm.\n\nnpm 10 writes version 3.'

describe('lessons on the command line', function () {
  this.timeout(180_000)

  it('are learned, recalled with their lines, exported, imported and marked stale', async () => {
    await using directory = await temporaryDirectory()
    const data = ['--data-dir', join(directory.path, 'a')]
    const parts = ['--detail', DETAIL, '--action', ACTION, '--versions', 'npm >=10 <12']
    const marks = ['--tag', 'npm', '--project', 'shop']
    const learn = ['learn', 'npm ci fails with EUSAGE', ...parts, ...marks, ...data]
    await using node = new HiveProcess(data)
    await node.ready(AbortSignal.timeout(60_000))
    const first = await runHive([...learn, '--json'])
    assert.equal(first.code, 0, first.stderr)
    const { id, status } = JSON.parse(first.stdout) as { id: string; status: string }
    assert.equal(status, 'new')
    const second = await runHive(learn.with(1, 'npm ci fails with: EUSAGE'))
    assert.equal(second.code, 5)
    assert.match(second.stdout, /Not stored: [0-9a-f]{12} is known here: npm ci[^]*--force/)
    const recall = (...args: string[]): ReturnType<typeof runHive> =>
      runHive(['recall', 'EUSAGE', ...args, ...data])
    assert.match((await recall()).stdout, /No matches/)
    const shown = await recall('--project', 'shop')
    assert.ok(
      shown.stdout.endsWith(
        '  The lock file is of another npm.\n  \n  npm 10 writes version 3.\n' +
          '  do:\n    npm install --package-lock-only\n      npm ci\n  holds for: npm >=10 <12\n'
      ),
      shown.stdout
    )
    const json = await recall('--all-projects', '--json')
    const { fact } = JSON.parse(json.stdout) as { fact: Record<string, unknown> }
    assert.deepEqual([fact['content'], fact['action']], [DETAIL, ACTION])
    assert.match((await runHive(['stale', id, ...data])).stdout, /not recalled any more/)
    assert.match((await recall('--all-projects')).stdout, /No matches/)
    assert.match((await recall('--all-projects', '--stale')).stdout, /stale: 1/)
    const exported = await runHive(['export', ...data])
    const other = ['--data-dir', join(directory.path, 'b')]
    const imported = await runHive(['import', ...other], exported.stdout)
    assert.match(imported.stdout, /1 new/)
    assert.equal((await runHive(['export', ...other])).stdout, exported.stdout)
    const context = await runHive(['context', 'EUSAGE', '--project', 'shop', ...other])
    assert.match(context.stdout, /No matches/)
  })
})
