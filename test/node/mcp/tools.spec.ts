import assert from 'node:assert/strict'
import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { Client } from '@modelcontextprotocol/client'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { SkillsClient } from '@modelcontextprotocol/client/ext/skills'
import { z } from 'zod'
import { startApi } from '../../fixtures/api.ts'
import type { CallToolResult } from '@modelcontextprotocol/client'
import type { Api } from '../../fixtures/api.ts'

const MAX_TOKENS = 1_200

async function connect(api: Api, query = ''): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  const transport = new StreamableHTTPClientTransport(new URL(`${api.url}/mcp${query}`), {
    requestInit: { headers: { authorization: `Bearer ${api.token}` } }
  })
  await client.connect(transport)
  return client
}

function textOf({ content }: CallToolResult): string {
  const [first] = content
  assert.ok(first?.type === 'text')
  return first.text
}

describe('the MCP tools', () => {
  let api: Api
  let client: Client
  before(async () => {
    api = await startApi()
    client = await connect(api)
  })
  after(async () => {
    await client.close()
    await api[Symbol.asyncDispose]()
  })

  const use = (name: string, args: Record<string, unknown>): Promise<CallToolResult> =>
    client.callTool({ name, arguments: args })

  it('cost an agent at most 1,200 tokens with the instructions, always in one order', async () => {
    const { tools } = await client.listTools()
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['recall', 'open', 'learn', 'report', 'skill']
    )
    const text = JSON.stringify(tools) + client.getInstructions()
    const tokens = encode(text).length
    assert.ok(tokens <= MAX_TOKENS, `${tokens} tokens`)
    assert.deepEqual((await client.listTools()).tools, tools)
    for (const { outputSchema, annotations } of tools) {
      assert.ok(outputSchema !== undefined && annotations !== undefined)
    }
  })

  it('say plainly when nothing is known', async () => {
    const found = await use('recall', { query: 'How do submarines dive?' })
    assert.equal(textOf(found), 'Nothing is known about this.')
    assert.deepEqual(found.structuredContent, { items: [], more: 0 })
  })

  it('learn a lesson, recall it in one line, open it whole, and take a report', async () => {
    const lesson = {
      summary: 'npm ERR! ERESOLVE with react-test-renderer',
      detail: 'Version 18 wants React 18.\nThe tree has React 19.',
      action: 'npm install react-test-renderer@19',
      tags: ['npm']
    }
    assert.match(textOf(await use('learn', lesson)), /^Learned: [0-9a-f]{10}\.$/)
    const found = await use('recall', { query: 'ERESOLVE react-test-renderer' })
    assert.match(
      textOf(found),
      /^[0-9a-f]{10} own 1v today npm ERR! ERESOLVE with react-test-renderer => npm install react-test-renderer@19$/
    )
    const { items } = z
      .object({ items: z.array(z.object({ id: z.string() })) })
      .parse(found.structuredContent)
    const ids = items.map(({ id }) => id)
    const opened = textOf(await use('open', { ids }))
    assert.match(opened, /Version 18 wants React 18\.\nThe tree has React 19\./)
    assert.match(opened, /this machine, agent \w+, today/)
    const similar = await use('learn', { ...lesson, detail: 'Other words.' })
    assert.match(textOf(similar), /^Known as [0-9a-f]{10}: npm ERR! ERESOLVE/)
    assert.match(textOf(await use('report', { id: ids[0], outcome: 'stale' })), /marked it stale/)
    assert.match(textOf(await use('recall', { query: 'ERESOLVE react-test-renderer' })), /^Nothing/)
  })

  it('show what would leave before a lesson is shared, and share it anonymised', async () => {
    const asked = await use('learn', {
      summary: 'Staging database refuses connections',
      action: 'Ask ann.miller@corp.example to open port 5432.',
      share: 'ask'
    })
    assert.match(textOf(asked), /\n-.*ann\.miller@corp\.example.*\n\+.*EMAIL/i)
    const shared = await use('learn', {
      summary: 'vitest hangs with fake timers and fetch',
      action: 'Use toFake without nextTick.',
      share: 'hive'
    })
    assert.match(textOf(shared), /Shared as [0-9a-f]{10}\./)
    const insights = await api.db.agent.cortex.hive.getGlobalInsights()
    assert.partialDeepStrictEqual(insights, [{ kind: 'lesson', corroboration: 1 }])
  })

  it('keep the lessons of a project apart', async () => {
    const [shop, blog] = [await connect(api, '?project=shop'), await connect(api, '?project=blog')]
    const lesson = {
      summary: 'Checkout rounds halves of a cent',
      action: 'Round once, at the end.'
    }
    await shop.callTool({ name: 'learn', arguments: lesson })
    const recall = { name: 'recall', arguments: { query: 'checkout rounds halves of a cent' } }
    assert.match(textOf(await shop.callTool(recall)), /Round once/)
    assert.doesNotMatch(textOf(await blog.callTool(recall)), /Round once/)
    await Promise.all([shop.close(), blog.close()])
  })

  it('find, show and run skills that were tested', async () => {
    await api.db.agent.cortex.capabilities.registerCapability({
      name: 'double',
      description: 'Doubles a number.',
      kind: 'code',
      source: 'export default (n) => 2 * n',
      tests: [{ input: 2, output: 4 }]
    })
    assert.match(
      textOf(await use('skill', { action: 'find', skill: 'double' })),
      /double experimental 0\/0/
    )
    assert.match(textOf(await use('skill', { action: 'show', skill: 'double' })), /export default/)
    const run = await use('skill', { action: 'run', skill: 'double', input: 21 })
    assert.equal(textOf(run), '42')
    const failed = await use('skill', { action: 'run', skill: 'none' })
    assert.equal(failed.isError, true)
    assert.match(textOf(failed), /skill/i)
  })

  it('offer prose without tests as untested, and let its uses prove it', async () => {
    const { capabilities } = api.db.agent.cortex
    const prose = {
      name: 'brand-voice',
      description: 'How our texts sound.',
      kind: 'prompt',
      source: 'Short sentences.'
    } as const
    const { id } = await capabilities.registerCapability(prose)
    const tested = { ...prose, name: 'brand-voice-tested', tests: [{ input: 'x', output: 'y' }] }
    // Without a model its tests do not run, so it stays untested.
    await assert.rejects(capabilities.registerCapability(tested), { code: 'SKILL_STATUS' })
    assert.equal((await capabilities.get(tested.name)).status, 'sandbox')
    const find = async (): Promise<string> =>
      textOf(await use('skill', { action: 'find', skill: 'brand-voice' }))
    assert.match(
      await find(),
      /^[0-9a-f]+ brand-voice sandbox, untested 0\/0 How our texts sound\.$/
    )
    const shown = textOf(await use('skill', { action: 'show', skill: 'brand-voice' }))
    assert.match(shown, /sandbox, untested, 0 of 0 uses succeeded[^]*Short sentences\./)
    for (let i = 0; (await capabilities.get(id)).status !== 'verified'; i++) {
      assert.ok(i < 400)
      const reported = await use('report', { id: id.slice(0, 12), outcome: 'worked' })
      assert.equal(textOf(reported), 'recorded the use.')
    }
    assert.match(await find(), /brand-voice verified, untested 175\/175/)
  })

  it('come with the verified skills as files, by the skills extension', async () => {
    const { capabilities } = api.db.agent.cortex
    const { id } = await capabilities.registerCapability({
      name: 'triple',
      description: 'Triples a number: "3" gives 9.',
      kind: 'code',
      source: 'export default (n) => 3 * n',
      tests: [{ input: 2, output: 6 }]
    })
    const skills = new SkillsClient(client)
    const served = async (): Promise<Awaited<ReturnType<typeof skills.list>>['skills']> => {
      const all = (await skills.list()).skills
      return all.filter(({ frontmatter }) => frontmatter.name === 'triple')
    }
    assert.deepEqual(await served(), [], 'one that is not verified is not served')
    for (let i = 0; (await capabilities.get(id)).status !== 'verified'; i++) {
      assert.ok(i < 400)
      await capabilities.recordOutcome(id, { ok: true, caller: `caller ${i}` })
    }
    const [entry] = await served()
    assert.ok(entry !== undefined)
    const file = await skills.read(entry)
    assert.equal(file.verified, true)
    assert.deepEqual(file.frontmatter, {
      name: 'triple',
      description: 'Triples a number: "3" gives 9.'
    })
    assert.match(file.body ?? '', /action "run", skill "triple"[^]*export default/)
  })

  it('keep within the budget of a recall', async () => {
    const others = Array.from({ length: 200 }, (_, i) => ({
      entity: `device ${i}`,
      content: `It has ${i} ports.`,
      confidence: 0.5
    }))
    await api.result('distill', { facts: others })
    for (let i = 0; i < 12; i++) {
      await use('learn', {
        summary: `Budget lesson ${i} about the zebra number ${i * 77}`,
        detail: 'x '.repeat(150)
      })
    }
    const found = await use('recall', { query: 'zebra number lesson', budget: 200 })
    assert.ok(Buffer.byteLength(textOf(found)) <= 3 * 200 + 40)
    assert.match(textOf(found), /\d+ more; raise the budget\./)
    const weak = textOf(await use('recall', { query: 'ports of the harbour' }))
    assert.match(
      weak,
      /^(Nothing is known about this\.|Nothing close is known\. Perhaps:(\n.+){1,3})$/
    )
  })

  it('refuse bad arguments with what is wrong', async () => {
    const bad = await use('report', { id: 'abc', outcome: 'great' }).catch(
      (error: Error) => error.message
    )
    assert.match(typeof bad === 'string' ? bad : textOf(bad), /outcome/)
  })

  it('refuse an argument that they do not take, and name those that they take', async () => {
    const { tools } = await client.listTools()
    const valid: Readonly<Record<string, Record<string, unknown>>> = {
      recall: { query: 'x' },
      open: { ids: ['abc'] },
      learn: { summary: 'A lesson with a typo', tags: ['npm'] },
      report: { id: 'abc', outcome: 'worked' },
      skill: { action: 'find', skill: 'x' }
    }
    for (const { name, inputSchema } of tools) {
      const refused = await use(name, { ...valid[name], tag: ['npm'] })
      assert.equal(refused.isError, true, name)
      const taken = Object.keys(inputSchema.properties ?? {}).join(', ')
      const words = `there is no field "tag", only ${taken}`
      assert.ok(textOf(refused).includes(words), textOf(refused))
    }
    assert.match(textOf(await use('recall', { query: 'A lesson with a typo' })), /^Nothing/)
  })
})
