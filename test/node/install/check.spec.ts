import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkClient, CLIENTS, stateOf } from '../../../node/install/index.ts'
import { applyPlan, planInstall } from '../../../node/install/index.ts'
import { installHome } from '../../fixtures/install-cases.ts'
import type { Finding, Launch } from '../../../node/install/index.ts'
import type { InstallHome } from '../../fixtures/install-cases.ts'

const VERSION = '1.2.3'

describe('the check of an installation', () => {
  let home: InstallHome
  let launch: Launch
  beforeEach(async () => {
    home = await installHome()
    const folder = join(home.path, 'package/dist/node')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'hive.js'), '')
    await writePackage(VERSION)
    launch = { node: process.execPath, script: join(folder, 'hive.js') }
  })
  afterEach(() => home[Symbol.asyncDispose]())

  const writePackage = (version: string): Promise<void> =>
    writeFile(
      join(home.path, 'package/package.json'),
      JSON.stringify({ name: 'noormme-hive', version })
    )
  const install = async (name: string, by = launch): Promise<void> => {
    const clients = CLIENTS.filter((client) => client.name === name)
    await applyPlan(await planInstall(clients, home.place, by, { force: false }), home.place)
  }
  const check = async (name: string): Promise<Finding[]> => {
    const [client] = CLIENTS.filter((each) => each.name === name)
    return client === undefined ? [] : await checkClient(client, home.place, launch, VERSION)
  }
  const problems = async (name: string): Promise<Finding[]> =>
    (await check(name)).filter(({ ok }) => !ok)

  it('finds nothing wrong with what was installed, in any client', async () => {
    for (const { name } of CLIENTS) {
      assert.deepEqual(await check(name), [], name)
      await install(name)
      assert.ok((await check(name)).length >= 4, name)
      assert.deepEqual(await problems(name), [], name)
    }
  })

  it('accepts a data directory of its own', async () => {
    await install('claude-code', { ...launch, dataDir: '/srv/hive' })
    assert.deepEqual(await problems('claude-code'), [])
  })

  it('accepts another copy of the same version', async () => {
    const copy = join(home.path, 'copy/node_modules/noormme-hive')
    await mkdir(join(copy, 'dist/node'), { recursive: true })
    await writeFile(
      join(copy, 'package.json'),
      JSON.stringify({ name: 'noormme-hive', version: VERSION })
    )
    await writeFile(join(copy, 'dist/node/hive.js'), '')
    await install('claude-code', { ...launch, script: join(copy, 'dist/node/hive.js') })
    assert.deepEqual(await problems('claude-code'), [])
  })

  it('reports a program that is gone, or of another version', async () => {
    await install('gemini', { node: '/gone/node', script: '/gone/hive.js' })
    const mend = 'hive install gemini'
    const found = await problems('gemini')
    assert.deepEqual(found.slice(0, 2), [
      { ok: false, text: 'the entry starts /gone/node, which does not run', mend },
      { ok: false, text: 'the entry starts /gone/hive.js, which does not exist', mend }
    ])
    await install('gemini')
    await writePackage('1.2.2')
    const text = `the entry starts version 1.2.2; this is ${VERSION}`
    assert.deepEqual(await problems('gemini'), [{ ok: false, text, mend }])
  })

  it('reports hooks, skills and rules that are missing or old', async () => {
    await install('windsurf')
    await install('claude-code', { ...launch, dataDir: '/srv/hive' })
    const mend = 'hive install claude-code --data-dir /srv/hive'
    const skill = join(home.path, '.claude/skills/hive/SKILL.md')
    const settings = join(home.path, '.claude/settings.json')
    await rm(skill)
    await writeFile(settings, '{}')
    assert.deepEqual(await problems('claude-code'), [
      { ok: false, text: `no hooks: ${settings}`, mend },
      { ok: false, text: `no skill: there is no ${skill}`, mend }
    ])
    const rules = join(home.path, '.codeium/windsurf/memories/global_rules.md')
    await writeFile(rules, (await readFile(rules, 'utf8')).replace('## Hive', '## Older'))
    const text = `rules unlike those of this version: ${rules}`
    assert.deepEqual(await problems('windsurf'), [
      { ok: false, text, mend: 'hive install windsurf' }
    ])
  })

  it('reports a file that no longer parses', async () => {
    await install('claude-code')
    const settings = join(home.path, '.claude/settings.json')
    await writeFile(settings, '{ "hooks": ')
    const [problem, ...others] = await problems('claude-code')
    assert.deepEqual(others, [])
    assert.match(problem?.text ?? '', /settings\.json is not valid JSON: value expected at line 1/)
    assert.match(problem?.mend ?? '', /^edit the file, then hive install claude-code$/)
  })

  it('reports an entry that was removed, or that a broken file hides', async () => {
    await install('claude-code')
    const config = join(home.path, '.claude.json')
    const text = await readFile(config, 'utf8')
    const mend = 'hive install claude-code'
    await writeFile(config, '{}')
    assert.deepEqual(await problems('claude-code'), [
      { ok: false, text: `no MCP entry: ${config}`, mend }
    ])
    await writeFile(config, text.slice(0, -4))
    const [problem, ...others] = await problems('claude-code')
    assert.deepEqual(others, [])
    assert.match(problem?.text ?? '', /\.claude\.json is not valid JSON: close brace expected/)
  })

  it('tells clients apart that have hive, have none, and are not there', async () => {
    await mkdir(join(home.path, '.cursor'))
    await install('codex')
    const states = await Promise.all(
      CLIENTS.map(async (client) => [client.name, await stateOf(client, home.place, launch)])
    )
    const { codex, cursor, zed } = Object.fromEntries(states)
    assert.deepEqual([codex, cursor, zed], ['installed', 'absent', 'missing'])
  })
})
