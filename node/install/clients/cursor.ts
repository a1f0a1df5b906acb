import { HOOK_TIMEOUT, hookCommand, mcpArguments, systemShell } from '../launch.ts'
import { jsonEntry } from '../edits/json-entry.ts'
import { jsonHooks } from '../edits/json-hooks.ts'
import { ownedFile } from '../edits/owned-file.ts'
import { rulesFile } from '../skill-text.ts'
import { inHome, inProject, joinPath, sharedSkill } from './paths.ts'
import type { Client } from '../client.ts'

const RULES = rulesFile({ description: 'When to use the hive', alwaysApply: true })

const ROWS = [
  ['sessionStart', 'session-start'],
  ['postToolUseFailure', 'tool-failure'],
  ['preCompact', 'compact'],
  ['stop', 'stop']
] as const

export const cursor: Client = {
  name: 'cursor',
  title: 'Cursor',
  traces: (place) => [inHome(place, '.cursor')],
  files(place, launch) {
    const isProject = place.project !== undefined
    const base = isProject ? inProject(place, '.cursor') : inHome(place, '.cursor')
    return [
      {
        kind: 'mcp',
        paths: [joinPath(place, base, 'mcp.json')],
        edit: jsonEntry({
          dialect: 'jsonc',
          path: () => ['mcpServers', 'hive'],
          properties: { command: launch.node, args: mcpArguments(launch) }
        })
      },
      {
        kind: 'hooks',
        paths: [joinPath(place, base, 'hooks.json')],
        edit: jsonHooks({
          dialect: 'jsonc',
          host: 'cursor',
          required: { version: 1 },
          hooks: ROWS.map(([on, event]) => ({
            on,
            event,
            value: {
              command: hookCommand(launch, event, 'cursor', systemShell(place)),
              timeout: HOOK_TIMEOUT
            }
          }))
        })
      },
      // Rules of the user are in the settings of Cursor, which no file has.
      isProject
        ? {
            kind: 'rules',
            paths: [joinPath(place, base, 'rules', 'hive.mdc')],
            edit: ownedFile(RULES)
          }
        : sharedSkill(place)
    ]
  }
}
