import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import OpenAI from 'openai'
import { createHive } from '../../../src/index.ts'
import { searchThreads } from '../../../src/search/search-thread.ts'
import { embeddingServer } from '../../fixtures/embedding-server.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Embedder } from '../../../src/index.ts'
import type { HiveNode, HiveInit } from '../../../src/index.ts'
import type { EmbeddingServer } from '../../fixtures/embedding-server.ts'

const KEY = 'sk-not-to-be-seen'

const FACTS = [
  ['garage', 'The automobile is parked behind the barn.'],
  ['hospital', 'A physician visits on Mondays.'],
  ['mail', 'Rapid delivery costs more.'],
  ['farm', 'The hound sleeps near the stove.']
] as const

const signal = (): AbortSignal => AbortSignal.timeout(10_000)

describe('hybrid recall', () => {
  let server: EmbeddingServer
  beforeEach(async () => (server = await embeddingServer()))
  afterEach(() => server[Symbol.asyncDispose]())

  function open(init: HiveInit = {}, options: object = {}): Promise<HiveNode> {
    const { baseURL } = server
    const embeddings = { baseURL, model: 'm', apiKey: KEY, ...options }
    return createHive({ swarm: false, embeddings, random: () => 0, ...init })
  }

  /** Asks until what the background embeds is there: bounded by the test's time. */
  async function until(db: HiveNode, query: string, content: string): Promise<void> {
    for (;;) {
      const [best] = (await db.agent.cortex.knowledge.recall(query)).items
      if (best?.fact.content === content) return
    }
  }

  async function untilFound(db: HiveNode, query: string, content: string): Promise<void> {
    for (;;) {
      const { items } = await db.agent.cortex.knowledge.recall(query)
      if (items.some(({ fact }) => fact.content === content)) return
    }
  }

  async function fill(db: HiveNode): Promise<void> {
    for (const [entity, content] of FACTS) {
      await db.agent.cortex.knowledge.distill(entity, content, 0.9)
    }
  }

  it('finds by meaning what words miss, after a restart and the loss of its file too', async () => {
    await using plain = await createHive({ swarm: false })
    await fill(plain)
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    for (const round of [0, 1, 2]) {
      await using db = await open({ dataDir })
      if (round === 0) await fill(db)
      const sent = server.texts.length
      for (const [query, i] of [
        ['vehicle', 0],
        ['surgeon', 1],
        ['quick', 2],
        ['puppy', 3]
      ] as const) {
        assert.deepEqual((await plain.agent.cortex.knowledge.recall(query)).items, [])
        await until(db, query, FACTS[i][1])
      }
      const facts = server.texts.slice(sent).filter((said) => said.includes(': '))
      assert.equal(facts.length > 0, round !== 1, 'texts are embedded again when the file is gone')
      const [, , , dog] = await Promise.all(
        ['car', 'doctor', 'fast', 'dog'].map((each) => db.agent.cortex.knowledge.recall(each))
      )
      assert.deepEqual(dog?.items[0]?.fact.agent, 'default')
      assert.deepEqual(
        (await db.agent.cortex.knowledge.recall('dog', { entity: 'garage' })).items.map(
          ({ fact }) => fact.entity
        ),
        ['garage']
      )
      await db.stop()
      if (round === 1)
        for (const suffix of ['', '.usearch'])
          await rm(join(dataDir, `vectors.db${suffix}`), { force: true })
    }
    assert.deepEqual([...new Set(server.keys)], [`Bearer ${KEY}`])
  })

  it('sends private facts only when it is told to', async () => {
    const { embeddings } = new OpenAI({ baseURL: server.baseURL, apiKey: KEY })
    const unsaid: Embedder = {
      model: 'm',
      async embed(texts) {
        const input = [...texts]
        const { data } = await embeddings.create({ model: 'm', input, encoding_format: 'float' })
        return data.map(({ embedding }) => Float32Array.from(embedding))
      }
    }
    for (const [isSent, init] of [
      [false, { embeddings: unsaid }],
      [false, {}],
      [true, {}]
    ] as const) {
      await using db = await open(init, { private: isSent })
      const { knowledge } = db.agent.cortex
      await knowledge.distill('diary', 'My hound is called Secretname.', 0.9, { private: true })
      await knowledge.distill('farm', 'The puppy is small.', 0.9)
      // Both are equally near, so either may be the first.
      await untilFound(db, 'dog', isSent ? 'My hound is called Secretname.' : 'The puppy is small.')
      assert.equal(
        server.texts.some((said) => said.includes('Secretname')),
        isSent
      )
    }
  })

  it('goes by words and says so while the provider fails, and catches up afterwards', async () => {
    await using db = await open()
    const failures: Error[] = []
    db.on('embedding:fail', (error) => failures.push(error))
    for (const status of [500, 429, 401]) {
      server.fault = (response) => {
        response.statusCode = status
        response.end(JSON.stringify({ error: { message: `Incorrect API key provided: ${KEY}` } }))
        return true
      }
      if (status === 500) await fill(db)
      const [found] = (await db.agent.cortex.knowledge.recall('hound')).items
      assert.equal(found?.fact.entity, 'farm')
      assert.ok(failures.some(({ message }) => message.includes(String(status))))
    }
    server.fault = undefined
    await until(db, 'puppy', FACTS[3][1])
    for (const error of failures) {
      const text = `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`
      assert.ok(!text.includes(KEY))
    }
  })

  it('keeps no vector of a forgotten fact, also while the provider fails', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    const vectors = new Map<string, Float32Array>()
    let isFailing = false
    const embeddings: Embedder = {
      model: 'm',
      embed: (texts) => {
        if (isFailing) return Promise.reject(new Error('no answer'))
        const embedded = texts.map((text) => {
          const digest = hash('sha256', text, 'buffer')
          const vector = Float32Array.from(digest, (byte) => byte / 255 - 0.5)
          vectors.set(text, vector)
          return vector
        })
        return Promise.resolve(embedded)
      }
    }
    {
      await using db = await createHive({ dataDir, swarm: false, embeddings, random: () => 0 })
      const { knowledge } = db.agent.cortex
      await fill(db)
      for (const [, content] of FACTS) await untilFound(db, content, content)
      for (;;) {
        if (FACTS.every(([entity]) => [...vectors.keys()].some((text) => text.includes(entity))))
          break
        await knowledge.recall('hound')
      }
      isFailing = true
      const failed = once(db, 'embedding:fail', { signal: signal() })
      await knowledge.distill('later', 'It waits for the provider.', 0.9)
      await knowledge.recall('later')
      await failed
      const [farm] = (await knowledge.recall('hound')).items
      assert.equal((await knowledge.forget(farm?.fact.id ?? '')).forgotten, true)
    }
    const files = await Promise.all(
      ['vectors.db', 'vectors.db.usearch'].map((name) => readFile(join(dataDir, name)))
    )
    for (const [entity] of FACTS) {
      const [, vector = new Float32Array()] =
        [...vectors].find(([text]) => text.includes(entity)) ?? []
      const forms = [Buffer.from(vector.buffer), Buffer.from(new Float16Array(vector).buffer)]
      const found = files.map((bytes) => forms.some((form) => bytes.includes(form)))
      const isLeft = entity !== 'farm'
      assert.deepEqual(found, [isLeft, isLeft], entity)
    }
  })

  it('waits for a provider that hangs no longer than its caller does, and stops', async () => {
    const db = await open()
    server.fault = () => true
    await fill(db)
    const aborting = AbortSignal.timeout(100)
    await assert.rejects(db.agent.cortex.knowledge.recall('hound', { signal: aborting }), {
      name: 'TimeoutError'
    })
    const [found] = (await db.agent.cortex.knowledge.recall('hound')).items
    assert.equal(found?.fact.entity, 'farm')
    await db.stop()
  }).timeout(10_000)

  it('leaves out texts that the provider refuses, and embeds the others', async () => {
    await using db = await open()
    server.fault = (response, texts) => {
      if (!texts.some((said) => said.includes('poison'))) return false
      response.statusCode = 400
      response.end('{}')
      return true
    }
    await db.agent.cortex.knowledge.distill('e', 'A poison for the physician.', 0.9)
    await fill(db)
    await until(db, 'surgeon', FACTS[1][1])
  })

  it('refuses vectors of another dimension than asked for', async () => {
    await using db = await open({}, { dimensions: 32 })
    const failed = once(db, 'embedding:fail', { signal: signal() })
    await fill(db)
    assert.equal((await db.agent.cortex.knowledge.recall('hound')).items.length, 1)
    const [error]: unknown[] = await failed
    assert.match(String(error), /64 dimensions where 32 were requested/)
  })

  it('embeds all again for another model, or other dimensions of the same', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    for (const [model, dimensions] of [
      ['m', 64],
      ['other', 64],
      ['other', 96]
    ] as const) {
      server.dimensions = dimensions
      await using db = await open({ dataDir }, { model })
      if (model === 'm') await fill(db)
      server.texts.length = 0
      await until(db, 'puppy', FACTS[3][1])
      assert.ok(server.texts.includes(`${FACTS[3][0]}: ${FACTS[3][1]}`))
    }
  })

  it('refuses unknown options', async () => {
    await assert.rejects(open({}, { url: 'x' }), { code: 'OPTIONS_INVALID' })
  })
})

describe('search threads', () => {
  it('are two, however many nodes there are, and none when all have stopped', async () => {
    const nodes = await Promise.all(Array.from({ length: 8 }, () => createHive({ swarm: false })))
    for (const [i, { agent }] of nodes.entries()) {
      await agent.cortex.knowledge.distill('e', `Node ${i} has a fact.`, 0.9)
      assert.equal(
        (await agent.cortex.knowledge.recall('fact')).items[0]?.fact.content,
        `Node ${i} has a fact.`
      )
    }
    assert.equal(searchThreads(), 2)
    await Promise.all(nodes.slice(1).map((node) => node.stop()))
    assert.equal((await nodes[0]?.agent.cortex.knowledge.recall('fact'))?.items.length, 1)
    await nodes[0]?.stop()
    assert.equal(searchThreads(), 0)
  })
})
