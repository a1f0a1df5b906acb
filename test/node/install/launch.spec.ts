import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { CLIENT_NAMES } from '../../../node/install/index.ts'
import {
  HOOK_EVENTS,
  hookCommand,
  hookEventOf,
  isMcpCommand,
  launchOf,
  mcpArguments
} from '../../../node/install/launch.ts'
import type { HookShell } from '../../../node/install/launch.ts'

const SHELLS: readonly HookShell[] = ['posix', 'cmd', 'powershell']
const ODD = { node: "/opt/o'brien $x/node", script: '/opt/a b/hive.js', dataDir: '/srv/`x` "y"' }

describe('command lines of hooks', () => {
  it('have only paths, event and client, so that a new version does not change them', () => {
    const launch = { node: '/n/node', script: '/p/hive.js' }
    assert.equal(
      hookCommand(launch, 'prompt', 'codex', 'posix'),
      '/n/node /p/hive.js hook prompt --host codex'
    )
    assert.equal(
      hookCommand({ ...launch, dataDir: '/d' }, 'stop', 'gemini', 'posix'),
      '/n/node /p/hive.js hook stop --host gemini --data-dir /d'
    )
  })

  it('reach the program word by word through a POSIX shell', async () => {
    const launch = { ...ODD, node: process.execPath, script: "/tmp/o'brien $x/`y`/hive.js" }
    const command = hookCommand(launch, 'compact', 'cursor', 'posix')
    const print = `'console.log(JSON.stringify(process.argv.slice(1)))'`
    const shown = command.replace(process.execPath, `${process.execPath} -e ${print} --`)
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', shown])
    assert.deepEqual(JSON.parse(stdout), [
      launch.script,
      'hook',
      'compact',
      '--host',
      'cursor',
      '--data-dir',
      launch.dataDir
    ])
  })

  it('are quoted for the shells of Windows only where they must be', () => {
    const launch = { node: 'C:\\Program Files\\nodejs\\node.exe', script: 'C:\\npm\\hive.js' }
    assert.equal(
      hookCommand(launch, 'stop', 'codex', 'cmd'),
      '"C:\\Program Files\\nodejs\\node.exe" C:\\npm\\hive.js hook stop --host codex'
    )
    assert.equal(
      hookCommand(launch, 'stop', 'gemini', 'powershell'),
      "& 'C:\\Program Files\\nodejs\\node.exe' C:\\npm\\hive.js hook stop --host gemini"
    )
  })

  it('are recognised as those of one client and event', () => {
    for (const shell of SHELLS) {
      for (const host of CLIENT_NAMES) {
        for (const event of HOOK_EVENTS) {
          const command = hookCommand(ODD, event, host, shell)
          assert.equal(hookEventOf(command, host), event, command)
          const others = CLIENT_NAMES.filter((name) => name !== host)
          for (const other of others) assert.equal(hookEventOf(command, other), undefined)
        }
      }
    }
  })

  it('of others are not', () => {
    for (const command of [
      'hive-lint hook stop --host codex',
      'node archive.js hook stop --host codex',
      'hive hook unknown --host codex',
      'hive hook stop --host codex-fork',
      'git hook stop',
      undefined,
      7
    ]) {
      assert.equal(hookEventOf(command, 'codex'), undefined, String(command))
    }
    assert.equal(hookEventOf('hive hook stop --host codex', 'codex'), 'stop')
  })
})

describe('command lines of the MCP server', () => {
  it('are recognised, and read back', () => {
    const launch = { node: '/n/node', script: '/p/hive.js', dataDir: '/d' }
    const command = [launch.node, ...mcpArguments(launch)]
    assert.ok(isMcpCommand(command))
    assert.deepEqual(launchOf(command), launch)
    assert.ok(isMcpCommand(['C:\\n\\node.exe', 'C:\\p\\hive.js', 'mcp']))
    assert.ok(isMcpCommand(['hive', 'mcp']))
  })

  it('of others are not', () => {
    for (const command of [
      [],
      ['mcp'],
      ['npx', 'mcp'],
      ['hive', 'serve'],
      ['node', '/p/archive.js', 'mcp'],
      ['hive-sql', 'mcp'],
      [undefined, 'mcp']
    ]) {
      assert.equal(isMcpCommand(command), false, command.join(' '))
    }
  })
})
