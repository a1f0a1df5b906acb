import assert from 'node:assert/strict'
import { Client } from '@modelcontextprotocol/client'
import { InMemoryTransport } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { createCqServer } from '../../../node/cq/index.ts'
import { localCalls } from '../../../node/operations/index.ts'
import { startApi } from '../../fixtures/api.ts'
import type { Api, ApiAnswer } from '../../fixtures/api.ts'

const Unit = z.looseObject({
  id: z.string().regex(/^ku_[0-9a-f]{32}$/),
  domains: z.array(z.string()).min(1),
  insight: z.strictObject({ summary: z.string(), detail: z.string(), action: z.string() }),
  context: z.strictObject({
    languages: z.array(z.string()),
    frameworks: z.array(z.string()),
    pattern: z.string()
  }),
  evidence: z.looseObject({ confidence: z.number(), confirmations: z.int() }),
  tier: z.enum(['private', 'public']),
  flags: z.array(z.looseObject({ reason: z.string() }))
})
type Unit = z.output<typeof Unit>

const INSIGHT = {
  summary: 'Stripe API returns 402 for expired cards',
  detail: 'The error code is card_declined, not payment_failed.',
  action: 'Check error.code, not error.type, when handling card errors.'
}
const PROPOSAL = {
  domains: ['api', 'stripe'],
  insight: INSIGHT,
  context: { languages: ['python'], frameworks: ['fastapi'], pattern: '' },
  created_by: 'agent'
}

function ask(api: Api, method: string, path: string, body?: unknown): Promise<ApiAnswer> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  return api.send({ method, path: `/api/v1${path}`, body: text })
}

async function unitOf(answer: Promise<ApiAnswer>): Promise<Unit> {
  const { status, body } = await answer
  assert.equal(status, 201, JSON.stringify(body))
  return Unit.parse(body)
}

/** As cq's clients in Python and Go send them (sdk/python/src/cq/client.py, sdk/go/remote.go). */
describe('the REST routes of cq', () => {
  it('propose, query, confirm, flag and count units', async () => {
    await using api = await startApi()
    const proposed = await unitOf(ask(api, 'POST', '/knowledge', PROPOSAL))
    assert.deepEqual(proposed.insight, INSIGHT)
    assert.deepEqual(proposed.domains, ['api', 'stripe'])
    assert.deepEqual(proposed.context, PROPOSAL.context)
    assert.equal(proposed.tier, 'public', 'it was shared')
    assert.equal(proposed.evidence.confidence, 0.5)

    const query = '/knowledge?domains=api&domains=stripe&languages=python&limit=5'
    const { body } = await ask(api, 'GET', query)
    const { data } = z.object({ data: z.array(Unit) }).parse(body)
    assert.equal(data.length, 1)
    assert.deepEqual(data[0]?.insight, INSIGHT)

    const confirmed = await unitOf(ask(api, 'POST', `/knowledge/${proposed.id}/confirmations`))
    assert.equal(confirmed.id, proposed.id)
    assert.equal(confirmed.evidence.confidence, 0.6)
    // A node is one author, however often it confirms.
    const again = await unitOf(ask(api, 'POST', `/knowledge/${proposed.id}/confirmations`))
    assert.equal(again.evidence.confirmations, 1)

    const stats = (await ask(api, 'GET', '/knowledge/stats')).body
    assert.deepEqual(stats, {
      total_count: 1,
      domain_counts: { api: 1, stripe: 1 },
      tier_counts: { private: 0, public: 1 },
      confidence_distribution: { '0.0-0.3': 0, '0.3-0.5': 0, '0.5-0.7': 0, '0.7-1.0': 1 }
    })

    const flagged = await unitOf(
      ask(api, 'POST', `/knowledge/${proposed.id}/flags`, { reason: 'stale' })
    )
    assert.equal(flagged.flags[0]?.reason, 'stale')
    const after = await ask(api, 'GET', '/knowledge?domains=stripe')
    assert.deepEqual(after.body, { data: [] }, 'what is stale is not returned')
  })

  it('find units by their domains, which survive the way to peers, with one tier everywhere', async () => {
    await using api = await startApi()
    const domains = ['pytest', 'ci-runners']
    const proposed = await unitOf(ask(api, 'POST', '/knowledge', { ...PROPOSAL, domains }))
    const shared = z.array(z.looseObject({ tags: z.array(z.string()) }))
    const [insight] = shared.parse(await api.result('insights', {}))
    for (const domain of domains) {
      assert.ok(insight?.tags.includes(domain), JSON.stringify(insight?.tags))
      const { body } = await ask(api, 'GET', `/knowledge?domains=${domain}`)
      const { data } = z.object({ data: z.array(Unit) }).parse(body)
      assert.deepEqual(
        data.map(({ id, tier }) => [id, tier]),
        [[proposed.id, 'public']]
      )
    }
    // Tags with their kind, as earlier versions wrote them; the text does not name the domain.
    const old = { summary: 'Runs are slow', detail: 'Cache it.', tags: ['domain:pytest'] }
    await api.result('learn', old)
    const { body } = await ask(api, 'GET', '/knowledge?domains=pytest')
    const { data } = z.object({ data: z.array(Unit) }).parse(body)
    assert.deepEqual(data.map(({ tier }) => tier).toSorted(), ['private', 'public'])
    const { body: stats } = await ask(api, 'GET', '/knowledge/stats')
    assert.deepEqual(z.looseObject({ tier_counts: z.unknown() }).parse(stats).tier_counts, {
      private: 1,
      public: 1
    })
  })

  it('share the anonymised form alone, and keep here what may disclose too much', async () => {
    await using api = await startApi()
    const secret = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'
    const insight = { ...INSIGHT, detail: `Ada Lovelace uses ada@example.org with ${secret}.` }
    await unitOf(ask(api, 'POST', '/knowledge', { ...PROPOSAL, insight }))
    const shared = JSON.stringify(await api.result('insights', {}))
    assert.doesNotMatch(shared, /ghp_|ada@/)
  })

  it('refuse what cq refuses, by its statuses, and callers without the token', async () => {
    await using api = await startApi()
    const unknown = `ku_${'0'.repeat(32)}`
    const cases = [
      ['POST', '/knowledge', { ...PROPOSAL, domains: [] }, 422],
      ['POST', '/knowledge', { domains: ['a'] }, 422],
      ['GET', '/knowledge', undefined, 422],
      ['GET', '/knowledge?domains=a&limit=0', undefined, 422],
      ['POST', `/knowledge/${unknown}/confirmations`, undefined, 404],
      ['POST', '/knowledge/other/confirmations', undefined, 404],
      ['POST', `/knowledge/${unknown}/flags`, { reason: 'wrong' }, 422],
      ['POST', `/knowledge/${unknown}/flags`, { reason: 'duplicate' }, 404]
    ] as const
    for (const [method, path, body, status] of cases) {
      const answer = await ask(api, method, path, body)
      assert.equal(answer.status, status, `${method} ${path} ${JSON.stringify(answer.body)}`)
      assert.ok(z.object({ detail: z.string() }).safeParse(answer.body).success)
    }
    const path = '/api/v1/knowledge?domains=a'
    const { status } = await api.send({ method: 'GET', path, headers: { authorization: '' } })
    assert.equal(status, 401)
    assert.deepEqual((await ask(api, 'GET', '/health')).body, { status: 'ok' })
    const document = await (await fetch(`${api.url}/api/v1/openapi.json`)).json()
    assert.equal(z.object({ openapi: z.string() }).parse(document).openapi, '3.1.0')
    assert.equal((await fetch(`${api.url}/.well-known/cq-node.json`)).status, 404)
  })
})

