import { HOOK_TIMEOUT, hookCommand, mcpArguments, systemShell } from '../launch.ts'
import { jsonEntry } from '../edits/json-entry.ts'
import { jsonHooks } from '../edits/json-hooks.ts'
import {
  appData,
  configFolder,
  inHome,
  inProject,
  joinPath,
  movable,
  sharedSkill
} from './paths.ts'
import type { Client, Place } from '../client.ts'

const ROWS = [
  ['SessionStart', 'session-start'],
  // VS Code has one event for all results of tools; Copilot CLI has one for failures alone.
  ['PostToolUse', 'tool-failure'],
  ['PostToolUseFailure', 'tool-failure'],
  ['PreCompact', 'compact'],
  ['Stop', 'stop']
] as const

export const vscode: Client = {
  name: 'vscode',
  title: 'VS Code (GitHub Copilot)',
  traces: (place) => [joinPath(place, userFolder(place), '..')],
  files(place, launch) {
    const isProject = place.project !== undefined
    const hooks = isProject
      ? inProject(place, '.github')
      : movable(place, 'COPILOT_HOME', '.copilot')
    return [
      {
        kind: 'mcp',
        paths: [
          isProject
            ? inProject(place, '.vscode', 'mcp.json')
            : joinPath(place, userFolder(place), 'mcp.json')
        ],
        edit: jsonEntry({
          dialect: 'jsonc',
          path: () => ['servers', 'hive'],
          properties: { type: 'stdio', command: launch.node, args: mcpArguments(launch) }
        })
      },
      {
        kind: 'hooks',
        paths: [joinPath(place, hooks, 'hooks', 'hive.json')],
        edit: jsonHooks({
          dialect: 'json',
          host: 'vscode',
          required: { version: 1 },
          hooks: ROWS.map(([on, event]) => ({
            on,
            event,
            value: {
              type: 'command',
              command: hookCommand(launch, event, 'vscode', systemShell(place)),
              timeout: HOOK_TIMEOUT
            }
          }))
        })
      },
      sharedSkill(place)
    ]
  }
}

function userFolder(place: Place): string {
  if (place.platform === 'darwin') {
    return inHome(place, 'Library', 'Application Support', 'Code', 'User')
  }
  const base = place.platform === 'win32' ? appData(place) : configFolder(place)
  return joinPath(place, base, 'Code', 'User')
}
