import { mcpArguments } from '../launch.ts'
import { jsonEntry } from '../edits/json-entry.ts'
import { markedBlock } from '../edits/marked-block.ts'
import { ownedFile } from '../edits/owned-file.ts'
import { RULES, rulesFile } from '../skill-text.ts'
import { inHome, inProject, joinPath, skillFile } from './paths.ts'
import type { Client, Place } from '../client.ts'

/** No hooks: what a hook of Windsurf prints does not reach the model. */
export const windsurf: Client = {
  name: 'windsurf',
  title: 'Windsurf',
  traces: (place) => [folder(place)],
  files(place, launch) {
    if (place.project !== undefined) {
      return [
        {
          kind: 'rules',
          paths: [inProject(place, '.windsurf', 'rules', 'hive.md')],
          edit: ownedFile(rulesFile({ trigger: 'always_on' }))
        },
        skillFile(inProject(place, '.windsurf', 'skills', 'hive', 'SKILL.md'))
      ]
    }
    return [
      {
        kind: 'mcp',
        paths: [joinPath(place, folder(place), 'mcp_config.json')],
        edit: jsonEntry({
          dialect: 'json',
          path: () => ['mcpServers', 'hive'],
          properties: { command: launch.node, args: mcpArguments(launch) }
        })
      },
      {
        kind: 'rules',
        paths: [joinPath(place, folder(place), 'memories', 'global_rules.md')],
        edit: markedBlock(RULES)
      },
      skillFile(joinPath(place, folder(place), 'skills', 'hive', 'SKILL.md'))
    ]
  },
  notes: ({ project }) =>
    project === undefined
      ? []
      : ['Windsurf has no MCP servers of a project: run "hive install windsurf" too.']
}

function folder(place: Place): string {
  return inHome(place, '.codeium', 'windsurf')
}
