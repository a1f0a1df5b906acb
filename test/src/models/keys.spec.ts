import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createHive } from '../../../src/index.ts'
import { ModelServer } from '../../fixtures/model-server.ts'
import { servedModels } from '../../fixtures/served-models.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

const ask = {
  task: 'summarise',
  model: 'b/small',
  messages: [{ role: 'user' as const, content: 'What is up?' }]
}

describe('keys of providers', () => {
  it('come from a file, which is named when it is missing or empty', async () => {
    await using directory = await temporaryDirectory()
    await using server = await ModelServer.start()
    const keyFile = join(directory.path, 'key')
    const baseURL = `${server.origin}/v1`
    const { catalogue } = servedModels(server.origin)
    const models = {
      catalogue,
      providers: { b: { kind: 'compatible' as const, baseURL, keyFile } },
      tiers: { fast: ['b/small'] }
    }
    for (const content of [undefined, ' \n']) {
      if (content !== undefined) await writeFile(keyFile, content)
      await using db = await createHive({ swarm: false, models })
      await assert.rejects(db.agent.cortex.models.generate(ask), (error: Error) =>
        error.message.includes(keyFile)
      )
    }
    assert.equal(server.requests, 0)
    await writeFile(keyFile, 'file-key-1\n')
    await using db = await createHive({ swarm: false, models })
    await db.agent.cortex.models.generate(ask)
    assert.deepEqual([...server.keys], ['Bearer file-key-1'])
  })
})
