import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { ensureNode } from '../../node/control/start-node.ts'
import { findRunningNode } from '../../node/control/running-node.ts'
import { HiveProcess, runHive } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { TemporaryDirectory } from '../fixtures/temporary.ts'

/** A port of this machine that is in use. */
async function takenPort(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return {
    port: address.port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve()))
  }
}

describe('hive start', function () {
  this.timeout(120_000)
  const signal = (): AbortSignal => AbortSignal.timeout(90_000)
  let directory: TemporaryDirectory
  beforeEach(async () => (directory = await temporaryDirectory()))
  afterEach(() => directory[Symbol.asyncDispose]())
  const dir = (name = 'node'): string => join(directory.path, name)

  it('says what to do where the HTTP API cannot listen, and ends', async () => {
    await using taken = await takenPort()
    const cases: readonly (readonly [string, RegExp])[] = [
      [String(taken.port), /^hive: Port \d+ of 127\.0\.0\.1 is in use by another process\. Choose/],
      ['192.0.2.7:0', /^hive: 192\.0\.2\.7 is not an address of this machine\. Choose another/]
    ]
    for (const [http, words] of cases) {
      const { code, stderr } = await runHive(['start', '--http', http, '--data-dir', dir()])
      assert.deepEqual([code, stderr.trim().split('\n').length], [4, 1], stderr)
      assert.match(stderr, words)
      assert.match(stderr, /--http off/)
    }
    await using _ = new HiveProcess(['--http', 'off', '--data-dir', dir()])
    await _.ready(signal())
  })

  it('goes on when nobody reads what it prints any more', async () => {
    await using node = new HiveProcess(['--http', 'off', '--data-dir', dir()])
    await node.ready(signal())
    node.stopReading()
    for (const content of ['Flex containers support gap.', 'Grid containers support gap.']) {
      const fact = ['CSS gap', content, '--confidence', '0.95']
      assert.equal((await runHive(['distill', ...fact, '--data-dir', dir()])).code, 0)
      assert.equal((await runHive(['broadcast', '--data-dir', dir()])).code, 0)
    }
    assert.equal((await runHive(['status', '--data-dir', dir()])).code, 0)
    node.kill('SIGTERM')
    assert.equal(await node.exit, 0)
  })

  it('refuses an option before it opens the store, and ends', async () => {
    for (const option of [
      ['--http', 'foo:bar'],
      ['--http', '70000'],
      ['--http-host', 'name:80'],
      ['--idle-timeout', '0'],
      ['--skill-receipts', 'all'],
      ['--k', '0']
    ]) {
      const { code, stderr } = await runHive(['start', ...option, '--data-dir', dir()])
      assert.equal(code, 2, stderr)
      assert.match(stderr, new RegExp(`^hive: ${option[0]} takes`))
      await assert.rejects(stat(dir()), { code: 'ENOENT' })
    }
  })

  it('ends without having opened the store where its socket has no place', async () => {
    await writeFile(dir('file'), '')
    const long = dir('y'.repeat(110))
    await mkdir(long)
    const cases: readonly (readonly [NodeJS.ProcessEnv, RegExp])[] = [
      [{ XDG_RUNTIME_DIR: dir('file') }, /directory of the control socket: a part of the path is/],
      [{ XDG_RUNTIME_DIR: '', TMPDIR: long }, /too long: .* Set XDG_RUNTIME_DIR to a shorter/]
    ]
    for (const [env, words] of cases) {
      const { code, stderr } = await runHive(['start', '--data-dir', dir()], '', { env })
      assert.equal(code, 1, stderr)
      assert.match(stderr, words)
      await assert.rejects(stat(dir()), { code: 'ENOENT' })
    }
  })

  it('lets one of two that start at once have the directory; the other names it', async () => {
    const data = ['--data-dir', dir()]
    await using first = new HiveProcess(data)
    await using second = new HiveProcess(data)
    const ready = (node: HiveProcess): Promise<HiveProcess> => node.ready(signal()).then(() => node)
    const winner = await Promise.any([ready(first), ready(second)])
    const loser = winner === first ? second : first
    assert.equal(await loser.exit, 3, loser.stderr)
    const { pid } = await winner.ready(signal())
    assert.match(loser.stderr, new RegExp(`already runs on .* \\(process ${pid}\\)`))
    // The other one took nothing from it.
    assert.equal((await findRunningNode(dir()))?.pid, pid)
    const status = JSON.parse((await runHive(['status', '--json', ...data])).stdout)
    assert.deepEqual([status.running, status.pid], [true, pid])
  })

  it('starts where a node was killed, on the socket that it left behind', async () => {
    const data = ['--data-dir', dir()]
    await using killed = new HiveProcess(data)
    await killed.ready(signal())
    const { socket } = JSON.parse(await readFile(join(dir(), 'node.json'), 'utf8'))
    killed.kill('SIGKILL')
    await killed.exit
    assert.ok((await stat(socket)).isSocket(), 'it was left behind')
    await using node = new HiveProcess(data)
    const { pid } = await node.ready(signal())
    assert.deepEqual((await findRunningNode(dir()))?.pid, pid)
    assert.equal(JSON.parse(await readFile(join(dir(), 'node.json'), 'utf8')).socket, socket)
  })

  it('in the background passes on at once why it failed', async () => {
    await using taken = await takenPort()
    const options = ['--http', String(taken.port)]
    await mkdir(dir(), { recursive: true })
    await writeFile(
      join(dir(), 'start.json'),
      JSON.stringify({ arguments: [`--http=${options[1]}`] })
    )
    const started = performance.now()
    await assert.rejects(ensureNode(dir(), signal()), /The node did not start: Port \d+ .* in use/)
    assert.ok(performance.now() - started < 20_000, 'it does not wait for the time limit')
  })
})

