import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { completionOf } from '../../node/command-line/completion.ts'
import { COMMAND_SPECS } from '../../node/command-line/specs.ts'
import { HiveProcess } from '../fixtures/hive-process.ts'
import { Machine } from '../fixtures/machine.ts'

describe('the command line', function () {
  this.timeout(180_000)
  const signal = (): AbortSignal => AbortSignal.timeout(60_000)

  it('says what is stored when an import, a broadcast or a backup is interrupted', async () => {
    await using machine = await Machine.create()
    const dataDir = join(machine.path('data'), 'noormme-hive')
    await using node = new HiveProcess(['--data-dir', dataDir, '--http', 'off'])
    await node.ready(signal())
    const facts = Array.from({ length: 20_000 }, (_, i) =>
      JSON.stringify({ entity: `e${i}`, content: `Fact ${i}.`, confidence: 0.95 })
    )
    await writeFile(machine.path('facts.jsonl'), `${facts.join('\n')}\n`)
    const interrupt = 'kill -INT $pid; wait $pid; echo "code $?"'
    // The input stays open, so that the import does not end by itself.
    const imported = await machine.run(
      `mkfifo in; exec 3<>in; cat facts.jsonl >&3 & hive import < in & pid=$!; until hive status --json | grep -q '"facts":20000'; do :; done; ${interrupt}`
    )
    assert.match(imported.stdout, /^code 130$/m)
    assert.match(
      imported.stderr,
      /^Interrupted\. Stored at least: \d+ read, \d+ new.* the rest\.$/m
    )
    // A reader that goes away ends a command in silence.
    await machine.run('hive import facts.jsonl --data-dir ./stopped')
    for (const line of ['hive export', 'hive export --data-dir ./stopped']) {
      const piped = await machine.run(`${line} | head -1 | wc -l; echo "code \${PIPESTATUS[0]}"`)
      assert.match(piped.stdout, /^\s*1\ncode 0$/m, line)
      assert.equal(piped.stderr, '', line)
    }
    const backup = await machine.run(
      `hive backup ./copy & pid=$!; until [ -e copy/store ]; do :; done; ${interrupt}; until [ -z "$(ls copy)" ]; do :; done`
    )
    assert.match(backup.stdout, /^code 130$/m)
    assert.match(backup.stderr, /^Interrupted\. There is no backup: .* is removed from .*copy\.$/m)
    // On a terminal, where it shows its progress.
    let isInterrupted = false
    const broadcast = await machine.run(
      `script -qefc 'echo $$ > pid; exec hive broadcast' /dev/null; echo "code $?"`,
      (output) => {
        if (isInterrupted || !/\d+ promoted/.test(output)) return
        isInterrupted = true
        process.kill(Number(readFileSync(machine.path('pid'), 'utf8')), 'SIGINT')
      }
    )
    assert.match(
      broadcast.stdout,
      /Interrupted\. Published at least: \d+ promoted\. .* the rest\.\r\ncode 130\n$/
    )
  })

  it('ends at the first signal while it waits for its input', async () => {
    await using machine = await Machine.create()
    const waiting = ['distill --data-dir ./new', 'join -', 'swarm create lab --passphrase-stdin']
    for (const [i, line] of waiting.entries()) {
      // More than a pipe holds: the command reads when all of it is written, and waits for the rest.
      const { stdout } = await machine.run(
        `mkfifo in${i}; exec 3<>in${i}; hive ${line} < in${i} & pid=$!; head -c 300000 /dev/zero >&3; kill -INT $pid; wait $pid; echo "code $?"`
      )
      assert.match(stdout, /^code 130$/m, line)
    }
  })

  it('names what was probably meant, and where the help is', async () => {
    await using machine = await Machine.create()
    const cases: readonly (readonly [string, RegExp])[] = [
      [
        'hive recal x',
        /^hive: There is no command "recal"\. Did you mean "hive recall"\?\n.*--help/
      ],
      ['hive zzzzzz', /^hive: There is no command "zzzzzz"\.\n/],
      ['hive help recal', /^hive: There is no command "recal"\. Did you mean/],
      [
        'hive recall x --limitt 3',
        /^hive: There is no option "--limitt"\. Did you mean "--limit"\?\n"hive recall --help"/
      ]
    ]
    for (const [line, words] of cases) {
      const { code, stdout, stderr } = await machine.run(line)
      assert.deepEqual([code, stdout], [2, ''], line)
      assert.match(stderr, words)
    }
    const help = await machine.run('hive recall --help && hive help goals && hive --help')
    assert.equal(help.code, 0)
    for (const words of [
      '--min-relevance N',
      'Examples:\n  hive recall',
      'hive goals add',
      'Agents:'
    ])
      assert.ok(help.stdout.includes(words), words)
  })

  it('uses colour on a terminal only, and never with NO_COLOR', async () => {
    await using machine = await Machine.create()
    const red = '\u001b[31m'
    const onTerminal = `script -qec 'hive nonsense' /dev/null`
    assert.ok((await machine.run(onTerminal)).stdout.includes(red))
    assert.ok(!(await machine.run(`NO_COLOR=1 ${onTerminal}`)).stdout.includes(red))
    assert.ok(!(await machine.run('hive nonsense')).stderr.includes('\u001b'))
  })

  it('takes options from variables and files, and refuses a wrong one by name', async () => {
    await using machine = await Machine.create()
    const config = machine.path('config/hive')
    await mkdir(config, { recursive: true })
    await writeFile(
      join(config, 'hive.toml'),
      'data-dir = "../../elsewhere"\n[recall]\nlimit = 1\n'
    )
    const distill = (words: string): string => `hive distill CSS "${words}"`
    const count = 'hive recall subgrid --json'
    await machine.run(`${distill('Grid has subgrid.')} && ${distill('Safari has subgrid too.')}`)
    const lines = async (line: string): Promise<number> =>
      (await machine.run(line)).stdout.split('\n').length - 1
    assert.equal(await lines(`${count} --data-dir ./elsewhere`), 1)
    assert.equal(await lines(`HIVE_RECALL_LIMIT=2 ${count}`), 2)
    assert.equal(await lines(`HIVE_RECALL_LIMIT=2 ${count} --limit 1`), 1)
    const shown = await machine.run('HIVE_SWARM=team hive config')
    assert.match(shown.stdout, /^data-dir +\S+\/home\/elsewhere +user +\S+hive\.toml$/m)
    assert.match(shown.stdout, /^swarm +team +environment +HIVE_SWARM$/m)
    const wrong = await machine.run('HIVE_K=none hive status')
    assert.equal(wrong.code, 2)
    assert.match(wrong.stderr, /^hive: HIVE_K takes a whole number from 1 to 1000, not "none"\./)
  })

  it('creates nothing where it reads, or refuses an address or a key', async () => {
    await using machine = await Machine.create()
    await writeFile(machine.path('bad.key'), 'nothing')
    const cases: readonly (readonly [string, number, RegExp])[] = [
      ['hive status', 3, /^hive: There is no hive in .*"hive start"/],
      ['hive recall x', 3, /There is no hive/],
      ['hive repair', 3, /There is no hive/],
      ['hive start --listen here', 4, /"here" is not a multiaddr/],
      ['hive start --listen /ip4/127.0.0.1/udp/1', 4, /no transport for/],
      ['hive start --bootstrap /ip4/nowhere/tcp/1', 4, /is not a multiaddr/],
      ['chmod 600 bad.key; hive start --swarm-key bad.key', 4, /This is not a swarm key/]
    ]
    for (const [line, code, words] of cases) {
      const result = await machine.run(line)
      assert.equal(result.code, code, `${line}\n${result.stderr}`)
      assert.match(result.stderr, words)
      await assert.rejects(stat(machine.path('data')), { code: 'ENOENT' })
    }
  })
})

