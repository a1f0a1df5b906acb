import assert from 'node:assert/strict'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateSwarmKey } from '../../src/index.ts'
import { BINARY } from '../fixtures/build.ts'
import { runHive } from '../fixtures/hive-process.ts'
import { treeOf } from '../fixtures/install-cases.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { RunResult } from '../fixtures/hive-process.ts'
import type { TemporaryDirectory } from '../fixtures/temporary.ts'

describe('hive install, doctor and uninstall', function () {
  this.timeout(120_000)
  let directory: TemporaryDirectory
  before(async () => {
    directory = await temporaryDirectory()
    await mkdir(join(home(), '.claude'), { recursive: true })
    await mkdir(work())
    await writeFile(join(home(), '.claude/settings.json'), '{\n  "model": "opus"\n}\n')
  })
  after(() => directory[Symbol.asyncDispose]())

  const home = (): string => join(directory.path, 'home')
  const work = (): string => join(directory.path, 'work')
  const hive = (...args: string[]): Promise<RunResult> =>
    runHive(args, '', {
      cwd: work(),
      env: {
        HOME: home(),
        XDG_CONFIG_HOME: '',
        XDG_DATA_HOME: '',
        XDG_STATE_HOME: '',
        CLAUDE_CONFIG_DIR: '',
        CURSOR_CONFIG_DIR: ''
      }
    })

  it('lists clients, and refuses those that are not there', async () => {
    const { code, stdout } = await hive('install')
    assert.equal(code, 0)
    assert.match(stdout, /^claude-code +Claude Code +hive is not installed$/m)
    assert.match(stdout, /^cursor +Cursor +not on this machine$/m)
    assert.match(stdout, /Install with "hive install claude-code"/)
    const missing = await hive('install', 'claude-code', 'cursor')
    assert.deepEqual([missing.code, missing.stdout], [1, ''])
    assert.match(missing.stderr, /^hive: Cursor is not on this machine: there is no .*--force/)
  })

  it('shows what would change, installs, checks and restores', async () => {
    const before = await treeOf(home())
    const dry = await hive('install', 'claude-code', '--dry-run')
    assert.equal(dry.code, 0)
    assert.match(dry.stdout, /^--- \/dev\/null\n\+\+\+ .*\/home\/\.claude\.json$/m)
    assert.match(dry.stdout, /^- {2}"model": "opus"\n\+ {2}"model": "opus",$/m)
    assert.match(dry.stdout, /Nothing was written/)
    assert.deepEqual(await treeOf(home()), before)

    const installed = await hive('install', 'claude-code', '--json')
    assert.equal(installed.code, 0)
    const { changes } = JSON.parse(installed.stdout)
    assert.deepEqual(
      changes.map(({ action, path }: Record<string, string>) => [
        action,
        path?.slice(home().length + 1)
      ]),
      [
        ['create', '.claude.json'],
        ['update', '.claude/settings.json'],
        ['create', '.claude/skills/hive/SKILL.md']
      ]
    )
    const entry = JSON.parse(await readFile(join(home(), '.claude.json'), 'utf8')).mcpServers.hive
    assert.deepEqual([entry.command, ...entry.args], [process.execPath, BINARY, 'mcp'])

    const key = join(directory.path, 'swarm.key')
    await writeFile(key, generateSwarmKey())
    await chmod(key, 0o600)
    const healthy = await hive('doctor', '--swarm-key', key)
    assert.equal(healthy.code, 0, healthy.stdout)
    assert.match(healthy.stdout, /Claude Code\n {2}ok .*\n[\s\S]*no problems\n$/)

    await chmod(key, 0o644)
    await writeFile(join(home(), '.claude/skills/hive/SKILL.md'), 'written by "hive install"')
    const ill = await hive('doctor', '--swarm-key', key, '--json')
    assert.equal(ill.code, 1)
    const problems = JSON.parse(ill.stdout).findings.filter(({ ok }: { ok: boolean }) => !ok)
    assert.deepEqual(
      problems.map(({ section, mend }: Record<string, string>) => [section, mend]),
      [
        ['network', `chmod 600 "${key}"`],
        ['Claude Code', 'hive install claude-code']
      ]
    )

    const removed = await hive('uninstall', 'claude-code')
    assert.equal(removed.code, 0)
    assert.match(removed.stdout, /^removed {2}.*\.claude\.json\nchanged {2}.*settings\.json\n/)
    assert.deepEqual(await treeOf(home()), before)
  })
})
