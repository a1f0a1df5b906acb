import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createHive } from '../../../src/index.ts'
import { embeddingServer } from '../../fixtures/embedding-server.ts'
import { ModelServer } from '../../fixtures/model-server.ts'
import { servedModels } from '../../fixtures/served-models.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

const ask = {
  task: 'summarise',
  model: 'b/small',
  messages: [{ role: 'user' as const, content: 'What is up?' }]
}

/** Variables that the SDKs read on their own, too. */
const ENVIRONMENT = {
  OPENAI_API_KEY: 'env-secret-1',
  OPENAI_ADMIN_KEY: 'env-secret-2',
  OPENAI_CUSTOM_HEADERS: 'Authorization: Bearer env-secret-3\nX-Org-Token: env-secret-8',
  ANTHROPIC_API_KEY: 'env-secret-4',
  ANTHROPIC_AUTH_TOKEN: 'env-secret-5',
  ANTHROPIC_CUSTOM_HEADERS: 'X-Api-Key: env-secret-6\nX-Org-Token: env-secret-9',
  GROQ_API_KEY: 'env-secret-7'
}

describe('keys of the environment', () => {
  const before = new Map<string, string | undefined>()
  beforeEach(() => {
    for (const [name, value] of Object.entries(ENVIRONMENT)) {
      before.set(name, process.env[name])
      process.env[name] = value
    }
  })
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })

  for (const [name, kind] of [
    ['openai', 'openai'],
    ['anthropic', 'anthropic'],
    ['groq', 'compatible'],
    ['openai', 'anthropic'],
    ['other', 'compatible']
  ] as const) {
    it(`do not reach another host that is named as the base URL of ${name} (${kind})`, async () => {
      await using server = await ModelServer.start()
      const baseURL = kind === 'anthropic' ? server.origin : `${server.origin}/v1`
      const models = { providers: { [name]: { kind, baseURL } } }
      await using db = await createHive({ swarm: false, models })
      const warnings: string[] = []
      db.on('model:warn', (text) => warnings.push(text))
      const { cortex } = db.agent
      const request = { ...ask, model: `${name}/small` }
      await cortex.models.generate(request)
      for await (const part of cortex.models.stream(request)) assert.ok(part)
      assert.deepEqual([server.requests, [...server.keys]], [2, ['']])
      assert.doesNotMatch(server.headers, /env-secret/)
      const isWarned = warnings.some((text) => text.includes('is called without a key'))
      assert.equal(isWarned, name !== 'other')
    })
  }

  it('do not reach a host of embeddings other than the provider', async () => {
    await using server = await embeddingServer()
    const embeddings = { baseURL: server.baseURL, model: 'm' }
    await using db = await createHive({ swarm: false, embeddings })
    await db.agent.cortex.knowledge.recall('anything')
    assert.ok(server.keys.length > 0)
    for (const key of server.keys) assert.doesNotMatch(key ?? '', /env-secret/)
  })

  it('are refused as the key of an endpoint elsewhere', async () => {
    for (const keyEnv of ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GROQ_API_KEY']) {
      const baseURL = 'https://example.org/v1'
      const providers = { mine: { kind: 'compatible' as const, baseURL, keyEnv } }
      await assert.rejects(createHive({ swarm: false, models: { providers } }), {
        code: 'OPTIONS_INVALID',
        message: new RegExp(`${keyEnv} is sent to https://api`)
      })
    }
  })
})

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