describe('a command', function () {
  this.timeout(60_000)

  it('names a file or directory that it cannot use, and what to do', async () => {
    await using directory = await temporaryDirectory()
    const at = (name: string): string => join(directory.path, name)
    await writeFile(at('file'), '')
    const data = ['--data-dir', at('node')]
    const cases: readonly (readonly [string[], number, RegExp])[] = [
      [['status', '--data-dir', at('file/x')], 3, /a part of the path is not a directory.*; check/],
      [['status', '--data-dir', at('file')], 3, /a file is already there.*; choose another path/],
      [['import', '--format', 'cq', at('none'), ...data], 1, /no such file or directory: .*none; /],
      [['import', '--format', 'cq', at('.'), ...data], 2, /is a directory\. Name a file\./],
      [['skill', 'add', at('none'), ...data], 1, /cannot be read: no such file.*; check the path/],
      [['skill', 'add', at('file'), ...data], 1, /is no folder\. Name a folder with a SKILL\.md\./],
      [['start', '--swarm-key', at('.'), ...data], 4, /swarm key in .*: this is a directory/],
      [['backup', at('file/b'), ...data], 1, /a part of the path is not a directory/],
      [['start', '--models', at('none'), ...data], 2, /Cannot read the models in .*; check the/]
    ]
    for (const [args, code, words] of cases) {
      const result = await runHive(args)
      assert.equal(result.code, code, `${args.join(' ')}\n${result.stderr}`)
      assert.match(result.stderr, words)
      assert.doesNotMatch(result.stderr, /E[A-Z]{4,}|\.\.\n| {4}at |\.\./, 'no raw error')
    }
  })

  it('that reads its input refuses a directory there, and says what to do', async () => {
    await using directory = await temporaryDirectory()
    const data = ['--data-dir', join(directory.path, 'node')]
    const redirected = (sign: string): { readonly via: string[] } => ({
      via: ['sh', '-c', `exec "$@" 0${sign}"$0"`, sign === '<' ? directory.path : '/dev/null']
    })
    const cases: readonly (readonly [string[], RegExp])[] = [
      [['import'], /Name a file: hive import/],
      [['import', '--format', 'cq'], /Name a file: hive import/],
      [['distill'], /Redirect a file to it/],
      [['join', '-'], /Redirect a file to it/],
      [['agents', 'create', 'ada'], /Redirect a file to it/],
      [['skill', 'add', '-'], /Redirect a file to it/],
      [['skill', 'run', 'x', '--each'], /Redirect a file to it/],
      [['mcp'], /A client of MCP starts this command/]
    ]
    for (const [args, words] of cases) {
      const result = await runHive([...args, ...data], '', redirected('<'))
      assert.equal(result.code, 2, `${args.join(' ')}\n${result.stdout}${result.stderr}`)
      assert.match(result.stderr, /The standard input is a directory/)
      assert.match(result.stderr, words)
    }
    const written = await runHive(['import', ...data], '', redirected('>'))
    assert.equal(written.code, 1)
    assert.match(written.stderr, /not open for this; check where the command redirects/)
  })

  it('names the file, the line and the column of a skill with an error', async () => {
    await using directory = await temporaryDirectory()
    const at = (name: string): string => join(directory.path, name)
    const data = ['--data-dir', at('node')]
    const sources = {
      'SKILL.md': '---\nname: double\ndescription: Doubles.\n---\n',
      'skill.js': 'export default (n) => 2 * n',
      'tests.json': '[{"input": 1, "output": 2}]'
    }
    const cases: readonly (readonly [keyof typeof sources | 'schema.json', string, RegExp])[] = [
      [
        'skill.js',
        '// a\nexport default (n) =>\n  2 * * n',
        /skill\.js: SyntaxError: .* line 3, column 7/
      ],
      ['tests.json', '[\n  {"input": 1 "output": 2}]', /a tests\.json .* at line 2, column 15/],
      ['schema.json', '{"input": true,}', /a schema\.json .* at line 1, column 16/],
      ['tests.json', '[{"input": 1, "outputs": 2}]', /bad: skill: tests\.0: .*"outputs"/]
    ]
    for (const [name, text, words] of cases) {
      await mkdir(at('bad'), { recursive: true })
      for (const [file, source] of Object.entries({ ...sources, [name]: text })) {
        await writeFile(join(at('bad'), file), source)
      }
      const result = await runHive(['skill', 'add', at('bad'), ...data])
      assert.notEqual(result.code, 0)
      assert.match(result.stderr, words)
      await rm(at('bad'), { recursive: true })
    }
    const json = await runHive(['skill', 'add', '-', ...data], '{\n "name" "x"}')
    assert.match(json.stderr, /This is not JSON at line 2, column 9/)
    await writeFile(at('models.json'), '{\n "tiers": }')
    const models = await runHive(['start', '--models', at('models.json'), ...data])
    assert.match(models.stderr, /models\.json: it is not JSON at line 2, column 11/)
  })
})
