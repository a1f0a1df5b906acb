import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { createClient, HiveClientError } from '../../node/client/index.ts'
import { startApi } from '../fixtures/api.ts'
import type { Api } from '../fixtures/api.ts'

describe('the client', () => {
  let api: Api
  before(async () => {
    api = await startApi()
  })
  after(() => api[Symbol.asyncDispose]())

  it('calls operations by name, with typed results', async () => {
    const hive = createClient(api)
    const { id, status } = await hive.learn({ summary: 'CSS gap', action: 'Use it in flex.' })
    assert.equal(status, 'new')
    const { items } = await hive.recall({ query: 'css gap', limit: 3 })
    assert.equal(items[0]?.fact.id, id)
    assert.equal(items[0]?.fact.action, 'Use it in flex.')
    assert.equal((await hive.status()).running, true)
    assert.deepEqual(await hive.forget({ id }), { forgotten: true, retracted: false })
  })

  it('passes progress and items on', async () => {
    const hive = createClient(api)
    const facts = Array.from({ length: 1_000 }, (_, i) => ({
      entity: 'e',
      content: `Fact ${i}.`,
      confidence: 0.5
    }))
    const seen: number[] = []
    await hive.distill({ facts }, { onProgress: ({ read = 0 }) => seen.push(read) })
    assert.ok(seen.length > 0)
    const items: unknown[] = []
    const { facts: count } = await hive.export({}, { onItem: (item) => items.push(item) })
    assert.equal(items.length, count)
  })

  it('says why the node refuses a call', async () => {
    const hive = createClient(api)
    const isError = (code: string, status: number) => (error: unknown) =>
      error instanceof HiveClientError && error.code === code && error.status === status
    await assert.rejects(hive.showSkill({ skill: 'none' }), isError('SKILL_UNKNOWN', 404))
    await assert.rejects(hive.recall({ query: 'x', limit: 0 }), isError('ARGUMENT_INVALID', 400))
    const stranger = createClient({ ...api, token: 'wrong' })
    await assert.rejects(stranger.status(), isError('UNAUTHORIZED', 401))
  })

  it('cancels a call on the node', async () => {
    const hive = createClient(api)
    const cancel = new AbortController()
    const events = hive.events(
      {},
      { signal: cancel.signal, onItem: () => cancel.abort(new Error('enough')) }
    )
    const warn = setInterval(() => api.db.emit('hive:warn', 'hello'), 5)
    await assert.rejects(events, /enough/)
    clearInterval(warn)
  })

  it('loads no module of Node.js', async () => {
    const folder = new URL('../../node/client/', import.meta.url)
    const files = await readdir(folder)
    const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))
    const code = texts.join('\n').replaceAll(/\/\*\*[^]*?\*\//g, '')
    assert.doesNotMatch(code, /from 'node:|\bprocess\.\w|\bBuffer\b/)
    const imports = [...code.matchAll(/^import (?!type)[^\n]*from '([^']+)'/gm)].map(
      (match) => match[1]
    )
    assert.ok(
      imports.every((path) => path?.startsWith('./')),
      imports.join()
    )
  })
})
