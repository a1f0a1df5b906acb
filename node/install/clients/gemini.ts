import { mcpArguments } from '../launch.ts'
import { jsonEntry } from '../edits/json-entry.ts'
import { jsonHooks } from '../edits/json-hooks.ts'
import { nestedHooks } from './nested-hooks.ts'
import { inHome, inProject, sharedSkill } from './paths.ts'
import type { Client } from '../client.ts'

const MILLISECOND = 1 / 1000

const ROWS = [
  ['SessionStart', 'session-start'],
  ['BeforeAgent', 'prompt'],
  ['AfterTool', 'tool-failure', 'run_shell_command'],
  ['PreCompress', 'compact'],
  ['AfterAgent', 'stop']
] as const

export const gemini: Client = {
  name: 'gemini',
  title: 'Gemini CLI',
  traces: (place) => [inHome(place, '.gemini')],
  files(place, launch) {
    const file = ['.gemini', 'settings.json']
    const path = place.project === undefined ? inHome(place, ...file) : inProject(place, ...file)
    const shell = place.platform === 'win32' ? 'powershell' : 'posix'
    return [
      {
        kind: 'mcp',
        paths: [path],
        edit: jsonEntry({
          dialect: 'jsonc',
          path: () => ['mcpServers', 'hive'],
          properties: { command: launch.node, args: mcpArguments(launch) }
        })
      },
      {
        kind: 'hooks',
        paths: [path],
        edit: jsonHooks({
          dialect: 'jsonc',
          host: 'gemini',
          hooks: nestedHooks(launch, { host: 'gemini', shell, unit: MILLISECOND }, ROWS)
        })
      },
      sharedSkill(place)
    ]
  }
}
