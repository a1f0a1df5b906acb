import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createHive } from '../../src/index.ts'
import { ModelServer } from '../fixtures/model-server.ts'
import { servedModels } from '../fixtures/served-models.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

const PROGRAM = fileURLToPath(new URL('../fixtures/model-caller.ts', import.meta.url))

describe('kill -9 between the reservation and the settlement of a model call', () => {
  it('counts the call in full, once, and keeps what was settled', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    const second = Promise.withResolvers<void>()
    await using server = await ModelServer.start({
      fault: (request) => {
        if (request === 0) return 'none'
        second.resolve()
        return 'hang'
      }
    })
    const options = ['--conditions=noormme-source', PROGRAM, dataDir, server.origin]
    const child = spawn(process.execPath, options, { stdio: 'ignore' })
    const exit = once(child, 'exit')
    await second.promise
    child.kill('SIGKILL')
    await exit
    const seen: unknown[] = []
    for (let start = 0; start < 3; start++) {
      await using db = await createHive({
        dataDir,
        swarm: false,
        models: servedModels(server.origin, server.origin, {
          budgets: { node: { day: { usd: '1' } } }
        })
      })
      const { rows, budgets } = db.agent.cortex.models.usage()
      seen.push([rows, budgets])
      const [row] = rows
      assert.equal(row?.calls, 2)
      // 6 bytes and 2 x 16 of overhead at the dearest input (1.25), 1,024 of output (5), in USD / 1e6.
      assert.equal(row.uncertain, '0.0051675')
      assert.equal(row.cost, '0.0051975')
      assert.deepEqual(budgets[0]?.usd, { limit: '1', spent: '0.0051975', reserved: '0' })
    }
    assert.deepEqual(seen[1], seen[0])
    assert.deepEqual(seen[2], seen[0])
  })
})
