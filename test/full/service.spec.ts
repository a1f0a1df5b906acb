import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BINARY } from '../fixtures/build.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

const UNIT = fileURLToPath(new URL('../../deploy/hive.service', import.meta.url))
const PAGE = new URL('../../docs/OPERATIONS.md', import.meta.url)

describe('the unit of systemd', () => {
  it('has no error, and the exposure that the documentation states', async () => {
    await using directory = await temporaryDirectory()
    const unit = join(directory.path, 'hive.service')
    copyFileSync(UNIT, unit)
    const text = readFileSync(unit, 'utf8')
    const real = text.replace(
      /^ExecStart=\S+ (\S+) \S+/m,
      `ExecStart=${process.execPath} $1 ${BINARY}`
    )
    writeFileSync(unit, real)
    execFileSync('systemd-analyze', ['verify', '--man=no', unit], { stdio: 'pipe' })
    const report = execFileSync(
      'systemd-analyze',
      ['security', '--offline=yes', '--no-pager', unit],
      { encoding: 'utf8' }
    )
    const [, score = ''] = /Overall exposure level for \S+: ([\d.]+)/.exec(report) ?? []
    process.stdout.write(`      exposure ${score}\n`)
    assert.ok(Number(score) > 0 && Number(score) < 2, report)
    assert.ok(readFileSync(PAGE, 'utf8').includes(`an exposure of ${score}`), score)
  })
})
