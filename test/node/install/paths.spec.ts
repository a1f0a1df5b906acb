import assert from 'node:assert/strict'
import { CLIENTS } from '../../../node/install/index.ts'
import { recordPath } from '../../../node/install/record.ts'
import { LAUNCH } from '../../fixtures/install-cases.ts'
import type { Place } from '../../../node/install/index.ts'

/** The file of each client's MCP entry, or of its rules where it has none. */
function firstFiles(place: Place): Record<string, string> {
  return Object.fromEntries(
    CLIENTS.map(({ name, files }) => [name, files(place, LAUNCH)[0]?.paths.at(-1) ?? ''])
  )
}

describe('paths of clients', () => {
  it('are those of the user on Linux', () => {
    assert.deepEqual(firstFiles({ home: '/home/ada', platform: 'linux', env: {} }), {
      'claude-code': '/home/ada/.claude.json',
      codex: '/home/ada/.codex/config.toml',
      cursor: '/home/ada/.cursor/mcp.json',
      vscode: '/home/ada/.config/Code/User/mcp.json',
      gemini: '/home/ada/.gemini/settings.json',
      windsurf: '/home/ada/.codeium/windsurf/mcp_config.json',
      opencode: '/home/ada/.config/opencode/opencode.json',
      goose: '/home/ada/.config/goose/config.yaml',
      zed: '/home/ada/.config/zed/settings.json'
    })
  })

  it('are those of the user on macOS', () => {
    const files = firstFiles({ home: '/Users/ada', platform: 'darwin', env: {} })
    assert.equal(files['vscode'], '/Users/ada/Library/Application Support/Code/User/mcp.json')
    assert.equal(files['zed'], '/Users/ada/.config/zed/settings.json')
    assert.equal(files['goose'], '/Users/ada/.config/goose/config.yaml')
  })

  it('are those of the user on Windows', () => {
    const env = { APPDATA: 'C:\\Users\\Ada\\AppData\\Roaming' }
    const place: Place = { home: 'C:\\Users\\Ada', platform: 'win32', env }
    assert.deepEqual(firstFiles(place), {
      'claude-code': 'C:\\Users\\Ada\\.claude.json',
      codex: 'C:\\Users\\Ada\\.codex\\config.toml',
      cursor: 'C:\\Users\\Ada\\.cursor\\mcp.json',
      vscode: 'C:\\Users\\Ada\\AppData\\Roaming\\Code\\User\\mcp.json',
      gemini: 'C:\\Users\\Ada\\.gemini\\settings.json',
      windsurf: 'C:\\Users\\Ada\\.codeium\\windsurf\\mcp_config.json',
      opencode: 'C:\\Users\\Ada\\.config\\opencode\\opencode.json',
      goose: 'C:\\Users\\Ada\\AppData\\Roaming\\Block\\goose\\config\\config.yaml',
      zed: 'C:\\Users\\Ada\\AppData\\Roaming\\Zed\\settings.json'
    })
    assert.equal(recordPath(place), 'C:\\Users\\Ada\\AppData\\Local\\noormme-hive\\installed.json')
  })

  it('follow the variables of the clients', () => {
    const env = {
      CLAUDE_CONFIG_DIR: '/x/claude',
      CODEX_HOME: '/x/codex',
      XDG_CONFIG_HOME: '/x/config',
      OPENCODE_CONFIG_DIR: '/x/opencode',
      COPILOT_HOME: '/x/copilot'
    }
    const place: Place = { home: '/home/ada', platform: 'linux', env }
    const files = firstFiles(place)
    assert.equal(files['claude-code'], '/x/claude/.claude.json')
    assert.equal(files['codex'], '/x/codex/config.toml')
    assert.equal(files['vscode'], '/x/config/Code/User/mcp.json')
    assert.equal(files['opencode'], '/x/opencode/opencode.json')
    assert.equal(files['zed'], '/x/config/zed/settings.json')
    const vscode = CLIENTS.find(({ name }) => name === 'vscode')?.files(place, LAUNCH)
    assert.deepEqual(vscode?.[1]?.paths, ['/x/copilot/hooks/hive.json'])
  })

  it('of a project stay in the project', () => {
    const place: Place = { home: '/home/ada', platform: 'linux', env: {}, project: '/work/app' }
    for (const { name, files } of CLIENTS) {
      for (const { paths } of files(place, LAUNCH)) {
        for (const path of paths) assert.ok(path.startsWith('/work/app/'), `${name}: ${path}`)
      }
    }
  })
})
