import assert from 'node:assert/strict'
import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  applyPlan,
  clientNamed,
  CLIENTS,
  InstallError,
  planInstall,
  planUninstall
} from '../../../node/install/index.ts'
import { installHome, LAUNCH, treeOf } from '../../fixtures/install-cases.ts'
import type { Client } from '../../../node/install/index.ts'
import type { InstallHome } from '../../fixtures/install-cases.ts'

const named = (name: string): Client => {
  const client = clientNamed(name)
  assert.ok(client !== undefined)
  return client
}

async function write(home: InstallHome, name: string, text: string): Promise<string> {
  const path = join(home.path, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  return path
}

const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'))

describe('an installation', () => {
  const gemini = named('gemini')
  const zed = named('zed')
  const claude = named('claude-code')

  it('changes nothing if one file of several clients refuses', async () => {
    await using home = await installHome()
    await write(home, '.config/zed/settings.json', '{ broken')
    await write(home, '.gemini/settings.json', '{ "mcpServers": 1 }')
    const before = await treeOf(home.path)
    await assert.rejects(home.install(claude, zed, gemini), (error) => {
      assert.ok(error instanceof InstallError)
      assert.match(error.message, /zed\/settings\.json is not valid JSON/)
      assert.match(error.message, /gemini\/settings\.json has "mcpServers" as number/)
      assert.match(error.message, /Nothing was changed/)
      return true
    })
    assert.deepEqual(await treeOf(home.path), before)
  })

  it('follows a moved program, and is still undone to the byte', async () => {
    await using home = await installHome()
    await write(home, '.gemini/settings.json', '{\n   "theme": "x"\n}')
    const before = await treeOf(home.path)
    const old = { node: '/old/node', script: '/old/hive.js' }
    await applyPlan(await planInstall([gemini], home.place, old, { force: false }), home.place)
    await home.install(gemini)
    const text = await readFile(join(home.path, '.gemini/settings.json'), 'utf8')
    assert.ok(!text.includes('/old/'))
    await home.uninstall(gemini)
    assert.deepEqual(await treeOf(home.path), before)
  })

  it('keeps what other programs write afterwards', async () => {
    await using home = await installHome()
    const path = await write(home, '.claude.json', '{ "numStartups": 1 }')
    await home.install(claude)
    const state = { ...Object(await json(path)), numStartups: 2, tips: [1] }
    await writeFile(path, JSON.stringify(state, null, 4))
    assert.deepEqual((await home.install(claude)).changes, [])
    await home.uninstall(claude)
    assert.deepEqual(await json(path), { numStartups: 2, tips: [1] })
  })

  it('restores what was changed between two installations, not what was there first', async () => {
    await using home = await installHome()
    const path = await write(home, '.gemini/settings.json', '{}')
    await home.install(gemini)
    await writeFile(path, '{ "theme": "new" }')
    await home.install(gemini)
    await home.uninstall(gemini)
    assert.equal(await readFile(path, 'utf8'), '{ "theme": "new" }')
  })

  it('deletes a file that it made once nothing else is in it', async () => {
    await using home = await installHome()
    await home.install(gemini)
    const path = join(home.path, '.gemini/settings.json')
    // Another program writes the same file in another form.
    await writeFile(path, JSON.stringify(await json(path)))
    await home.uninstall(gemini)
    assert.deepEqual(await treeOf(home.path), {})
  })

  it('leaves folders that have something else', async () => {
    await using home = await installHome()
    await home.install(claude)
    await write(home, '.claude/skills/mine/SKILL.md', 'mine')
    await home.uninstall(claude)
    assert.deepEqual(Object.keys(await treeOf(home.path)).toSorted(), [
      '.claude/',
      '.claude/skills/',
      '.claude/skills/mine/',
      '.claude/skills/mine/SKILL.md'
    ])
  })

  it('keeps the skill that another client reads', async () => {
    await using home = await installHome()
    await home.install(gemini, zed)
    const skill = join(home.path, '.agents/skills/hive/SKILL.md')
    const plan = await home.uninstall(gemini)
    assert.deepEqual(plan.shared, [skill])
    assert.match(await readFile(skill, 'utf8'), /^---\nname: hive/)
    await home.uninstall(zed)
    assert.deepEqual(await treeOf(home.path), {})
  })

  it('keeps the skill of a project that another client reads', async () => {
    await using home = await installHome(undefined, true)
    await home.install(gemini, named('goose'))
    const plan = await home.uninstall(gemini)
    assert.deepEqual(plan.shared, [join(home.path, 'work/.agents/skills/hive/SKILL.md')])
  })

  it('knows a file that the user has made since', async () => {
    await using home = await installHome()
    await home.install(gemini)
    const path = join(home.path, '.gemini/settings.json')
    await writeFile(path, '{}')
    await home.install(gemini)
    await home.uninstall(gemini)
    assert.equal(await readFile(path, 'utf8'), '{}')
  })

  it('of all clients at once is undone at once', async () => {
    await using home = await installHome()
    await home.install(...CLIENTS)
    assert.deepEqual((await home.install(...CLIENTS)).changes, [])
    await home.uninstall(...CLIENTS)
    assert.deepEqual(await treeOf(home.path), {})
  })

  it('keeps modes, and writes through a chain of links', async () => {
    await using home = await installHome()
    const target = await write(home, 'dotfiles/gemini.json', '{ "theme": "x" }\n')
    await chmod(target, 0o640)
    await mkdir(join(home.path, '.gemini'))
    await symlink('../dotfiles/gemini.json', join(home.path, '.gemini/link.json'))
    await symlink('link.json', join(home.path, '.gemini/settings.json'))
    const before = await treeOf(home.path)
    await home.install(gemini)
    assert.equal((await stat(target)).mode & 0o777, 0o640)
    assert.match(await readFile(target, 'utf8'), /mcpServers/)
    await home.uninstall(gemini)
    assert.deepEqual(await treeOf(home.path), before)
  })

  it('makes the file that a link names', async () => {
    await using home = await installHome()
    await mkdir(join(home.path, '.gemini'))
    await symlink('../dotfiles/gemini.json', join(home.path, '.gemini/settings.json'))
    const before = await treeOf(home.path)
    await home.install(gemini)
    assert.match(await readFile(join(home.path, 'dotfiles/gemini.json'), 'utf8'), /mcpServers/)
    await home.uninstall(gemini)
    assert.deepEqual(await treeOf(home.path), before)
  })

  it('refuses a loop of links', async () => {
    await using home = await installHome()
    await mkdir(join(home.path, '.gemini'))
    await symlink('settings.json', join(home.path, '.gemini/settings.json'))
    await assert.rejects(home.install(gemini), /settings\.json is a loop of symbolic links/)
  })

  it('refuses to overwrite a file that was changed after it was read', async () => {
    await using home = await installHome()
    const path = await write(home, '.gemini/settings.json', '{}')
    const plan = await planInstall([gemini], home.place, LAUNCH, { force: false })
    await writeFile(path, '{ "theme": "x" }')
    await assert.rejects(applyPlan(plan, home.place), /was changed while hive edited it/)
    assert.equal(await readFile(path, 'utf8'), '{ "theme": "x" }')
  })

  it('replaces an entry of the same name only by force, and gives it back', async () => {
    await using home = await installHome()
    const text = '{ "mcpServers": { "hive": { "command": "hive-sql" } } }\n'
    const path = await write(home, '.gemini/settings.json', text)
    await assert.rejects(home.install(gemini), /that hive did not write.*--force/)
    const plan = await planInstall([gemini], home.place, LAUNCH, { force: true })
    await applyPlan(plan, home.place)
    assert.match(await readFile(path, 'utf8'), /noormme-hive/)
    assert.deepEqual((await home.install(gemini)).changes, [])
    await home.uninstall(gemini)
    assert.equal(await readFile(path, 'utf8'), text)
  })

  it('names a data directory only if it is given one', async () => {
    await using home = await installHome()
    const launch = { ...LAUNCH, dataDir: '/srv/my hive' }
    await applyPlan(await planInstall([claude], home.place, launch, { force: false }), home.place)
    const settings = await readFile(join(home.path, '.claude/settings.json'), 'utf8')
    assert.match(settings, /hook stop --host claude-code --data-dir '\/srv\/my hive'/)
    const entry = Object(await json(join(home.path, '.claude.json')))['mcpServers'].hive
    assert.deepEqual(entry.args, [LAUNCH.script, 'mcp', '--data-dir', '/srv/my hive'])
    await home.install(claude)
    assert.ok(!(await readFile(join(home.path, '.claude/settings.json'), 'utf8')).includes('/srv'))
  })

  it('makes files of the user that only the user can read', async () => {
    await using home = await installHome()
    await home.install(claude)
    assert.equal((await stat(join(home.path, '.claude.json'))).mode & 0o777, 0o600)
  })

  it('refuses a path below a file', async () => {
    await using home = await installHome()
    await write(home, '.gemini', 'a file')
    await assert.rejects(home.install(gemini), /settings\.json lies below a file/)
  })

  it('edits the one of two files that has the entry', async () => {
    await using home = await installHome()
    const openCode = named('opencode')
    await home.install(openCode)
    await write(home, '.config/opencode/opencode.jsonc', '{ "model": "x" }')
    assert.deepEqual((await home.install(openCode)).changes, [])
    await home.uninstall(openCode)
    const { '.config/opencode/opencode.jsonc': left, ...others } = await treeOf(home.path)
    assert.equal(left, '{ "model": "x" }')
    assert.deepEqual(Object.keys(others).toSorted(), ['.config/', '.config/opencode/'])
  })

  it('forgets a file that the user has deleted', async () => {
    await using home = await installHome()
    await home.install(gemini)
    await rm(join(home.path, '.gemini'), { recursive: true })
    await home.uninstall(gemini)
    assert.deepEqual(await treeOf(home.place.env['XDG_STATE_HOME'] ?? ''), {})
  })

  it('has a record that only the user can read, and that goes with the last file', async () => {
    await using home = await installHome()
    await write(home, '.gemini/settings.json', '{ "apiKey": "s3cret" }')
    await home.install(gemini)
    const state = home.place.env['XDG_STATE_HOME'] ?? ''
    const record = join(state, 'noormme-hive/installed.json')
    assert.equal((await stat(record)).mode & 0o777, 0o600)
    assert.ok(!(await readFile(record, 'utf8')).includes('s3cret'))
    await home.uninstall(gemini)
    assert.deepEqual(await treeOf(state), {})
  })

  it('does without a record that is damaged', async () => {
    await using home = await installHome()
    await write(home, '.gemini/settings.json', '{\n  "mcpServers": {\n    "a": {}\n  }\n}\n')
    const before = await treeOf(home.path)
    await home.install(gemini)
    const record = join(home.place.env['XDG_STATE_HOME'] ?? '', 'noormme-hive/installed.json')
    await writeFile(record, '{"version":9}')
    await home.uninstall(gemini)
    const { '.gemini/settings.json': after } = await treeOf(home.path)
    assert.equal(after, before['.gemini/settings.json'])
  })

  it('that was never made has nothing to undo', async () => {
    await using home = await installHome()
    await write(home, '.gemini/settings.json', '{ "mcpServers": { "hive": { "command": "sql" } } }')
    await write(home, '.agents/skills/hive/SKILL.md', 'Apache Hive')
    const before = await treeOf(home.path)
    const plan = await planUninstall([gemini], [], home.place, LAUNCH)
    assert.deepEqual(plan.changes, [])
    assert.deepEqual(await treeOf(home.path), before)
  })

  it('refuses to undo in a file that is broken by now', async () => {
    await using home = await installHome()
    await home.install(zed)
    const path = join(home.path, '.config/zed/settings.json')
    await writeFile(path, '{ "context_servers": ')
    await assert.rejects(home.uninstall(zed), /settings\.json is not valid JSON/)
    await rm(path)
    await home.uninstall(zed)
    assert.deepEqual(await treeOf(home.path), {})
  })
})
