/** Faults that are planted for real, by the id of the finding that must name them. */
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { openStore } from '../../../crdt/index.ts'
import { createHive, generateSwarmKey } from '../../../src/index.ts'
import { HiveProcess } from '../../fixtures/hive-process.ts'
import type { DoctorWorld } from '../../fixtures/doctor-world.ts'
import type { HiveInit, HiveNode } from '../../../src/index.ts'

export interface Fault {
  readonly what: string
  readonly id: string
  /** Words of the remedy. */
  readonly mend: RegExp
  plant(world: DoctorWorld): unknown
}

const NO_PROCESS = 2 ** 22 - 3
const FAR_PEER = '12D3KooWBPg5sf6wMDL9udpU4yvMrtHfi5zhADFo8shCMKch2huA'

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path)
  const at = Math.floor(bytes.length / 3)
  bytes[at] = (bytes[at] ?? 0) ^ 0xff
  await writeFile(path, bytes)
}

/** A port that is in use. */
async function takenPort(world: DoctorWorld): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  world.defer(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A port that was in use, and no longer is. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function peer(world: DoctorWorld, swarm: HiveInit['swarm'] = {}): Promise<HiveNode> {
  return world.use(await createHive({ swarm }))
}

const bootstrap = (world: DoctorWorld, address = ''): Promise<string> =>
  world.config(`bootstrap = ["${address}"]`)

const TOKEN = 'node/http-token'
const SOME_TOKEN = 'a'.repeat(43)

export const FAULTS: readonly Fault[] = [
  {
    what: 'an old Node.js',
    id: 'node-version',
    mend: /install Node\.js 24/,
    plant: (world) => Object.assign(world.init, { nodeVersion: '20.20.0' })
  },
  {
    what: 'too little memory',
    id: 'memory-limit',
    mend: /NODE_OPTIONS/,
    plant: (world) => Object.assign(world.init, { heapLimit: 64 * 1024 * 1024 })
  },
  {
    what: 'a clock that is far behind what is stored',
    id: 'clock',
    mend: /NTP/,
    plant: (world) => {
      const later = Date.now() / 1000 + 400 * 86_400
      return utimes(join(world.dataDir, 'store/CURRENT'), later, later)
    }
  },
  {
    what: 'a directory of sockets that others can enter',
    id: 'socket-directory',
    mend: /XDG_RUNTIME_DIR/,
    plant: (world) => mkdir(world.path('run/noormme-hive'), { mode: 0o755 })
  },
  {
    what: 'a configuration that is not TOML',
    id: 'configuration',
    mend: /hive config/,
    plant: (world) => world.config('k = = 1')
  },
  {
    what: 'an unknown setting',
    id: 'configuration',
    mend: /hive config/,
    plant: (world) => world.config('swarm-kee = "x"')
  },
  {
    what: 'a variable with a wrong value',
    id: 'configuration',
    mend: /hive config/,
    plant: (world) => Object.assign(world.env, { HIVE_K: 'two' })
  },
  {
    what: 'a project file that opens the API',
    id: 'configuration',
    mend: /hive config/,
    plant: (world) => world.write('project/hive.toml', 'http = "0.0.0.0:80"')
  },
  {
    what: 'a misspelt variable',
    id: 'variable',
    mend: /rename it to HIVE_SWARM_KEY/,
    plant: (world) => Object.assign(world.env, { HIVE_SWARM_KYE: 'x' })
  },
  {
    what: 'a file in place of the directory',
    id: 'directory-file',
    mend: /another --data-dir/,
    plant: async (world) => {
      await rm(world.dataDir, { recursive: true })
      await writeFile(world.dataDir, '')
    }
  },
  {
    what: 'a directory that others can enter',
    id: 'directory-mode',
    mend: /^chmod 700 /,
    plant: (world) => chmod(world.dataDir, 0o755)
  },
  {
    what: 'a peer key that others can read',
    id: 'peer-key-mode',
    mend: /^chmod 600 .*peer\.key/,
    plant: (world) => chmod(join(world.dataDir, 'peer.key'), 0o644)
  },
  {
    what: 'a damaged peer key',
    id: 'peer-key',
    mend: /restore the file/,
    plant: (world) => world.write('node/peer.key', 'nothing')
  },
  {
    what: 'a token that others can read',
    id: 'token-mode',
    mend: /^chmod 600 .*http-token/,
    plant: async (world) => {
      await world.write(TOKEN, SOME_TOKEN)
      await chmod(world.path(TOKEN), 0o644)
    }
  },
  {
    what: 'a file without a token',
    id: 'token',
    mend: /^rm .*http-token/,
    plant: (world) => world.write(TOKEN, '')
  },
  {
    what: 'a token that is gone while the API is open',
    id: 'token',
    mend: /then hive start/,
    plant: async (world) => {
      await world.run({}, { host: '127.0.0.1', port: 0 })
      await rm(world.path(TOKEN))
    }
  },
  {
    what: 'the control file of a node that was killed',
    id: 'control-file',
    mend: /hive start/,
    plant: (world) =>
      world.write(
        'node/node.json',
        JSON.stringify({ pid: NO_PROCESS, socket: world.path('run/x.sock'), version: '0.1.0' })
      )
  },
  {
    what: 'the lock of a start that ended',
    id: 'start-lock',
    mend: /^rm .*node\.starting/,
    plant: (world) => world.write('node/node.starting', `${NO_PROCESS}\n`)
  },
  {
    what: 'damaged options of the last start',
    id: 'remembered-start',
    mend: /hive start with the options/,
    plant: (world) => world.write('node/start.json', '{"arguments": [')
  },
  {
    what: 'a store that a live process has open',
    id: 'store-locked',
    mend: /kill \d+/,
    plant: async (world) => {
      const node = world.use(new HiveProcess(['--data-dir', world.dataDir, '--http', 'off']))
      await node.ready(AbortSignal.timeout(30_000))
      await rm(join(world.dataDir, 'node.json'))
    }
  },
  {
    what: 'a damaged table',
    id: 'store-damaged',
    mend: /^hive repair/,
    plant: async (world) => {
      const store = join(world.dataDir, 'store')
      const table = (await readdir(store)).find((name) => name.endsWith('.ldb')) ?? ''
      await flip(join(store, table))
    }
  },
  {
    what: 'a store whose manifest is gone',
    id: 'store-damaged',
    mend: /^hive repair/,
    plant: async (world) => {
      const store = join(world.dataDir, 'store')
      for (const name of await readdir(store))
        if (name.startsWith('MANIFEST')) await rm(join(store, name))
    }
  },
  {
    what: 'a store of a later version',
    id: 'store-newer',
    mend: /npm install/,
    plant: async (world) => {
      const store = await openStore(join(world.dataDir, 'store'))
      await store.commit([store.section('meta').put(Buffer.from('schema'), Uint8Array.of(99))])
      await store.close()
    }
  },
  {
    what: 'a store of another swarm',
    id: 'store-swarm',
    mend: /--swarm "default"/,
    plant: (world) => world.config('swarm = "other"')
  },
  {
    what: 'a damaged index',
    id: 'index-damaged',
    mend: /builds it again/,
    plant: (world) => flip(join(world.dataDir, 'search.db'))
  },
  {
    what: 'a swarm key that is not there',
    id: 'swarm-key-missing',
    mend: /hive keygen/,
    plant: (world) => world.config('swarm-key = "none.key"')
  },
  {
    what: 'a file that is no swarm key',
    id: 'swarm-key',
    mend: /copy the key/,
    plant: async (world) => {
      await world.write('config/hive/swarm.key', 'nothing')
      await world.config('swarm-key = "swarm.key"')
    }
  },
  {
    what: 'a swarm key that others can read',
    id: 'swarm-key-mode',
    mend: /^chmod 600 /,
    plant: async (world) => {
      await world.write('config/hive/swarm.key', generateSwarmKey(), 0o644)
      await world.config('swarm-key = "swarm.key"')
    }
  },
  {
    what: 'an address that is none',
    id: 'address',
    mend: /correct "listen"/,
    plant: (world) => world.config('listen = ["everywhere"]')
  },
  {
    what: 'a port that is in use',
    id: 'port',
    mend: /--http/,
    plant: async (world) => world.config(`http = "127.0.0.1:${await takenPort(world)}"`)
  },
  {
    what: 'a bootstrap peer that does not run',
    id: 'bootstrap-unreachable',
    mend: /start that node/,
    plant: async (world) =>
      bootstrap(world, `/ip4/127.0.0.1/tcp/${await freePort()}/p2p/${FAR_PEER}`)
  },
  {
    what: 'a bootstrap peer with another peer id',
    id: 'bootstrap-peer',
    mend: /prints on that machine/,
    plant: async (world) => {
      const [address = ''] = (await peer(world)).multiaddrs
      await bootstrap(world, address.replace(/\/p2p\/.*/, `/p2p/${FAR_PEER}`))
    }
  },
  {
    what: 'a bootstrap peer with a swarm key',
    id: 'bootstrap-key',
    mend: /same --swarm-key/,
    plant: async (world) =>
      bootstrap(world, (await peer(world, { key: generateSwarmKey() })).multiaddrs[0])
  }
]
