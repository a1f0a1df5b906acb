import { mcpArguments } from '../launch.ts'
import { jsonEntry } from '../edits/json-entry.ts'
import { jsonHooks } from '../edits/json-hooks.ts'
import { nestedHooks } from './nested-hooks.ts'
import { inHome, inProject, joinPath, movable, skillFile } from './paths.ts'
import type { Client, Place } from '../client.ts'

export const claudeCode: Client = {
  name: 'claude-code',
  title: 'Claude Code',
  traces: (place) => [folder(place), configFile(place)],
  files(place, launch) {
    const isProject = place.project !== undefined
    const base = isProject ? inProject(place, '.claude') : folder(place)
    // The local settings of a project are not committed: the commands have paths of this machine.
    const settings = isProject ? 'settings.local.json' : 'settings.json'
    const rows = [
      ['SessionStart', 'session-start', 'startup|resume|clear'],
      ['SessionStart', 'compact', 'compact'],
      ['UserPromptSubmit', 'prompt'],
      ['PostToolUseFailure', 'tool-failure', 'Bash'],
      // In the background: a success ends a failure, and prints nothing.
      ['PostToolUse', 'tool-failure', 'Bash', { async: true }],
      ['Stop', 'stop']
    ] as const
    return [
      {
        kind: 'mcp',
        paths: [isProject ? inProject(place, '.mcp.json') : configFile(place)],
        edit: jsonEntry({
          dialect: 'json',
          path: () => ['mcpServers', 'hive'],
          properties: { command: launch.node, args: mcpArguments(launch) },
          defaults: { type: 'stdio' }
        })
      },
      {
        kind: 'hooks',
        paths: [joinPath(place, base, settings)],
        edit: jsonHooks({
          dialect: 'json',
          host: 'claude-code',
          // On Windows the client runs hooks in Git Bash, where these quotes hold too.
          hooks: nestedHooks(launch, { host: 'claude-code', shell: 'posix' }, rows)
        })
      },
      skillFile(joinPath(place, base, 'skills', 'hive', 'SKILL.md'))
    ]
  }
}

function folder(place: Place): string {
  return movable(place, 'CLAUDE_CONFIG_DIR', '.claude')
}

function configFile(place: Place): string {
  return (place.env['CLAUDE_CONFIG_DIR'] ?? '') === ''
    ? inHome(place, '.claude.json')
    : joinPath(place, folder(place), '.claude.json')
}