describe('completion', function () {
  this.timeout(60_000)

  it('gives commands, actions, options and values to a real bash', async () => {
    await using machine = await Machine.create()
    const complete = async (...words: string[]): Promise<string[]> => {
      const list = ['hive', ...words].map((word) => `'${word}'`).join(' ')
      const { stdout, stderr } = await machine.run(
        `source script.bash; COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _hive; printf '%s\\n' "\${COMPREPLY[@]}"; complete -p hive`
      )
      assert.equal(stderr, '')
      const lines = stdout.trim().split('\n')
      assert.equal(lines.pop(), 'complete -F _hive hive')
      return lines.filter((line) => line !== '')
    }
    await writeFile(machine.path('script.bash'), completionOf('bash'))
    assert.deepEqual(await complete('re'), ['repair', 'restore', 'recall', 'report', 'retract'])
    assert.deepEqual(await complete('goals', 'a'), ['add'])
    assert.deepEqual(await complete('recall', '--mi'), ['--min-relevance'])
    assert.deepEqual(await complete('recall', 'x', '--scope', 'l'), ['local'])
    assert.deepEqual(await complete('start', '--swarm-key', 'my'), ['my-skill'])
    assert.deepEqual(await complete('recall', 'x', '--limit', ''), [])
  })

  it('is read without an error by a real zsh and fish, where there is one', async () => {
    await using machine = await Machine.create()
    const checks = {
      zsh: 'autoload -Uz compinit; compinit -u; source script.zsh; whence _hive',
      fish: 'source script.fish; complete -C "hive goals a"'
    }
    for (const shell of ['zsh', 'fish'] as const) {
      const script = completionOf(shell)
      for (const name of Object.keys(COMMAND_SPECS)) assert.ok(script.includes(name), name)
      await writeFile(machine.path(`script.${shell}`), script)
      const isThere = (await machine.run(`command -v ${shell}`)).code === 0
      if (!isThere) continue
      const { code, stdout, stderr } = await machine.run(`${shell} -c '${checks[shell]}'`)
      assert.deepEqual([code, stderr], [0, ''], shell)
      assert.match(stdout, /_hive|add/)
    }
  })
})
