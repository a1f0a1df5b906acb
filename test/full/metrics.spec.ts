import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { startApi } from '../fixtures/api.ts'

describe('the measurements', () => {
  it('have names and units that promtool accepts', async () => {
    await using api = await startApi()
    const response = await fetch(`${api.url}/metrics`, {
      headers: { authorization: `Bearer ${api.token}` }
    })
    // Debian's package `prometheus` has it.
    const promtool = spawn('promtool', ['check', 'metrics'], { stdio: 'pipe' })
    promtool.stdin.end(await response.text())
    const [output, errors, [code]] = await Promise.all([
      text(promtool.stdout),
      text(promtool.stderr),
      once(promtool, 'close')
    ])
    assert.equal(code, 0, output + errors)
  })
})
