import { mcpArguments } from '../launch.ts'
import { jsonEntry } from '../edits/json-entry.ts'
import { markedBlock } from '../edits/marked-block.ts'
import { RULES } from '../skill-text.ts'
import { appData, configFolder, inHome, inProject, joinPath, sharedSkill } from './paths.ts'
import type { Client, ClientFile, Place } from '../client.ts'

export const zed: Client = {
  name: 'zed',
  title: 'Zed',
  traces: (place) => [folder(place)],
  files(place, launch) {
    const isProject = place.project !== undefined
    const base = isProject ? inProject(place, '.zed') : folder(place)
    // Zed reads one of nine instruction files of a project; a new one could hide the user's own.
    const rules: ClientFile[] = isProject
      ? []
      : [{ kind: 'rules', paths: [joinPath(place, base, 'AGENTS.md')], edit: markedBlock(RULES) }]
    return [
      {
        kind: 'mcp',
        paths: [joinPath(place, base, 'settings.json')],
        edit: jsonEntry({
          dialect: 'jsonc',
          path: () => ['context_servers', 'hive'],
          properties: { source: 'custom', command: launch.node, args: mcpArguments(launch) },
          defaults: { env: {} }
        })
      },
      ...rules,
      sharedSkill(place)
    ]
  }
}

function folder(place: Place): string {
  if (place.platform === 'win32') return joinPath(place, appData(place), 'Zed')
  return place.platform === 'darwin'
    ? inHome(place, '.config', 'zed')
    : joinPath(place, configFolder(place), 'zed')
}
