import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HiveProcess, runHive } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { TemporaryDirectory } from '../fixtures/temporary.ts'

describe('the hive binary', function () {
  this.timeout(180_000)
  const signal = (): AbortSignal => AbortSignal.timeout(150_000)
  let directory: TemporaryDirectory
  beforeEach(async () => (directory = await temporaryDirectory()))
  afterEach(() => directory[Symbol.asyncDispose]())
  const dir = (name = 'node'): string => join(directory.path, name)

  it('explains itself, and every wrong command line', async () => {
    const help = await runHive(['--help'])
    assert.equal(help.code, 0)
    for (const word of ['start', 'distill', 'broadcast', 'insights', 'Exit codes'])
      assert.ok(help.stdout.includes(word))
    assert.match((await runHive(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
    for (const args of [
      [],
      ['strat'],
      ['status', '--what'],
      ['distill', 'only-entity'],
      ['insights', '--limit', 'x'],
      ['recall'],
      ['recall', 'x', '--scope', 'moon'],
      ['recall', 'x', '--as-of', 'soon'],
      ['history'],
      ['goals', 'ad'],
      ['goals', 'status', 'x', 'done'],
      ['playbook'],
      ['playbook', 'x', 'move', 'y'],
      ['start', '--k', '1.5'],
      ['promote'],
      ['vouch'],
      ['dispute', 'a', 'b'],
      ['context'],
      ['forget'],
      ['backup'],
      ['restore', 'a', 'b']
    ]) {
      const { code, stderr, stdout } = await runHive([...args])
      assert.deepEqual([code, stdout], [2, ''], args.join(' '))
      assert.match(stderr, /^hive: .*\n.*--help/)
    }
  })

  it('shows what of a fact would leave, with and without a running node', async () => {
    const data = ['--data-dir', dir()]
    const said = 'Clear /home/zorbax/.cache before the second run.'
    await runHive(['distill', 'build', said, '--tag', 'ci', '--confidence', '0.95', ...data])
    const recalled = await runHive(['recall', 'Clear', '--json', ...data])
    const id = /"id":"([0-9a-f]{64})"/.exec(recalled.stdout)?.[1] ?? ''
    const check = async (): Promise<void> => {
      const shown = await runHive(['insights', '--preview', id, ...data])
      assert.equal(shown.code, 0)
      assert.match(
        shown.stdout,
        /^[0-9a-f]{12} {2}95% {2}\d{4}-\d\d-\d\d {2}build {2}#ci\n {2}Clear <PATH_1> before the second run\.\n {2}1 path replaced, residual risk 0\.00\n$/
      )
      const asJson = await runHive(['insights', '--preview', id, '--json', ...data])
      const preview: unknown = JSON.parse(asJson.stdout)
      assert.ok(typeof preview === 'object' && preview !== null && 'insight' in preview)
      assert.ok(!asJson.stdout.includes('zorbax'))
      const nothing = await runHive(['insights', '--preview', '0'.repeat(64), ...data])
      assert.equal(nothing.code, 1)
      assert.match(nothing.stdout, /^This node has no fact with this id\. "hive recall WORDS"/)
    }
    await check()
    await using node = new HiveProcess(data)
    await node.ready(signal())
    await check()
  })

  it('recalls, tells the history, exports and imports, with and without a running node', async () => {
    const data = ['--data-dir', dir()]
    const lines = [
      { entity: 'Chrome', content: 'Flex containers support gap.', confidence: 0.9, tags: ['css'] },
      {
        entity: 'Chrome',
        content: 'Stable is 84.',
        confidence: 0.9,
        attribute: 'stable',
        value: '84',
        validFrom: '2020-07-14'
      },
      {
        entity: 'Chrome',
        content: 'Stable is 120.',
        confidence: 0.9,
        attribute: 'stable',
        value: '120',
        validFrom: '2023-12-05'
      }
    ]
    const [, first, ...rest] = lines
    const { attribute = '', value = '', validFrom = '' } = first ?? {}
    const claim = ['--attribute', attribute, '--value', value, '--valid-from', validFrom]
    await runHive(['distill', 'Chrome', first?.content ?? '', ...claim, ...data])
    const others = [lines[0], ...rest].map((line) => JSON.stringify(line)).join('\n')
    await runHive(['distill', ...data], others)
    const check = async (): Promise<string> => {
      const recalled = await runHive(['recall', 'supporting', 'gaps', ...data])
      assert.match(
        recalled.stdout,
        /^[0-9a-f]{12} {2}\d+\.\d\d {2}90% .*Chrome\n {2}Flex containers support gap\.\n$/
      )
      const history = (await runHive(['history', 'chrome', ...data])).stdout
      assert.match(
        history,
        /^stable +120 +current +from 2023-12-05 .*\nstable +84 +superseded +from 2020-07-14/
      )
      const past = await runHive([
        'recall',
        '--entity',
        'Chrome',
        'stable',
        '--as-of',
        '2021-01-01',
        '--json',
        ...data
      ])
      assert.equal(JSON.parse(past.stdout).fact.value, '84')
      const exported = await runHive(['export', ...data])
      assert.equal(exported.stdout.trim().split('\n').length, 3)
      return exported.stdout
    }
    const exported = await check()
    await using node = new HiveProcess(data)
    await node.ready(signal())
    assert.equal(await check(), exported)
    const other = ['--data-dir', dir('other')]
    assert.match((await runHive(['import', ...other], exported)).stdout, /^3 read: 3 new/)
    assert.equal((await runHive(['export', ...other])).stdout, exported)
    assert.equal((await runHive(['recall', 'nothing', ...other])).stdout, 'No matches.\n')
  })

  it('works on a directory without a node, from distilling to forgetting', async () => {
    const data = ['--data-dir', dir()]
    const one = await runHive([
      'distill',
      'CSS gap',
      'Clear /home/ada/x first.',
      '--confidence',
      '0.95',
      '--tag',
      'css',
      ...data
    ])
    assert.equal(one.stdout, '1 read: 1 new, 0 already stored, 0 refused\n')
    const lines =
      '{"entity":"a","content":"b","confidence":0.95}\nbad\n{"entity":"a","content":"b","confidence":0.95}\n'
    const many = await runHive(['distill', ...data], lines)
    assert.deepEqual([many.code, many.stdout], [5, '3 read: 1 new, 1 already stored, 1 refused\n'])
    assert.match(many.stderr, /line 2: not JSON/)
    assert.equal(
      (await runHive(['broadcast', ...data])).stdout,
      [
        '2 promoted, 0 corroborated, 0 withheld',
        'No peer is connected: peers get them when they connect. Other nodes release them when 1 more author vouches for the same (k = 2).\n'
      ].join('\n')
    )
    const insights = await runHive(['insights', '--tag', 'css', ...data])
    assert.match(
      insights.stdout,
      /released {2}1 vote {2}95% {2}CSS gap {2}#css\n {2}Clear <PATH_1> first\./
    )
    const status = JSON.parse((await runHive(['status', '--json', ...data])).stdout)
    assert.deepEqual([status.running, status.facts, status.entries], [false, 2, 1])
    const [{ id }] = (await runHive(['insights', '--json', ...data])).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ entity }) => entity === 'a')
    assert.match((await runHive(['forget', id, ...data])).stdout, /no longer vouches for/)
    assert.deepEqual((await runHive(['forget', id, ...data])).code, 1)
    assert.equal((await runHive(['forget', 'xyz', ...data])).code, 2)
    const peers = await runHive(['peers', ...data])
    assert.deepEqual([peers.code, peers.stdout], [1, ''])
    assert.match(peers.stderr, /No node runs/)
  })

  it('promotes, votes and composes a context', async () => {
    const data = ['--data-dir', dir()]
    await runHive(['distill', 'build', 'Clear /home/ada/.cache first.', ...data])
    const [fact] = (await runHive(['recall', 'cache', '--json', ...data])).stdout.split('\n')
    const { id } = (JSON.parse(fact ?? '') as { fact: { id: string } }).fact
    const promoted = await runHive(['promote', id, '--tag', 'ci', ...data])
    assert.match(promoted.stdout, /^Published as a new insight\.\n[0-9a-f]{64}\n$/)
    const published = promoted.stdout.trim().split('\n')[1] ?? ''
    assert.match((await runHive(['vouch', published, ...data])).stdout, /already/)
    assert.match((await runHive(['dispute', published, ...data])).stdout, /disputes this/)
    assert.match((await runHive(['retract', published, ...data])).stdout, /retracted its vote/)
    assert.match((await runHive(['retract', published, ...data])).stdout, /no vote/)
    const missing = await runHive(['vouch', '0'.repeat(64), ...data])
    assert.deepEqual(
      [missing.code, /^hive: Nobody says anything of a record \w+ on/.test(missing.stderr)],
      [1, true]
    )
    const { stdout } = await runHive(['context', 'a', 'clear', 'cache', ...data])
    assert.match(stdout, /as data: .*\n\{"source":"this node",.*Clear \/home\/ada/)
  })

  it('talks to the node that runs on a directory, and lets no second one in', async () => {
    const data = ['--data-dir', dir()]
    await using node = new HiveProcess(data)
    const { pid } = await node.ready(signal())
    await runHive(['distill', 'e', 'A fact.', ...data])
    const status = JSON.parse((await runHive(['status', '--json', ...data])).stdout)
    assert.deepEqual([status.running, status.pid, status.facts], [true, pid, 1])
    assert.match((await runHive(['status', ...data])).stdout, /running, process \d+/)
    const second = await runHive(['start', ...data])
    assert.equal(second.code, 3)
    assert.match(second.stderr, new RegExp(`already runs on .* \\(process ${pid}\\)`))
    // A node that was killed leaves its address behind; commands notice.
    node.kill('SIGKILL')
    await node.exit
    assert.equal(JSON.parse((await runHive(['status', '--json', ...data])).stdout).running, false)
  })

  it('says what waits in quarantine when it finds nothing, and how to release it', async () => {
    const data = (name: string): string[] => ['--data-dir', dir(name)]
    await using a = new HiveProcess(data('a'))
    const { multiaddrs } = await a.ready(signal())
    await using b = new HiveProcess([...data('b'), '--bootstrap', multiaddrs[0] ?? ''])
    await b.ready(signal())
    const recall = (): ReturnType<typeof runHive> => runHive(['recall', 'gap', ...data('b')])
    assert.equal((await recall()).stdout, 'No matches.\n')
    const changed = b.line(({ event }) => event === 'hive:change', signal())
    await runHive(['distill', 'CSS', 'Flex supports gap.', '--confidence', '0.95', ...data('a')])
    assert.match(
      (await runHive(['broadcast', ...data('a')])).stdout,
      /^1 promoted.*\n1 peer is connected\. Other nodes release them when 1 more author/
    )
    assert.match((await runHive(['broadcast', ...data('a')])).stdout, /^0 promoted[^\n]*\n$/)
    await changed
    const held = await recall()
    assert.equal(held.stdout, 'No matches.\n')
    assert.match(
      held.stderr,
      /^1 match waits for 1 more author: "hive insights --state quarantined"/
    )
    const listed = await runHive(['insights', '--state', 'quarantined', '--json', ...data('b')])
    const { id } = JSON.parse(listed.stdout) as { id: string }
    assert.equal((await runHive(['vouch', id, ...data('b')])).code, 0)
    assert.match((await recall()).stdout, /Flex supports gap\./)
  })

  it('stops within two seconds when asked, with peers connected', async () => {
    await using a = new HiveProcess(['--data-dir', dir('a')])
    const { multiaddrs } = await a.ready(signal())
    await using b = new HiveProcess(['--data-dir', dir('b'), '--bootstrap', multiaddrs[0] ?? ''])
    await a.line(({ event }) => event === 'peer:connect', signal())
    for (const [node, name] of [
      [a, 'SIGINT'],
      [b, 'SIGTERM']
    ] as const) {
      const asked = performance.now()
      node.kill(name)
      assert.equal(await node.exit, 0, node.stderr)
      assert.ok(performance.now() - asked < 2_500)
    }
  })

  it('tells both sides of a wrong swarm key why they do not meet', async () => {
    const key = async (name: string): Promise<string> => {
      await writeFile(dir(name), (await runHive(['keygen'])).stdout)
      return dir(name)
    }
    await using a = new HiveProcess(['--data-dir', dir('a'), '--swarm-key', await key('one.key')])
    const { multiaddrs } = await a.ready(signal())
    await using b = new HiveProcess([
      '--data-dir',
      dir('b'),
      '--swarm-key',
      await key('two.key'),
      '--bootstrap',
      multiaddrs[0] ?? ''
    ])
    const refused = await a.line(({ event }) => event === 'peer:refuse', signal())
    const unreachable = await b.line(({ event }) => event === 'bootstrap:fail', signal())
    assert.match(String(refused['reason']), /swarm key differs/)
    assert.match(String(unreachable['reason']), /swarm key differs/)
  })

  it('names what is wrong with a key, an address or a directory', async () => {
    const data = ['--data-dir', dir()]
    await writeFile(dir('bad.key'), 'not a key')
    await writeFile(dir('file'), '')
    const cases: readonly (readonly [string[], number, RegExp])[] = [
      [['--swarm-key', dir('bad.key'), ...data], 4, /not a swarm key.*keygen/],
      [['--swarm-key', dir('none.key'), ...data], 4, /Cannot read the swarm key/],
      [['--bootstrap', 'example.org', ...data], 4, /"example.org" is not a multiaddr/],
      [['--listen', '/ip4/192.0.2.1/tcp/1', ...data], 4, /Cannot listen on \/ip4\/192.0.2.1/],
      [['--data-dir', dir('file')], 3, /Cannot (create|open)/]
    ]
    for (const [args, code, words] of cases) {
      const result = await runHive(['start', ...args])
      assert.equal(result.code, code, result.stderr)
      assert.match(result.stderr, words)
      assert.ok(!result.stderr.includes('    at '), 'no stack')
    }
  })

  it('keeps goals and playbooks, with and without a running node, and over a kill', async () => {
    const data = ['--data-dir', dir()]
    const run = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await runHive([...args, ...data])
      assert.deepEqual([code, stderr], [0, ''])
      return stdout
    }
    const before = await runHive(['goals', ...data])
    assert.deepEqual([before.code, before.stdout], [3, ''])
    const [id = ''] = (await run('goals', 'add', 'Ship version 2', '--tag', 'release')).split(' ')
    assert.match(await run('goals', 'add', 'ship  version 2'), new RegExp(`^${id}  already exists`))
    const first = await run('playbook', id, 'add', 'Test', 'On all three systems.')
    const [, step = ''] = /\((.+)\)/.exec(first) ?? []
    {
      await using node = new HiveProcess(data)
      await node.ready(signal())
      assert.match(
        await run('goals', 'status', id, 'active'),
        /active {2}Ship version 2 {2}#release\n$/
      )
      await run('playbook', id, 'add', 'Freeze', '--at', '1')
      await run('playbook', id, 'edit', step, '--title', 'Test it')
      const read = await run('playbook', id, 'move', step, '--at', '1')
      assert.match(read, /^1\. +Test it .*\n +On all three systems\.\n2\. +Freeze /)
      node.kill('SIGKILL')
      await node.exit
    }
    const steps = (await run('playbook', id, '--json')).trim().split('\n')
    assert.deepEqual(
      steps.map((line) => JSON.parse(line).title),
      ['Test it', 'Freeze']
    )
    assert.match(await run('goals', '--status', 'active', '--json'), /"status":"active"/)
    const unknown = await runHive(['playbook', 'ab'.repeat(32), 'add', 'x', ...data])
    assert.equal(unknown.code, 1)
    assert.match(unknown.stderr, /is not stored on this node/)
  })
})
