import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chown, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ConfigError, loadConfiguration, readConfiguration } from '../../../node/config/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Configuration } from '../../../node/config/index.ts'
import type { TemporaryDirectory } from '../../fixtures/temporary.ts'

describe('the configuration', () => {
  let directory: TemporaryDirectory
  let home: string
  let repository: string
  beforeEach(async () => {
    directory = await temporaryDirectory()
    home = join(directory.path, 'home')
    repository = join(home, 'work', 'repository')
    await mkdir(join(home, '.config', 'hive'), { recursive: true })
    await mkdir(join(repository, '.git'), { recursive: true })
    await mkdir(join(repository, 'deep', 'er'), { recursive: true })
  })
  afterEach(() => directory[Symbol.asyncDispose]())

  const user = (text: string, name = 'hive.toml'): Promise<void> =>
    writeFile(join(home, '.config', 'hive', name), text)
  const load = (env: Record<string, string> = {}, cwd = repository): Promise<Configuration> =>
    loadConfiguration({ env, cwd, home })
  const problemsOf = async (
    env: Record<string, string> = {},
    cwd = repository
  ): Promise<readonly string[]> => (await readConfiguration({ env, cwd, home })).problems
  const valueOf = ({ settings }: Configuration, key: string): unknown =>
    [...settings].find(([name]) => name === key)?.[1].value

  it('takes variables before the project’s file, and this before the user’s', async () => {
    await user('swarm = "users"\n[recall]\nlimit = 3\nmin-relevance = 0.2\n')
    await writeFile(join(repository, 'hive.json'), '{"recall": {"limit": 4}, "gossip": false}')
    const found = await load({ HIVE_RECALL_LIMIT: '5' })
    assert.deepEqual(
      [...found.settings].map(([key, { value, origin }]) => [key, value, origin]),
      [
        ['swarm', 'users', 'user'],
        ['gossip', false, 'project'],
        ['recall.limit', 5, 'environment'],
        ['recall.min-relevance', 0.2, 'user']
      ]
    )
    assert.equal(valueOf(await load(), 'recall.limit'), 4)
    assert.equal(valueOf(await load({}, home), 'recall.limit'), 3)
    assert.equal(found.settings.get('recall.limit')?.where, 'HIVE_RECALL_LIMIT')
    assert.equal(found.settings.get('gossip')?.where, join(repository, 'hive.json'))
  })

  it('finds the nearest file up to the root of the repository, and none outside of it', async () => {
    const limitAt = async (cwd: string): Promise<unknown> =>
      valueOf(await load({}, cwd), 'recall.limit')
    await writeFile(join(home, 'work', 'hive.toml'), '[recall]\nlimit = 1')
    assert.equal(await limitAt(join(repository, 'deep')), undefined, 'not above the repository')
    assert.equal(await limitAt(join(home, 'work')), 1, 'the working directory itself')
    await mkdir(join(home, 'work', 'other'))
    assert.equal(await limitAt(join(home, 'work', 'other')), undefined, 'no repository')
    await writeFile(join(repository, 'hive.toml'), '[recall]\nlimit = 2')
    assert.equal(await limitAt(join(repository, 'deep', 'er')), 2)
    await writeFile(join(repository, 'deep', 'hive.toml'), '[recall]\nlimit = 3')
    assert.equal(await limitAt(join(repository, 'deep', 'er')), 3)
    await writeFile(join(home, 'hive.toml'), '[recall]\nlimit = 9')
    assert.equal(await limitAt(home), undefined, 'the home directory is no project')
  })

  it('names the file, the setting, what is wrong and what to do', async () => {
    const path = join(home, '.config', 'hive', 'hive.toml')
    const cases: readonly (readonly [string, string])[] = [
      ['k = 0', `${path}: k takes a whole number from 1 to 1000, not 0. Change or remove it.`],
      [
        'swarm-kee = "x"',
        `${path}: there is no setting "swarm-kee". Did you mean "swarm-key"? "hive config" lists all settings.`
      ],
      [
        '[recall]\nlimits = 3',
        `${path}: there is no setting "recall.limits". Did you mean "recall.limit"? "hive config" lists all settings.`
      ],
      [
        'listen = "/ip4"',
        `${path}: listen takes a list of multiaddrs, not "/ip4". Change or remove it.`
      ],
      [
        'recall = 3',
        `${path}: recall takes settings by name, such as "recall.limit". Correct the file.`
      ]
    ]
    for (const [text, problem] of cases) {
      await user(text)
      assert.deepEqual(await problemsOf(), [problem])
    }
    await user('k = = 2')
    assert.match(
      (await problemsOf())[0] ?? '',
      /hive\.toml is not TOML \(line 1, column \d+\): .* Correct/
    )
    await user('k = 0\nlight = 3\nnothing = 1')
    assert.equal((await problemsOf()).length, 3, 'all problems at once')
    await assert.rejects(load(), (error) => error instanceof ConfigError)
    await user('k = 2')
    await user('{}', 'hive.json')
    assert.match((await problemsOf())[0] ?? '', /has hive\.toml and hive\.json\. Keep one/)
  })

  it('reads variables by the form of their setting, and names those that are wrong', async () => {
    const { settings } = await load({
      HIVE_LISTEN: '/ip4/127.0.0.1/tcp/0, /ip4/127.0.0.1/tcp/1',
      HIVE_LIGHT: '1',
      HIVE_DATA_DIR: 'data',
      HIVE_SWARM: '',
      HIVE_HOME: '/opt/other-program'
    })
    assert.deepEqual(
      [...settings].map(([key, { value }]) => [key, value]),
      [
        ['data-dir', join(repository, 'data')],
        ['listen', ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/1']],
        ['light', true]
      ]
    )
    assert.deepEqual(await problemsOf({ HIVE_LIGHT: 'yes', HIVE_K: 'two' }), [
      'HIVE_LIGHT takes true or false, not "yes". Change or remove it.',
      'HIVE_K takes a whole number from 1 to 1000, not "two". Change or remove it.'
    ])
    const [problem] = await problemsOf({ HIVE_K: `sk-${'a1'.repeat(20)}` })
    assert.match(problem ?? '', /not "\*\*\*"/, 'what may be a secret is masked')
  })

  it('says how a name with a dot is written', async () => {
    await user('"recall.limit" = 3')
    assert.match(
      String(await problemsOf()),
      /hive\.toml: "recall\.limit" is not one name\. Write recall\.limit = \.\.\., without quotes/
    )
    await rm(join(home, '.config', 'hive', 'hive.toml'))
    await user('{"recall.limit": 3}', 'hive.json')
    assert.match(String(await problemsOf()), /Write \{"recall": \{"limit": \.\.\.\}\}\.$/)
  })

  it('takes a port as a number', async () => {
    await user('http = 7420')
    assert.equal(valueOf(await load(), 'http'), 7420)
    await user('http = 65536')
    assert.match(String(await problemsOf()), /http takes "off", a port, or HOST:PORT, not 65536/)
  })

  it('counts a path from the directory of its file, and ~ from the home directory', async () => {
    await user('swarm-key = "swarm.key"\nmodels = "/etc/models.json"\naccept-swarm-key = ["../a"]')
    const found = await load()
    assert.equal(valueOf(found, 'swarm-key'), join(home, '.config', 'hive', 'swarm.key'))
    assert.equal(valueOf(found, 'models'), '/etc/models.json')
    assert.deepEqual(valueOf(found, 'accept-swarm-key'), [join(home, '.config', 'a')])
  })

  it('takes from a project’s file nothing that runs code, moves data, opens or discloses', async () => {
    const refused = {
      'data-dir': '"./data"',
      listen: '["/ip4/0.0.0.0/tcp/4001"]',
      bootstrap: '["/ip4/192.0.2.1/tcp/1"]',
      swarm: '"theirs"',
      'swarm-key': '"swarm.key"',
      'accept-swarm-key': '["swarm.key"]',
      gossip: 'true',
      light: 'true',
      k: '1',
      'adopt-skills': 'true',
      'publish-skills': 'true',
      'skill-receipts': '"runs"',
      models: '"models.json"',
      http: '"0.0.0.0:80"',
      'http-host': '["evil.example"]',
      'quota.facts': '1',
      'quota.bytes': '1',
      'embeddings.base-url': '"http://192.0.2.1/v1"',
      'embeddings.model': '"m"',
      'embeddings.key-file': '"~/.ssh/id_ed25519"',
      'embeddings.dimensions': '3',
      'embeddings.private': 'true',
      'broadcast.min-confidence': '0.1'
    }
    for (const [key, value] of Object.entries(refused)) {
      await writeFile(join(repository, 'hive.toml'), `${key} = ${value}`)
      const { settings, problems } = await readConfiguration({ env: {}, cwd: repository, home })
      assert.equal(settings.size, 0, key)
      assert.match(problems[0] ?? '', new RegExp(`hive\\.toml: ${key} .*others may have written`))
    }
  })

  it('lets a project be more careful than the user, and never less', async () => {
    await user('k = 5\n[anonymity]\nknown-names = ["Acme"]\n[broadcast]\nmin-confidence = 0.97')
    const write = (text: string): Promise<void> => writeFile(join(repository, 'hive.toml'), text)
    await write('k = 2\n[anonymity]\nknown-names = ["Orion"]\n[broadcast]\nmin-confidence = 0.9')
    const lower = await load()
    assert.deepEqual([valueOf(lower, 'k'), valueOf(lower, 'broadcast.min-confidence')], [5, 0.97])
    assert.equal(lower.settings.get('k')?.origin, 'user')
    assert.deepEqual(valueOf(lower, 'anonymity.known-names'), ['Orion', 'Acme'])
    await write('k = 7\nhttp = "off"\npublish-skills = false')
    const higher = await load()
    assert.deepEqual(
      ['k', 'http', 'publish-skills'].map((key) => valueOf(higher, key)),
      [7, 'off', false]
    )
    assert.equal(valueOf(await load({ HIVE_K: '1' }), 'k'), 1, 'variables are the user’s own')
  })

  it('never goes on without a user’s file that it cannot read', async () => {
    const path = join(home, '.config', 'hive', 'hive.toml')
    await symlink('hive.toml.of-a-disk', path)
    assert.match((await problemsOf())[0] ?? '', /link to a file that is not there\. Correct/)
    await rm(path)
    await promisify(execFile)('mkfifo', [path])
    assert.match((await problemsOf())[0] ?? '', /is no regular file/)
    await rm(join(home, '.config', 'hive'), { recursive: true })
    // A link to itself is a directory that cannot be entered, for root too.
    await symlink('hive', join(home, '.config', 'hive'))
    assert.match((await problemsOf())[0] ?? '', /Cannot read .*hive\.toml/)
  })

  it('reads what editors of Windows write, as TOML and as JSON', async () => {
    await user('\uFEFFk = 4\r\n')
    assert.equal(valueOf(await load(), 'k'), 4)
    await rm(join(home, '.config', 'hive', 'hive.toml'))
    await user('\uFEFF{"k": 5}\r\n', 'hive.json')
    assert.equal(valueOf(await load(), 'k'), 5)
  })

  it('names a number that is none as it stands', async () => {
    await user('k = nan')
    assert.match((await problemsOf())[0] ?? '', /k takes a whole number .*, not NaN\./)
  })

  it('uses no file of another user, also through a link', async function () {
    const path = join(directory.path, 'planted.toml')
    await writeFile(path, 'k = 9')
    // Only root can give a file away; for another user the file of root is one that is accepted.
    const isRoot = process.getuid?.() === 0
    if (isRoot) await chown(path, 4711, 4711)
    await symlink(path, join(repository, 'hive.toml'))
    const problems = await problemsOf()
    if (isRoot) assert.match(problems[0] ?? '', /belongs to another user.*Delete it/)
    else assert.deepEqual(problems, [])
  })
})
