import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { z } from 'zod'
import { openDoors } from '../../../node/control/doors.ts'
import { Tracing, traceSettings } from '../../../node/tracing/index.ts'
import { createHive, scriptedProvider } from '../../../src/index.ts'
import { remoteCalls } from '../../../node/control/control-client.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { AddressInfo } from 'node:net'

const Value = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ intValue: z.string().regex(/^\d+$/) }),
  z.strictObject({ boolValue: z.boolean() })
])
const Attributes = z.array(z.strictObject({ key: z.string(), value: Value }))
const Span = z.strictObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int().min(1).max(3),
  startTimeUnixNano: z.string().regex(/^\d{19}$/),
  endTimeUnixNano: z.string().regex(/^\d{19}$/),
  attributes: Attributes,
  status: z.strictObject({ code: z.int() })
})
const Body = z.strictObject({
  resourceSpans: z.tuple([
    z.strictObject({
      resource: z.strictObject({ attributes: Attributes }),
      scopeSpans: z.tuple([z.strictObject({ scope: z.unknown(), spans: z.array(Span) })])
    })
  ])
})

class Collector extends EventEmitter<{ body: [] }> implements AsyncDisposable {
  readonly spans: z.infer<typeof Span>[] = []
  readonly headers: Record<string, unknown>[] = []
  text = ''
  status = 200
  readonly #server = createServer((request, response) => {
    void json(request).then((body) => {
      this.text += JSON.stringify(body)
      this.headers.push({ ...request.headers, path: request.url })
      this.spans.push(...Body.parse(body).resourceSpans[0].scopeSpans[0].spans)
      response.writeHead(this.status).end('{}')
      return this.emit('body')
    })
  })

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

describe('traces', () => {
  const usage = { input: 10, cacheRead: 0, cacheWrite: 0, output: 5 }

  it('show operations and the calls of models in them, without content', async () => {
    await using collector = new Collector()
    const url = await collector.start()
    const settings = traceSettings({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=a%20b, authorization=Bearer 7',
      OTEL_SERVICE_NAME: 'mine'
    })
    assert.ok(settings !== undefined)
    const tracing = new Tracing({ ...settings, version: '1.2.3', onFail: assert.fail })
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    const socket = join(directory.path, 's')
    await using db = await createHive({
      dataDir,
      swarm: false,
      models: {
        providers: { f: scriptedProvider('f', () => ({ text: 'okapi', usage })) },
        tiers: { premium: ['f/one'], fast: ['f/one'] }
      }
    })
    const stop = tracing.follow(db)
    const doors = await openDoors(db, { dataDir, socket, hosts: [], observers: [tracing] })
    const call = remoteCalls(socket)
    await call('distill', { facts: [{ entity: 'okapi', content: 'Okapi.', confidence: 0.9 }] })
    await assert.rejects(call('vote', { id: 'okapi1', vote: 'vouch' }))
    await db.agent.cortex.models.generate({
      task: 'summarise',
      messages: [{ role: 'user', content: 'okapi' }]
    })
    db.emit('sync:receive', { entries: 7, milliseconds: 40 })
    await doors.close()
    stop()
    await tracing.close()
    const found = collector.spans.map(({ name, kind, status }) => [name, kind, status.code])
    assert.deepEqual(found, [
      ['hive distill', 2, 0],
      ['hive vote', 2, 2],
      ['chat f/one', 3, 0],
      ['hive sync', 1, 0]
    ])
    for (const { startTimeUnixNano: start, endTimeUnixNano: end } of collector.spans) {
      assert.ok(BigInt(start) <= BigInt(end))
    }
    const sync = collector.spans.at(-1)
    const [begin, end] = [sync?.startTimeUnixNano, sync?.endTimeUnixNano].map((at) =>
      BigInt(at ?? 0)
    )
    assert.equal(((end ?? 0n) - (begin ?? 0n)) / 1_000_000n, 40n)
    assert.equal(tracing.dropped, 0)
    const { path, authorization, ...headers } = collector.headers[0] ?? {}
    assert.deepEqual([path, authorization, headers['x-team']], ['/v1/traces', 'Bearer 7', 'a b'])
    assert.match(collector.text, /"service.name","value":\{"stringValue":"mine"/)
    assert.match(collector.text, /"gen_ai.usage.input_tokens","value":\{"intValue":"10"/)
    for (const secret of ['okapi', 'Okapi', 'default', dataDir]) {
      assert.ok(!collector.text.includes(secret), secret)
    }
  })

  it('put a call of a model into the trace of the operation that makes it', async () => {
    await using collector = new Collector()
    const tracing = new Tracing({
      url: await collector.start(),
      headers: {},
      service: 'mine',
      version: '1',
      onFail: assert.fail
    })
    await using db = await createHive({
      swarm: false,
      models: {
        providers: { f: scriptedProvider('f', () => ({ text: 'ok', usage })) },
        tiers: { fast: ['f/one'] }
      }
    })
    const stop = tracing.follow(db)
    const operation = async (): Promise<void> => {
      const end = tracing.begin('propose-decision')
      const messages = [{ role: 'user' as const, content: 'Sum up.' }]
      await db.agent.cortex.models.generate({ task: 'summarise', messages })
      end()
    }
    await Promise.all([operation(), operation()])
    stop()
    await tracing.close()
    const calls = collector.spans.filter(({ name }) => name.startsWith('chat'))
    const parents = collector.spans.filter(({ name }) => name.startsWith('hive'))
    assert.deepEqual(
      calls.map(({ traceId, parentSpanId }) => `${traceId} ${parentSpanId}`).toSorted(),
      parents.map(({ traceId, spanId }) => `${traceId} ${spanId}`).toSorted()
    )
    assert.equal(new Set(parents.map(({ traceId }) => traceId)).size, 2)
  })

  it('are dropped, and reported once, while the collector fails', async () => {
    await using collector = new Collector()
    collector.status = 503
    const failures: string[] = []
    const tracing = new Tracing({
      url: await collector.start(),
      headers: {},
      service: 'mine',
      version: '1',
      onFail: (reason) => failures.push(reason)
    })
    for (let i = 0; i < 5_000; i++) tracing.begin('status')()
    await tracing.close()
    assert.deepEqual(failures, ['the collector answered 503'])
    assert.equal(tracing.dropped, 5_000)
  })

  it('are off without a collector, and refuse what is no address of one', () => {
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:4318'
    assert.equal(traceSettings({}), undefined)
    assert.equal(traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: '' }), undefined)
    for (const off of [{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }]) {
      assert.equal(traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT, ...off }), undefined)
    }
    const OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = 'http://127.0.0.1:9/here'
    assert.equal(
      traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT })?.url,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
    )
    assert.throws(() => traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }), /http/)
  })
})
