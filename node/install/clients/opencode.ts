import { mcpArguments } from '../launch.ts'
import { jsonEntry } from '../edits/json-entry.ts'
import { valueAt } from '../edits/json-text.ts'
import { ownedFile } from '../edits/owned-file.ts'
import { openCodePlugin } from './opencode-plugin.ts'
import { configFolder, inProject, joinPath, sharedSkill } from './paths.ts'
import type { Client, Place } from '../client.ts'

/** Version 2 also reads the place of version 1, so that a new file gets the older form. */
const V1 = ['mcp', 'hive']
const V2 = ['mcp', 'servers', 'hive']

export const openCode: Client = {
  name: 'opencode',
  title: 'OpenCode',
  traces: (place) => [folder(place)],
  files(place, launch) {
    const isProject = place.project !== undefined
    const config = isProject ? inProject(place) : folder(place)
    const plugins = isProject ? inProject(place, '.opencode') : folder(place)
    return [
      {
        kind: 'mcp',
        paths: [
          joinPath(place, config, 'opencode.jsonc'),
          joinPath(place, config, 'opencode.json')
        ],
        edit: jsonEntry({
          dialect: 'jsonc',
          path: (text) => (hasServers(text) ? V2 : V1),
          otherPaths: [V1, V2],
          properties: { type: 'local', command: [launch.node, ...mcpArguments(launch)] },
          defaults: { enabled: true }
        })
      },
      {
        kind: 'hooks',
        paths: [joinPath(place, plugins, 'plugins', 'hive.js')],
        edit: ownedFile(openCodePlugin(launch))
      },
      sharedSkill(place)
    ]
  }
}

function hasServers(text: string): boolean {
  const servers = valueAt(text, ['mcp', 'servers'])
  // A server of version 1 may have the name "servers".
  return typeof servers === 'object' && servers !== null && !('type' in servers)
}

function folder(place: Place): string {
  const moved = place.env['OPENCODE_CONFIG_DIR'] ?? ''
  return moved === '' ? joinPath(place, configFolder(place), 'opencode') : moved
}
