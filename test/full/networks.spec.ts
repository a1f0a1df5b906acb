import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { generateSwarmKey } from '../../src/index.ts'
import { HiveProcess, runHive } from '../fixtures/hive-process.ts'
import { NetworkSpaces } from '../fixtures/network-spaces.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { TemporaryDirectory } from '../fixtures/temporary.ts'

const Check = z.looseObject({
  nat: z.string(),
  observed: z.array(z.object({ ip: z.string(), peers: z.number() })),
  connections: z.object({ direct: z.number(), relayed: z.number() }),
  lan: z.looseObject({ peers: z.array(z.unknown()) }),
  relay: z.looseObject({ reservations: z.number() }),
  bootstrap: z.array(z.looseObject({ relayed: z.boolean().optional() }))
})

/** Nodes in namespaces; addresses of the "internet" 5.0.0.0/24 exist there alone. */
describe('nodes of different networks', function () {
  this.timeout(180_000)
  const signal = (): AbortSignal => AbortSignal.timeout(60_000)
  let directory: TemporaryDirectory
  let spaces: NetworkSpaces | undefined
  beforeEach(async () => {
    directory = await temporaryDirectory()
    await writeFile(join(directory.path, 'swarm.key'), generateSwarmKey(), { mode: 0o600 })
  })
  afterEach(async () => {
    spaces?.[Symbol.dispose]()
    spaces = undefined
    await directory[Symbol.asyncDispose]()
  })

  const start = (space: string, name: string, ...args: readonly string[]): HiveProcess =>
    new HiveProcess(
      [
        `--data-dir=${join(directory.path, name)}`,
        `--swarm-key=${join(directory.path, 'swarm.key')}`,
        '--http=off',
        ...args
      ],
      { via: spaces?.via(space) }
    )

  const hive = async (name: string, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runHive([
      ...args,
      '--data-dir',
      join(directory.path, name)
    ])
    assert.equal(code, 0, stderr)
    return stdout
  }

  const check = async (name: string): Promise<z.infer<typeof Check>> =>
    Check.parse(JSON.parse(await hive(name, 'netcheck', '--json')))

  /** `from` publishes a fact, and `to` receives it. */
  const shares = async (from: string, to: HiveProcess, toName: string): Promise<void> => {
    await hive(from, 'distill', 'CSS gap', 'Flex containers support gap.', '--confidence', '0.95')
    await hive(from, 'broadcast')
    await to.line(({ event }) => event === 'hive:change', signal())
    assert.match(await hive(toName, 'insights'), /Flex containers support gap/)
  }

  it('find each other on one segment with --lan, unless they are of different swarms', async () => {
    spaces = new NetworkSpaces([
      { space: 'a', to: 'lan', address: '10.77.0.1/24' },
      { space: 'b', to: 'lan', address: '10.77.0.2/24' },
      { space: 'c', to: 'lan', address: '10.77.0.3/24' }
    ])
    for (const space of ['a', 'b', 'c'])
      spaces.run(space, 'ip', 'route', 'add', 'default', 'dev', 'lan')
    const began = performance.now()
    await using a = start('a', 'a', '--lan')
    await a.ready(signal())
    await using stranger = start('c', 'c', '--lan', '--swarm', 'other')
    await using b = start('b', 'b', '--lan')
    await b.line(({ event }) => event === 'peer:connect', signal())
    const found = Math.round(performance.now() - began)
    process.stdout.write(`      found each other ${found} ms after the first start began\n`)
    await shares('a', b, 'b')
    const ready = await stranger.ready(signal())
    const checked = await Promise.all(['a', 'b', 'c'].map(check))
    assert.deepEqual(
      checked.map(({ nat, lan }) => [nat, lan.peers.length]),
      [
        ['none', 1],
        ['none', 1],
        ['unknown', 0]
      ]
    )
    assert.ok(!(await hive('a', 'peers')).includes(ready.peerId))
  })

  /** A at NAT 5.0.0.11, B on the internet at 5.0.0.1, C at NAT 5.0.0.12. */
  const behindNats = (port?: number): void => {
    const made = new NetworkSpaces([
      { space: 'a', to: 'homea', address: '10.1.0.2/24' },
      { space: 'nata', to: 'homea', address: '10.1.0.1/24' },
      { space: 'nata', to: 'net', address: '5.0.0.11/24' },
      { space: 'c', to: 'homec', address: '10.2.0.2/24' },
      { space: 'natc', to: 'homec', address: '10.2.0.1/24' },
      { space: 'natc', to: 'net', address: '5.0.0.12/24' }
    ])
    spaces = made
    made.address('net', '5.0.0.1/24')
    made.gateway('a', '10.1.0.1')
    made.gateway('c', '10.2.0.1')
    made.nat('nata', 'net')
    made.nat('natc', 'net', port === undefined ? undefined : { to: '10.2.0.2', port })
  }

  /** The relay is in a swarm of its own name, so that nothing but its relaying connects the two. */
  const startRelay = async (): Promise<{ readonly relay: HiveProcess; readonly at: string }> => {
    const relay = start(
      'net',
      'relay',
      '--relay',
      '--swarm',
      'relays',
      '--listen',
      '/ip4/5.0.0.1/tcp/4001'
    )
    const { peerId } = await relay.ready(signal())
    return { relay, at: `/ip4/5.0.0.1/tcp/4001/p2p/${peerId}` }
  }

  const relayedAddress = async (node: HiveProcess): Promise<string> => {
    const line = await node.line(
      ({ event, multiaddrs }) =>
        event === 'address:change' && String(multiaddrs).includes('/p2p-circuit/'),
      signal()
    )
    const list = z.array(z.string()).parse(line['multiaddrs'])
    return list.find((each) => each.includes('/p2p-circuit/')) ?? ''
  }

  it('meet through a third when both are behind NATs', async () => {
    behindNats()
    const { relay: third, at } = await startRelay()
    await using relay = third
    const listen = ['--listen', '/ip4/0.0.0.0/tcp/0', '--listen', `${at}/p2p-circuit`]
    await using a = start('a', 'a', ...listen)
    await a.ready(signal())
    const address = await relayedAddress(a)
    await using c = start('c', 'c', ...listen, '--bootstrap', address)
    await c.ready(signal())
    await shares('a', c, 'c')
    const [first, second, middle] = await Promise.all(['a', 'c', 'relay'].map(check))
    assert.deepEqual([first?.nat, second?.nat], ['behind', 'behind'])
    assert.deepEqual(first?.observed, [{ ip: '5.0.0.11', peers: 1 }])
    assert.equal(middle?.relay.reservations, 2)
    assert.deepEqual(second?.bootstrap.map(({ relayed }) => relayed).toSorted(), [false, true])
    const direct = (await hive('c', 'peers', '--json')).split('\n').filter((line) => line !== '')
    process.stdout.write(
      `      two NATs without a port: ${second?.connections.relayed} relayed connection, ${(second?.connections.direct ?? 0) - 1} direct ones beside that to the relay (${direct.length} peers)\n`
    )
    assert.equal(relay.stderr, '')
  })

  it('replace the relayed connection by a direct one where a NAT passes a port on', async () => {
    const port = 4100
    behindNats(port)
    const { relay: third, at } = await startRelay()
    await using relay = third
    await using a = start(
      'a',
      'a',
      '--listen',
      '/ip4/0.0.0.0/tcp/0',
      '--listen',
      `${at}/p2p-circuit`
    )
    await a.ready(signal())
    const address = await relayedAddress(a)
    await using c = start(
      'c',
      'c',
      '--listen',
      `/ip4/0.0.0.0/tcp/${port}`,
      '--announce',
      `/ip4/5.0.0.12/tcp/${port}`,
      '--bootstrap',
      at,
      '--bootstrap',
      address
    )
    const { peerId } = await c.ready(signal())
    const began = performance.now()
    // Of A: the relay and C; C again by a direct connection.
    const direct = async (): Promise<boolean> =>
      (await hive('a', 'peers', '--json'))
        .split('\n')
        .some((line) => line.includes(peerId) && line.includes('/ip4/5.0.0.12/tcp/'))
    const limit = signal()
    while (!(await direct())) limit.throwIfAborted()
    process.stdout.write(
      `      a direct connection after ${Math.round(performance.now() - began)} ms\n`
    )
    await shares('a', c, 'c')
    assert.equal(relay.stderr, '')
  })
})
