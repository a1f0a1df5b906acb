import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { generateSwarmKey } from '../../src/index.ts'
import { HiveProcess } from '../fixtures/hive-process.ts'
import { Machine } from '../fixtures/machine.ts'

const Line = z.looseObject({
  time: z.iso.datetime(),
  level: z.enum(['error', 'warn', 'info', 'debug', 'trace']),
  component: z.string(),
  message: z.string()
})

describe('structured logs', function () {
  this.timeout(120_000)
  const signal = (): AbortSignal => AbortSignal.timeout(60_000)

  it('have neither content nor keys, at the level that writes most', async () => {
    await using machine = await Machine.create()
    const key = generateSwarmKey()
    await writeFile(machine.path('swarm.key'), key, { mode: 0o600 })
    const start = (name: string, ...args: readonly string[]): HiveProcess =>
      new HiveProcess([
        '--data-dir',
        machine.path(name),
        '--swarm-key',
        machine.path('swarm.key'),
        ...args
      ])
    await using logging = start('one', '--log-level', 'trace', '--log-format', 'json', '--relay')
    const { multiaddrs } = await logging.ready(signal())
    await using peer = start('two', '--http', 'off', '--bootstrap', String(multiaddrs[0]))
    await peer.line(({ event }) => event === 'peer:connect', signal())
    const canaries = ['zebrafinch', 'quokkapelt', 'narwhaltusk', 'axolotlgill', 'okapistripe']
    const [fact, lesson, query, wrong, input] = canaries
    const lines = [
      `hive distill "CSS ${fact}" "Flex containers support ${fact}." --confidence 0.95 --data-dir one`,
      'hive broadcast --data-dir one',
      `hive recall ${query} ${fact} --data-dir one`,
      `hive learn "npm ${lesson} fails" --action "npm ${lesson}" --data-dir one`,
      'hive skill add ./my-skill --data-dir one',
      `hive skill run my-skill '{"name": "${input}"}' --data-dir one`,
      `hive goals add "Ship ${fact}" --data-dir one`,
      `hive insights --data-dir one; hive netcheck --data-dir one; hive invite --data-dir one`
    ]
    for (const line of lines) {
      const { code, stderr } = await machine.run(line)
      assert.equal(code, 0, `${line}\n${stderr}`)
    }
    const failing = [
      `hive vouch ${wrong} --data-dir one`,
      `hive skill run ${wrong} '{"a": "${wrong}"}' --data-dir one`
    ]
    for (const line of failing) assert.notEqual((await machine.run(line)).code, 0, line)
    const token = (await readFile(join(machine.path('one'), 'http-token'), 'utf8')).trim()
    await logging.line(({ event }) => event === 'filter:change', signal())
    logging.kill('SIGTERM')
    assert.equal(await logging.exit, 0)
    const log = logging.stderr
    const written = log
      .trim()
      .split('\n')
      .map((line) => Line.parse(JSON.parse(line)))
    const peerKey = await readFile(join(machine.path('one'), 'peer.key'))
    const secrets = [
      ...canaries,
      token,
      /[0-9a-f]{64}/.exec(key)?.[0] ?? 'no key',
      ...(['hex', 'base64', 'base64url'] as const).map((form) =>
        peerKey.toString(form).slice(10, 50)
      )
    ]
    for (const secret of secrets) assert.ok(!log.includes(secret), secret)
    // It would have found them: the log is full.
    const operations = written.flatMap((line) => [line['operation'] ?? []].flat())
    for (const name of [
      'distill',
      'broadcast',
      'recall',
      'learn',
      'run-skill',
      'vote',
      'netcheck'
    ]) {
      assert.ok(operations.includes(name), name)
    }
    assert.ok(written.some(({ level, message }) => level === 'info' && message === 'ready'))
    assert.ok(written.some(({ component }) => component.startsWith('libp2p:')))
    assert.ok(written.some(({ message }) => message === 'failed'))
    assert.ok(written.length > 500)
  })
})
