import assert from 'node:assert/strict'
import { createHive, generateSwarmKey, restoreBackup } from '../../../src/index.ts'
import { DoctorWorld } from '../../fixtures/doctor-world.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { ENTRY_FAULTS } from './entry-faults.ts'
import { FAULTS } from './faults.ts'
import { makeMember, MEMBER_FAULTS } from './member-faults.ts'
import { MORE_FAULTS } from './more-faults.ts'
import type { TemporaryDirectory } from '../../fixtures/temporary.ts'

/** By the id of a problem: what must not be called good beside it. */
const CONTRADICTED: Readonly<Record<string, readonly string[]>> = {
  'control-file': ['node'],
  'store-locked': ['node', 'store'],
  'node-silent': ['node', 'store'],
  'store-damaged': ['store'],
  'index-damaged': ['index'],
  'directory-file': ['directory', 'store', 'index', 'clock']
}

describe('the doctor', function () {
  this.timeout(60_000)
  const home = process.env['HOME']
  let directory: TemporaryDirectory
  before(async () => {
    directory = await temporaryDirectory()
    const db = await createHive({ dataDir: node() })
    const { knowledge, hive } = db.agent.cortex
    await knowledge.distill('CSS gap', 'Flex containers support gap.', 0.95)
    await hive.broadcastKnowledge()
    await knowledge.recall('gap')
    await db.stop()
    // The next opening writes what is in the log to a table.
    await (await createHive({ dataDir: node(), swarm: false })).stop()
  })
  after(async () => {
    process.env['HOME'] = home
    await directory[Symbol.asyncDispose]()
  })
  const node = (): string => `${directory.path}/node`

  for (const { what, id, mend, plant } of [
    ...FAULTS,
    ...MORE_FAULTS,
    ...MEMBER_FAULTS,
    ...ENTRY_FAULTS
  ]) {
    it(`names ${what}, and what to do`, async () => {
      await using world = await DoctorWorld.create(node())
      await plant(world)
      const findings = await world.diagnose()
      const problems = findings.filter(({ ok }) => !ok)
      assert.ok(problems.length > 0, 'it is not found')
      for (const problem of problems) {
        assert.equal(problem.id, id, problem.text)
        assert.match(problem.mend ?? '', mend)
      }
      const good = findings.filter(({ ok }) => ok).map((each) => each.id)
      for (const each of CONTRADICTED[id] ?? []) {
        assert.ok(!good.includes(each), `${each} is good, and ${id} a problem`)
      }
    })
  }

  const healthy: Readonly<Record<string, (world: DoctorWorld) => unknown>> = {
    'a stopped node': () => undefined,
    'a running node': (world) => world.run(),
    'a running node with an API': (world) => world.run({}, { host: '127.0.0.1', port: 0 }),
    'a node in a swarm with a peer': async (world) => {
      const peer = world.use(await createHive())
      await world.config(`bootstrap = ["${peer.multiaddrs[0]}"]`)
    },
    'a node with a swarm key, as its peer': async (world) => {
      const key = generateSwarmKey()
      const peer = world.use(await createHive({ swarm: { key } }))
      await world.write('config/hive/swarm.key', key)
      await world.config(`swarm-key = "swarm.key"\nbootstrap = ["${peer.multiaddrs[0]}"]`)
    },
    'a member of a closed swarm, with a peer': async (world) => {
      const { swarm, member } = await makeMember(world)
      const peer = world.use(await createHive({ swarm: { name: swarm, member } }))
      await world.config(`swarm = "${swarm}"\nbootstrap = ["${peer.multiaddrs[0]}"]`)
    },
    'settings of a user': (world) => world.config('k = 3\nlisten = ["/ip4/127.0.0.1/tcp/0"]'),
    'settings of a project': (world) => world.write('project/hive.toml', '[recall]\nlimit = 3'),
    'models with a key': async (world) => {
      Object.assign(world.env, { OPENAI_API_KEY: 'key' })
      await world.write('config/hive/models.json', '{"tiers": {"fast": ["openai/gpt-6-luna"]}}')
      await world.config('models = "models.json"')
    },
    'a restored backup': async (world) => {
      const db = await createHive({ dataDir: world.path('other'), swarm: false })
      await db.agent.cortex.knowledge.distill('npm', 'npm ci needs a lock file.', 0.9)
      await db.backup(world.path('backup'))
      await db.stop()
      await restoreBackup(world.path('backup'), world.path('restored'))
      Object.assign(world.init, { dataDirOf: () => world.path('restored') })
    },
    'variables of another program': (world) => Object.assign(world.env, { HIVE_HOME: '/opt/hive' })
  }

  for (const [what, arrange] of Object.entries(healthy)) {
    it(`has nothing to say about ${what}`, async () => {
      await using world = await DoctorWorld.create(node())
      await arrange(world)
      assert.deepEqual(await world.problems(), [])
    })
  }

  it('has nothing to say about a machine without a hive, and creates nothing', async () => {
    await using world = await DoctorWorld.create()
    assert.deepEqual(await world.problems(), [])
  })
})
