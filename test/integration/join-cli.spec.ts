import assert from 'node:assert/strict'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { generateSwarmKey } from '../../src/index.ts'
import { HiveProcess } from '../fixtures/hive-process.ts'
import { Machine } from '../fixtures/machine.ts'

const Check = z.looseObject({
  nat: z.string(),
  relay: z.looseObject({ limits: z.unknown().optional(), reserved: z.array(z.string()) }),
  bootstrap: z.array(z.looseObject({ address: z.string(), latency: z.number().optional() }))
})

describe('joining', function () {
  this.timeout(120_000)
  const signal = (): AbortSignal => AbortSignal.timeout(60_000)

  it('needs one string, which brings the swarm, its key and its nodes', async () => {
    await using machine = await Machine.create()
    const keyFile = machine.path('swarm.key')
    await writeFile(keyFile, generateSwarmKey(), { mode: 0o600 })
    const first = ['--data-dir', machine.path('first'), '--swarm', 'team', '--swarm-key', keyFile]
    await using inviting = new HiveProcess([...first, '--relay', '--http', 'off'])
    await inviting.ready(signal())
    const invited = await machine.run('hive invite --data-dir first > invite; cat invite')
    assert.equal(invited.code, 0, invited.stderr)
    assert.match(invited.stdout, /^hive0\.[\w-]+\.[0-9a-f]{8}\n$/)
    assert.match(invited.stderr, /has the swarm key/)
    const joined = await machine.run('hive join - --data-dir second < invite')
    assert.equal(joined.code, 0, joined.stderr)
    assert.match(joined.stdout, /answers in \d+ ms\n"hive start" starts a node/)
    const written = machine.path('config/hive/team.key')
    assert.equal((await stat(written)).mode & 0o777, 0o600)
    assert.equal(await readFile(written, 'utf8'), await readFile(keyFile, 'utf8'))
    // Again: nothing changes.
    const config = await readFile(machine.path('config/hive/hive.toml'), 'utf8')
    assert.match((await machine.run('hive join - < invite')).stdout, /team \(as before\)/)
    assert.equal(await readFile(machine.path('config/hive/hive.toml'), 'utf8'), config)
    // The settings alone make it a member.
    await using second = new HiveProcess(['--data-dir', machine.path('second'), '--http', 'off'], {
      env: machine.env
    })
    await second.ready(signal())
    await second.line(({ event }) => event === 'peer:connect', signal())
    await machine.run(
      'hive distill "CSS gap" "Flex containers support gap." --confidence 0.95 --data-dir first && hive broadcast --data-dir first'
    )
    await second.line(({ event }) => event === 'hive:change', signal())
    const check = Check.parse(
      JSON.parse((await machine.run('hive netcheck --data-dir second --json')).stdout)
    )
    assert.deepEqual([check.nat, check.relay.reserved, check.bootstrap.length], ['unknown', [], 1])
    assert.ok((check.bootstrap[0]?.latency ?? -1) >= 0)
    assert.equal(check.relay.limits, undefined)
    const relaying = await machine.run('hive netcheck --data-dir first')
    assert.match(relaying.stdout, /relays for 0 of at most 64 nodes/)
  })

  it('does not replace another swarm unasked, and says who does not answer', async () => {
    await using machine = await Machine.create()
    await mkdir(machine.path('config/hive'), { recursive: true })
    const config = machine.path('config/hive/hive.toml')
    await writeFile(config, '# mine\nswarm = "other"\n')
    await using inviting = new HiveProcess([
      '--data-dir',
      machine.path('first'),
      '--swarm',
      'team',
      '--http',
      'off'
    ])
    await inviting.ready(signal())
    await machine.run('hive invite --data-dir first > invite')
    const refused = await machine.run('hive join - < invite')
    assert.deepEqual([refused.code, refused.stdout], [2, ''])
    assert.match(
      refused.stderr,
      /has another swarm already \("other", without a key\)\. Add --replace/
    )
    assert.equal(await readFile(config, 'utf8'), '# mine\nswarm = "other"\n')
    inviting.kill('SIGTERM')
    await inviting.exit
    const replaced = await machine.run('hive join --replace - < invite')
    assert.equal(replaced.code, 1)
    // Another program may have the port by now.
    assert.match(replaced.stdout, /does not answer: /)
    assert.match(replaced.stderr, /No node of the swarm answers now/)
    assert.match(await readFile(config, 'utf8'), /^swarm = "team"\nbootstrap = \[.*\]\n\n# mine\n$/)
    const none = await machine.run('hive netcheck --data-dir first; hive invite --data-dir first')
    assert.match(none.stderr, /No node with a network runs.*\n.*No node runs on first/)
    assert.equal((await machine.run(`hive join nonsense`)).code, 2)
    await assert.rejects(stat(join(machine.path('data'), 'noormme-hive')), { code: 'ENOENT' })
  })
})
