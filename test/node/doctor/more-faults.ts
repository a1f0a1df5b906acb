/** Faults of peers, models, embeddings, the running node and clients. */
import { once } from 'node:events'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { socketPath } from '../../../node/data-paths.ts'
import { createHive } from '../../../src/index.ts'
import { until } from '../../fixtures/until.ts'
import type { Fault } from './faults.ts'

const INSIGHTS = 30

export const MORE_FAULTS: readonly Fault[] = [
  {
    what: 'two nodes with one peer key',
    id: 'peer-double',
    mend: /peer\.key/,
    plant: async (world) => {
      await cp(world.dataDir, world.path('copy'), { recursive: true })
      const double = world.use(await createHive({ dataDir: world.path('copy') }))
      await world.config(`bootstrap = ["${double.multiaddrs[0]}"]`)
    }
  },
  {
    what: 'a relay without a swarm key',
    id: 'relay-key',
    mend: /--swarm-key FILE/,
    plant: (world) => world.config('relay = true')
  },
  {
    what: 'a search of the network from an address of this machine only',
    id: 'lan-loopback',
    mend: /\/ip4\/0\.0\.0\.0\/tcp\/0/,
    plant: (world) => world.config('lan = true\nlisten = ["/ip4/127.0.0.1/tcp/0"]')
  },
  {
    what: 'a models file that is not JSON',
    id: 'models-file',
    mend: /correct .*models\.json/,
    plant: async (world) => {
      await world.write('config/hive/models.json', '{"tiers"')
      await world.config('models = "models.json"')
    }
  },
  {
    what: 'a models file with an unknown option',
    id: 'models-file',
    mend: /correct .*models\.json/,
    plant: async (world) => {
      await world.write('config/hive/models.json', '{"teirs": {}}')
      await world.config('models = "models.json"')
    }
  },
  {
    what: 'a tier whose provider has no key',
    id: 'provider-key',
    mend: /export OPENAI_API_KEY/,
    plant: async (world) => {
      await world.write('config/hive/models.json', '{"tiers": {"fast": ["openai/gpt-6-luna"]}}')
      await world.config('models = "models.json"')
    }
  },
  {
    what: 'a key of embeddings that is not there',
    id: 'embeddings-key',
    mend: /embeddings\.key-file/,
    plant: (world) =>
      world.config(
        '[embeddings]\nbase-url = "http://127.0.0.1:9/v1"\nmodel = "m"\nkey-file = "none"'
      )
  },
  {
    what: 'embeddings without a model',
    id: 'embeddings',
    mend: /embeddings\.model/,
    plant: (world) => world.config('[embeddings]\nbase-url = "http://127.0.0.1:9/v1"')
  },
  {
    what: 'an endpoint of embeddings that does not answer',
    id: 'embeddings-endpoint',
    mend: /start the server/,
    plant: (world) => world.config('[embeddings]\nbase-url = "http://127.0.0.1:9/v1"\nmodel = "m"')
  },
  {
    what: 'a node that accepts connections and does not answer',
    id: 'node-silent',
    mend: /^kill \d+, then hive start/,
    plant: async (world) => {
      Object.assign(world.init, { statusTimeout: 200 })
      const socket = await socketPath(world.dataDir, world.env)
      const server = createServer().listen(socket)
      await once(server, 'listening')
      world.defer(() => server.close())
      const node = { pid: process.pid, socket, version: '0.1.0' }
      await world.write('node/node.json', JSON.stringify(node))
    }
  },
  {
    what: 'a running node of another version',
    id: 'node-version-differs',
    mend: /then hive start/,
    plant: async (world) => {
      await world.run()
      const path = join(world.dataDir, 'node.json')
      const node: unknown = JSON.parse(await readFile(path, 'utf8'))
      await writeFile(path, JSON.stringify({ ...Object(node), version: '0.0.1' }))
    }
  },
  {
    what: 'a quarantine full of insights that wait for a second author',
    id: 'quarantine',
    mend: /hive start --k 1/,
    plant: async (world) => {
      const node = await world.run({ swarm: {} })
      const swarm = { bootstrap: node.multiaddrs, stem: false }
      const other = world.use(await createHive({ swarm }))
      for (let i = 0; i < INSIGHTS; i++) {
        await other.agent.cortex.knowledge.distill(`entity ${i}`, `It has part ${i}.`, 0.95)
      }
      await other.agent.cortex.hive.broadcastKnowledge()
      const { hive } = node.agent.cortex
      const waiting = async (): Promise<true | undefined> => {
        const listed = await hive.getGlobalInsights({ state: 'quarantined', limit: INSIGHTS })
        return listed.length === INSIGHTS ? true : undefined
      }
      await until(node, 'hive:change', waiting, AbortSignal.timeout(20_000))
    }
  },
  {
    what: 'a client whose entry starts a binary that is gone',
    id: 'client',
    mend: /^hive install claude-code/,
    plant: (world) =>
      world.write(
        'home/.claude.json',
        JSON.stringify({
          mcpServers: { hive: { command: '/gone/node', args: ['/gone/hive.js', 'mcp'] } }
        })
      )
  }
]