describe('the MCP tools of cq', () => {
  it('have the names and shapes of its own server', async () => {
    await using api = await startApi()
    const call = localCalls({ db: api.db, dataDir: api.dataDir, running: true })
    const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
    const server = createCqServer(call)
    await server.connect(serverSide)
    const client = new Client({ name: 'test', version: '1' })
    await client.connect(clientSide)
    const use = async (name: string, args: Record<string, unknown>): Promise<unknown> => {
      const { content, isError } = await client.callTool({ name, arguments: args })
      const [first] = content
      assert.ok(first?.type === 'text')
      assert.notEqual(isError, true, first.text)
      return JSON.parse(first.text)
    }
    try {
      const { tools } = await client.listTools()
      assert.deepEqual(
        tools.map(({ name, inputSchema: { required = [] } }) => [name, [...required].toSorted()]),
        [
          ['query', ['domains']],
          ['propose', ['action', 'detail', 'domains', 'summary']],
          ['confirm', ['unit_id']],
          ['flag', ['reason', 'unit_id']],
          ['status', []]
        ]
      )
      const words = { domains: ['api', 'stripe'], languages: ['python'] }
      const unit = Unit.parse(await use('propose', { ...INSIGHT, ...words }))
      assert.deepEqual(unit.insight, INSIGHT)
      const found = z.array(Unit).parse(await use('query', { domains: ['stripe'], limit: -1 }))
      assert.deepEqual(found[0]?.insight, INSIGHT)
      Unit.parse(await use('confirm', { unit_id: unit.id }))
      const status = z.looseObject({ total_count: z.int() }).parse(await use('status', {}))
      assert.equal(status.total_count, 1)
      const flagged = Unit.parse(await use('flag', { unit_id: unit.id, reason: 'incorrect' }))
      assert.equal(flagged.flags[0]?.reason, 'incorrect')
      const { isError } = await client.callTool({
        name: 'confirm',
        arguments: { unit_id: 'ku_1' }
      })
      assert.equal(isError, true)
    } finally {
      await client.close()
      await server.close()
    }
  })
})
