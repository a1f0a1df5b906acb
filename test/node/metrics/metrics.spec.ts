import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { createMemberSeed, epochBegin, epochOf } from '../../../crdt/index.ts'
import { scriptedProvider } from '../../../src/index.ts'
import { startApi } from '../../fixtures/api.ts'
import { ClosedSwarm } from '../../fixtures/members.ts'
import { until } from '../../fixtures/until.ts'
import type { HiveInit, ModelsInit } from '../../../src/index.ts'
import type { Api } from '../../fixtures/api.ts'

type SwarmMember = NonNullable<Exclude<HiveInit['swarm'], false | undefined>['member']>

const DOCS = new URL('../../../docs/operations/', import.meta.url)

const usage = { input: 10, cacheRead: 0, cacheWrite: 0, output: 5 }

const models: ModelsInit = {
  providers: { f: scriptedProvider('f', () => ({ text: 'ok', usage })) },
  tiers: { fast: ['f/one'] },
  budgets: { node: { day: { tokens: 5_000 } } }
}

const Rules = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) }))
})
const Dashboard = z.object({
  templating: z.object({
    list: z.array(z.object({ query: z.union([z.string(), z.object({ query: z.string() })]) }))
  }),
  panels: z.array(
    z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).optional() })
  )
})

describe('the measurements', function () {
  this.timeout(30_000)

  let api: Api
  let text: string

  /** A node that has done some of everything. */
  before(async () => {
    api = await startApi({ models })
    const { cortex } = api.db.agent
    await api.result('distill', {
      facts: [{ entity: 'CSS gap', content: 'Flex containers support gap.', confidence: 0.95 }]
    })
    await api.result('broadcast')
    const { id } = await cortex.capabilities.registerCapability({
      name: 'greet',
      description: 'Greets by name.',
      kind: 'code',
      source: 'export default ({ name }) => `Hello, ${name.trim()}.`',
      tests: [{ input: { name: 'hive' }, output: 'Hello, hive.' }]
    })
    await cortex.capabilities.invoke(id, { name: 'hive' })
    await assert.rejects(cortex.capabilities.invoke(id, { name: 7 }))
    await cortex.models.generate({
      task: 'summarise',
      messages: [{ role: 'user', content: 'Sum up.' }]
    })
    assert.notEqual((await api.call('vote', { id: '123456', vote: 'vouch' })).status, 200)
    await cortex.hive.getGlobalInsights()
    text = await read(api)
  })
  after(() => api[Symbol.asyncDispose]())

  const read = async ({ url, token }: Api): Promise<string> => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${url}/metrics`, { headers })).text()
  }

  const valueOf = (measured: string, series: string): number => {
    const line = measured.split('\n').find((each) => each.startsWith(`${series} `))
    return Number(line?.slice(series.length + 1) ?? Number.NaN)
  }

  const namesOf = (measured: string): Set<string> =>
    new Set(
      [...measured.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
        type === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name]
      )
    )

  it('count what the node has done', async () => {
    const expected: Readonly<Record<string, number>> = {
      hive_facts: 1,
      hive_authors: 1,
      'hive_records{kind="fact",state="released"}': 1,
      hive_sandbox_threads: 3,
      hive_sandbox_failed_runs_total: 1,
      'hive_operation_duration_seconds_count{operation="distill",result="ok"}': 1,
      'hive_operation_duration_seconds_count{operation="vote",result="failed"}': 1,
      hive_running_operations: 0,
      'hive_model_calls_total{task="summarise",tier="fast",outcome="answered"}': 1,
      'hive_budget{budget="the node for the day",unit="tokens",part="limit"}': 5_000,
      'hive_intake{payer="peer",unit="entries",part="used"}': 0,
      'hive_intake{payer="peer",unit="entries",part="limit"}': 2_000_000,
      'hive_skill_transitions_total{to="experimental"}': 1
    }
    for (const [series, value] of Object.entries(expected)) {
      assert.equal(valueOf(text, series), value, `${series}\n${text}`)
    }
    assert.ok(valueOf(text, 'hive_sandbox_runs_total') >= 2)
    assert.ok(valueOf(text, 'hive_event_loop_lag_seconds_count') >= 0)
    assert.ok(valueOf(text, 'process_resident_memory_bytes') > 1e7)
    // A second reading counts no state twice.
    assert.equal(valueOf(await read(api), 'hive_sandbox_failed_runs_total'), 1)
  })

  it('count who is let in at the doors of a closed swarm, and why others are not', async () => {
    const lab = new ClosedSwarm()
    const now = Math.floor(Date.now() / 1_000)
    const dates = { notBefore: epochBegin(epochOf(now)), notAfter: now + 86_400 }
    const first = lab.issue(lab.asRoot, { role: 'inviter', ...dates })
    const second = lab.issue(lab.asRoot, dates)
    const founding = lab.founding.bytes
    const statements = [founding, first.certificate.bytes, second.certificate.bytes]
    const start = (member: SwarmMember, bootstrap: readonly string[] = []): Promise<Api> =>
      startApi({ swarm: { name: lab.swarm, bootstrap: [...bootstrap], member } })
    const signal = AbortSignal.timeout(20_000)
    const counted = (
      of: Api,
      event: 'member:admit' | 'member:refuse',
      series: string
    ): Promise<number> =>
      until(
        of.db,
        event,
        async () => {
          const value = valueOf(await read(of), `hive_member_${series}`)
          return value > 0 ? value : undefined
        },
        signal
      )
    await using ada = await start({ seed: first.keys.seed, statements })
    await using bob = await start({ seed: second.keys.seed, statements }, ada.db.multiaddrs)
    for (const member of [ada, bob])
      assert.equal(await counted(member, 'member:admit', 'admissions_total'), 1)
    const invite = { id: new Uint8Array(8), secret: new Uint8Array(16) }
    await using eve = await start(
      { seed: createMemberSeed(), statements: [founding], invite },
      ada.db.multiaddrs
    )
    const refusals = (by: string): string => `refusals_total{by="${by}",reason="invite unknown"}`
    await counted(ada, 'member:refuse', refusals('node'))
    await counted(eve, 'member:refuse', refusals('peer'))
    assert.equal(valueOf(await read(ada), 'hive_member_admissions_total'), 1)
    assert.equal(valueOf(await read(eve), 'hive_member_admissions_total'), 0)
    assert.ok(!(await read(bob)).includes('hive_member_refusals_total{'))
    assert.ok(!(await read(ada)).includes('hive_member_refusals_total{by="peer"'))
  })

  it('have all names that the dashboard and the alert rules use', () => {
    const names = namesOf(text)
    // Prometheus itself adds it.
    names.add('up')
    const { groups } = Rules.parse(parse(readFileSync(new URL('alerts.yml', DOCS), 'utf8')))
    const { panels, templating } = Dashboard.parse(
      JSON.parse(readFileSync(new URL('grafana-dashboard.json', DOCS), 'utf8'))
    )
    const queries = templating.list.map(({ query }) =>
      typeof query === 'string' ? query : query.query
    )
    const expressions = [
      ...groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
      ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
      ...queries
    ]
    const used = expressions.flatMap((expression) =>
      [
        ...expression.matchAll(/\b(?:up|(?:hive|process|nodejs|gen_ai_client)_\w+)(?=[{\s[),]|$)/g)
      ].map(([name]) => name)
    )
    assert.ok(new Set(used).size > 40)
    assert.deepEqual(
      [...new Set(used)].filter((name) => !names.has(name)),
      []
    )
    // What a dashboard of a node should show.
    const shown = new Set(used)
    const own = [...names].filter((name) => name.startsWith('hive_') && !/_(sum|count)$/.test(name))
    const hidden = own.filter((name) => !shown.has(name))
    assert.ok(hidden.length < own.length / 2, hidden.join(' '))
  })

  it('are all in the documentation, which has no others', () => {
    const page = readFileSync(new URL('../OPERATIONS.md', DOCS), 'utf8')
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name)
    const documented = [...page.matchAll(/`((?:hive|gen_ai|process|nodejs)_[\w*]+)/g)].map(
      ([, name = '']) => name
    )
    const isNamedBy = (pattern: string) => (name: string) =>
      new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name)
    const missing = names.filter((name) => !documented.some((each) => isNamedBy(each)(name)))
    assert.deepEqual(missing, [], 'not documented')
    const made = names.filter((name) => name.startsWith('hive_') || name.startsWith('gen_ai_'))
    const gone = documented.filter(
      (each) => !/^(process|nodejs)_/.test(each) && !made.some(isNamedBy(each))
    )
    assert.deepEqual(gone, [], 'documented, and not there')
  })

  it('have no content, keys or ids', () => {
    for (const secret of ['Flex', 'CSS', 'Hello', 'greet', 'Sum up', api.token, api.dataDir]) {
      assert.ok(!text.includes(secret), secret)
    }
  })
})
