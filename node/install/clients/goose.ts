import { mcpArguments } from '../launch.ts'
import { markedBlock } from '../edits/marked-block.ts'
import { yamlEntry } from '../edits/yaml-entry.ts'
import { RULES } from '../skill-text.ts'
import { appData, configFolder, inProject, joinPath, sharedSkill } from './paths.ts'
import type { Client, ClientFile, Place } from '../client.ts'

/** Seconds after which goose gives a tool call up: its own default. */
const TIMEOUT = 300

/** No hooks: goose discards what a hook prints. */
export const goose: Client = {
  name: 'goose',
  title: 'Goose',
  traces: (place) => [folder(place)],
  files(place, launch) {
    if (place.project !== undefined) {
      return [hints(inProject(place, '.goosehints')), sharedSkill(place)]
    }
    return [
      {
        kind: 'mcp',
        paths: [joinPath(place, folder(place), 'config.yaml')],
        edit: yamlEntry({
          map: 'extensions',
          name: 'hive',
          properties: { type: 'stdio', cmd: launch.node, args: mcpArguments(launch) },
          defaults: {
            enabled: true,
            name: 'hive',
            description: 'Memory that agents share',
            envs: {},
            timeout: TIMEOUT
          }
        })
      },
      hints(joinPath(place, folder(place), '.goosehints')),
      sharedSkill(place)
    ]
  },
  notes: ({ project }) =>
    project === undefined
      ? []
      : ['Goose has no extensions of a project: run "hive install goose" too.']
}

function hints(path: string): ClientFile {
  return { kind: 'rules', paths: [path], edit: markedBlock(RULES) }
}

function folder(place: Place): string {
  return place.platform === 'win32'
    ? joinPath(place, appData(place), 'Block', 'goose', 'config')
    : joinPath(place, configFolder(place), 'goose')
}
