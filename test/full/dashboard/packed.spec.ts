import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { launchBrowser } from '../../fixtures/browser.ts'
import { installPacked } from '../../fixtures/packed.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

describe('"hive open" of the packed package', function () {
  this.timeout(300_000)

  it('prints an address that opens the dashboard of the running node, once', async () => {
    await using directory = await temporaryDirectory()
    const { env } = await installPacked(directory.path)
    const run = promisify(execFile)
    const before = await run('hive', ['open', '--print'], { env }).catch((error: unknown) => error)
    assert.match(String(before), /NO_HIVE|no hive/)
    const node = spawn('hive', ['start'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const browser = await launchBrowser()
    try {
      const lines = createInterface({ input: node.stdout })
      for await (const line of lines) if (line.includes('http://')) break
      const { stdout } = await run('hive', ['open', '--print'], { env })
      const address = stdout.trim()
      assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/#login=[\w-]{43}$/)
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(address)
      await page.getByText('0 facts', { exact: true }).waitFor()
      await page.getByText('No problems were found.').waitFor()
      const other = await (await browser.newContext()).newPage()
      await other.goto(address)
      await other.getByText('older than a minute').waitFor()
    } finally {
      await browser.close()
      const ended = once(node, 'exit')
      node.kill('SIGTERM')
      await ended
    }
  })
})
