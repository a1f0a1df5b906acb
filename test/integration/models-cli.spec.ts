import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createHive } from '../../src/index.ts'
import { HiveProcess, runHive } from '../fixtures/hive-process.ts'
import { ModelServer } from '../fixtures/model-server.ts'
import { servedModels } from '../fixtures/served-models.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

describe('hive models and hive usage', function () {
  this.timeout(60_000)

  it('say what can be called and what was spent, with and without a running node', async () => {
    await using directory = await temporaryDirectory()
    const dir = join(directory.path, 'node')
    await using server = await ModelServer.start()
    const models = servedModels(server.origin, server.origin, {
      budgets: { node: { day: { usd: '0.5', tokens: 5_000 } } }
    })
    {
      await using db = await createHive({ dataDir: dir, swarm: false, models })
      const messages = [{ role: 'user' as const, content: 'What is up?' }]
      await db.agent.cortex.models.generate({ task: 'summarise', model: 'b/small', messages })
    }
    const usage = await runHive(['usage', '--data-dir', dir])
    assert.equal(usage.code, 0)
    assert.match(usage.stdout, /^AGENT +TASK +MODEL +CALLS +INPUT +OUTPUT +USD\n/)
    assert.match(usage.stdout, /summarise +b\/small +1 +10 +4 +0\.00003\n/)
    const listed = await runHive(['models', '--data-dir', dir])
    assert.equal(listed.code, 0)
    assert.match(listed.stdout, /the offline tier answers with fixed rules/)
    assert.match(listed.stdout, /claude-3-5-sonnet\S* .*shut-down 2025-10-28/)

    const file = join(directory.path, 'models.json')
    await writeFile(file, JSON.stringify(models))
    const options = ['--data-dir', dir, '--models', file, '--listen', '/ip4/127.0.0.1/tcp/0']
    await using node = new HiveProcess(options)
    await node.ready(AbortSignal.timeout(30_000))
    const spent = await runHive(['usage', '--data-dir', dir])
    assert.match(spent.stdout, /the node for the day: 0\.00003 of 0\.5 USD spent\n/)
    assert.match(spent.stdout, /the node for the day: 14 of 5000 tokens spent\n/)
    const json = await runHive(['models', '--data-dir', dir, '--json'])
    const lines = json.stdout.trim().split('\n')
    const known = lines.map((line): unknown => JSON.parse(line))
    assert.ok(known.some((each) => (each as { model: string }).model === 'b/small'))
  })
})
