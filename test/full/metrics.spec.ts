import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { scriptedProvider } from '../../src/index.ts'
import { startApi } from '../fixtures/api.ts'

const DOCS = fileURLToPath(new URL('../../docs/operations/', import.meta.url))

/** Debian's package `prometheus` has it. */
async function promtool(args: readonly string[], input = ''): Promise<void> {
  const child = spawn('promtool', args, { stdio: 'pipe', cwd: DOCS })
  child.stdin.end(input)
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close')
  ])
  assert.equal(code, 0, output + errors)
}

describe('the measurements', () => {
  it('have names and units that promtool accepts', async () => {
    const usage = { input: 10, cacheRead: 0, cacheWrite: 0, output: 5 }
    await using api = await startApi({
      models: {
        providers: { f: scriptedProvider('f', () => ({ text: 'ok', usage })) },
        tiers: { fast: ['f/one'] },
        budgets: { node: { day: { tokens: 5_000 } } }
      }
    })
    const messages = [{ role: 'user' as const, content: 'Sum up.' }]
    await api.db.agent.cortex.models.generate({ task: 'summarise', messages })
    const response = await fetch(`${api.url}/metrics`, {
      headers: { authorization: `Bearer ${api.token}` }
    })
    await promtool(['check', 'metrics'], await response.text())
  })
})

describe('the alert rules', () => {
  it('are rules that promtool accepts, and fire when they should', async () => {
    await promtool(['check', 'rules', 'alerts.yml'])
    await promtool(['test', 'rules', 'alerts.test.yml'])
    await promtool(['check', 'config', '--syntax-only', 'prometheus.yml'])
  })
})
