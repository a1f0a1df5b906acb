import { mcpArguments, systemShell } from '../launch.ts'
import { jsonHooks } from '../edits/json-hooks.ts'
import { tomlEntry } from '../edits/toml-entry.ts'
import { nestedHooks } from './nested-hooks.ts'
import { inProject, joinPath, movable, sharedSkill } from './paths.ts'
import type { Client, Place } from '../client.ts'

export const codex: Client = {
  name: 'codex',
  title: 'Codex CLI',
  traces: (place) => [folder(place)],
  files(place, launch) {
    const base = place.project === undefined ? folder(place) : inProject(place, '.codex')
    const rows = [
      ['SessionStart', 'session-start'],
      ['UserPromptSubmit', 'prompt'],
      // There is no event for failures. This one fires after each command, failed ones too.
      ['PostToolUse', 'tool-failure', '^Bash$'],
      ['PreCompact', 'compact'],
      ['Stop', 'stop']
    ] as const
    return [
      {
        kind: 'mcp',
        paths: [joinPath(place, base, 'config.toml')],
        edit: tomlEntry({
          table: 'mcp_servers',
          name: 'hive',
          command: launch.node,
          args: mcpArguments(launch)
        })
      },
      {
        kind: 'hooks',
        paths: [joinPath(place, base, 'hooks.json')],
        edit: jsonHooks({
          dialect: 'json',
          host: 'codex',
          hooks: nestedHooks(launch, { host: 'codex', shell: systemShell(place) }, rows)
        })
      },
      sharedSkill(place)
    ]
  },
  notes: ({ project }) => [
    'Codex runs new hooks only after you trust them: type /hooks in Codex.',
    ...(project === undefined
      ? []
      : ['Codex reads the files of a project only if you trust the project.'])
  ]
}

function folder(place: Place): string {
  return movable(place, 'CODEX_HOME', '.codex')
}
