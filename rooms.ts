/**
 * The rooms of the project: which folder may import which. The linter reads this table, and
 * `docs/ARCHITECTURE.md` draws it. Types count as imports.
 *
 * Any room may import the files at the top of its own layer (`errors.ts`, `constants.ts`). Between
 * rooms of `src/`, and between layers, imports go through the other room's `index.ts`.
 */
interface Room {
  /** Other rooms that this one may import. */
  readonly imports: readonly string[]
}

const NETWORK = ['libp2p', '@libp2p/', '@multiformats/'] as const

const CRDT = ['crdt', 'crdt/bytes', 'crdt/records'] as const

export const ROOMS: Readonly<Record<string, Room>> = {
  // The replica: pure state over a store. It knows no network and no clock.
  'crdt/bytes': { imports: [] },
  'crdt/store': { imports: ['crdt/bytes'] },
  'crdt/voices': { imports: ['crdt/bytes'] },
  'crdt/filters': { imports: ['crdt/bytes', 'crdt/store'] },
  'crdt/feeds': { imports: ['crdt/bytes', 'crdt/store'] },
  'crdt/members': { imports: ['crdt/bytes', 'crdt/store', 'crdt/voices'] },
  'crdt/records': { imports: ['crdt/bytes', 'crdt/store'] },
  'crdt/publishing': {
    imports: ['crdt/bytes', 'crdt/store', 'crdt/feeds', 'crdt/records']
  },
  'crdt/playbooks': {
    imports: ['crdt/bytes', 'crdt/store', 'crdt/feeds', 'crdt/records', 'crdt/publishing']
  },
  'crdt/admission': {
    imports: [
      'crdt/bytes',
      'crdt/store',
      'crdt/voices',
      'crdt/filters',
      'crdt/feeds',
      'crdt/records',
      'crdt/publishing',
      'crdt/playbooks'
    ]
  },

  // The swarm: how entries travel. It does not know what a record means.
  'transport/streams': { imports: [...CRDT] },
  'transport/peers': { imports: [...CRDT] },
  'transport/gossip': { imports: [...CRDT] },
  'transport/reach': { imports: [...CRDT] },
  'transport/filters': { imports: [...CRDT, 'transport/streams'] },
  'transport/instances': { imports: [...CRDT, 'transport/streams'] },
  'transport/sync': { imports: [...CRDT, 'transport/streams'] },
  'transport/stem': { imports: [...CRDT, 'transport/streams', 'transport/peers'] },
  'transport/door': { imports: [...CRDT, 'transport/streams'] },
  'transport/host': {
    imports: [
      ...CRDT,
      'transport/door',
      'transport/streams',
      'transport/gossip',
      'transport/instances',
      'transport/stem',
      'transport/sync',
      'transport/filters',
      'transport/reach'
    ]
  },

  // The library that agents embed.
  'src/foreign-text': { imports: [] },
  'src/issues': { imports: [] },
  'src/arguments': { imports: [...CRDT, 'src/foreign-text', 'src/issues'] },
  'src/public-codes': { imports: [] },
  'src/anonymity': { imports: ['src/public-codes'] },
  'src/sandbox': { imports: ['src/foreign-text'] },
  'src/models': { imports: [...CRDT, 'src/arguments'] },
  'src/fact-format': { imports: [...CRDT] },
  'src/facts': { imports: [...CRDT, 'src/arguments', 'src/fact-format'] },
  'src/impact': { imports: [...CRDT, 'src/arguments'] },
  'src/search': { imports: [...CRDT, 'src/arguments', 'src/fact-format', 'src/public-codes'] },
  'src/judgement': { imports: [...CRDT, 'transport', 'src/arguments', 'src/foreign-text'] },
  'src/knowledge': {
    imports: [
      ...CRDT,
      'transport',
      'src/arguments',
      'src/foreign-text',
      'src/facts',
      'src/search',
      'src/judgement'
    ]
  },
  'src/goals': {
    imports: [
      ...CRDT,
      'transport',
      'src/arguments',
      'src/foreign-text',
      'src/anonymity',
      'src/judgement',
      'src/knowledge',
      'src/search'
    ]
  },
  'src/skills': {
    imports: [
      ...CRDT,
      'transport',
      'src/arguments',
      'src/issues',
      'src/foreign-text',
      'src/anonymity',
      'src/sandbox',
      'src/models',
      'src/judgement'
    ]
  },
  'src/stored': { imports: [...CRDT] },
  'src/members': { imports: [...CRDT, 'src/stored'] },
  'src/journal': { imports: [...CRDT, 'src/arguments', 'src/stored'] },
  'src/personas': {
    imports: [
      ...CRDT,
      'src/arguments',
      'src/foreign-text',
      'src/sandbox',
      'src/models',
      'src/stored',
      'src/journal'
    ]
  },
  'src/evolution': {
    imports: [
      ...CRDT,
      'src/arguments',
      'src/sandbox',
      'src/models',
      'src/stored',
      'src/journal',
      'src/personas'
    ]
  },
  'src/pilot': { imports: [...CRDT, 'src/arguments', 'src/stored', 'src/evolution'] },
  'src/governance': {
    imports: [
      ...CRDT,
      'src/arguments',
      'src/foreign-text',
      'src/facts',
      'src/journal',
      'src/knowledge',
      'src/search',
      'src/stored'
    ]
  },
  'src/cases': {
    imports: [
      ...CRDT,
      'src/arguments',
      'src/foreign-text',
      'src/facts',
      'src/search',
      'src/judgement',
      'src/knowledge',
      'src/models',
      'src/stored'
    ]
  },
  'src/reasoner': {
    imports: ['src/arguments', 'src/foreign-text', 'src/models', 'src/goals', 'src/personas']
  },
  'src/sharing': {
    imports: [
      ...CRDT,
      'transport',
      'src/arguments',
      'src/anonymity',
      'src/facts',
      'src/judgement',
      'src/knowledge',
      'src/search',
      'src/goals',
      'src/skills'
    ]
  },
  'src/maintenance': {
    imports: [...CRDT, 'src/facts', 'src/knowledge', 'src/sandbox', 'src/search']
  },
  'src/runtime': {
    imports: [
      ...CRDT,
      'transport',
      'src/arguments',
      'src/anonymity',
      'src/sandbox',
      'src/models',
      'src/facts',
      'src/search',
      'src/impact',
      'src/judgement',
      'src/knowledge',
      'src/goals',
      'src/skills',
      'src/members',
      'src/journal',
      'src/personas',
      'src/evolution',
      'src/pilot',
      'src/governance',
      'src/reasoner',
      'src/cases',
      'src/sharing',
      'src/maintenance'
    ]
  },

  // The binary.
  'node/command-line': { imports: [] },
  'node/config': { imports: ['node/command-line'] },
  'node/join': { imports: ['crdt', 'transport', 'src', 'node/config'] },
  'node/hook': { imports: [] },
  'node/sessions': { imports: ['src'] },
  'node/operations': { imports: ['src', 'node/sessions', 'node/command-line'] },
  'node/client': { imports: ['node/operations'] },
  'node/service': { imports: [] },
  'node/tracing': { imports: ['src', 'node/operations'] },
  'node/log': { imports: ['src', 'node/operations'] },
  'node/metrics': { imports: ['src', 'node/operations'] },
  'node/dashboard': { imports: ['node/client', 'node/operations'] },
  'node/http': { imports: ['src', 'node/operations'] },
  'node/mcp': { imports: ['src', 'node/operations'] },
  'node/cq': { imports: ['src', 'node/operations', 'node/http'] },
  'node/control': {
    imports: [
      'crdt',
      'src',
      'node/config',
      'node/sessions',
      'node/operations',
      'node/http',
      'node/metrics'
    ]
  },
  'node/install': { imports: [] },
  'node/output': {
    imports: ['src', 'node/operations', 'node/control', 'node/install', 'node/log']
  },
  'node/doctor': {
    imports: [
      'crdt',
      'transport',
      'src',
      'node/command-line',
      'node/config',
      'node/operations',
      'node/control',
      'node/install'
    ]
  },
  'node/commands': {
    imports: [
      'crdt',
      'src',
      'node/doctor',
      'node/command-line',
      'node/config',
      'node/operations',
      'node/http',
      'node/mcp',
      'node/cq',
      'node/hook',
      'node/control',
      'node/install',
      'node/join',
      'node/log',
      'node/tracing',
      'node/service',
      'node/output'
    ]
  }
}

/** Layers from the lowest to the highest: a layer never imports a higher one. */
const LAYERS = ['crdt', 'transport', 'src', 'node'] as const

interface Override {
  readonly files: readonly string[]
  readonly rules: Readonly<Record<string, unknown>>
}

interface Pattern {
  readonly regex: string
  readonly message: string
}

/** One override of the linter for each room, and one for the loose files of each layer. */
export function roomOverrides(): Override[] {
  const loose = LAYERS.map((layer) =>
    override([`${layer}/*.ts`], [...higherLayers(layer), ...processOf(layer)])
  )
  const rooms = Object.entries(ROOMS).map(([room, rules]) =>
    override(
      [`${room}/**`],
      [...higherLayers(layerOf(room)), ...otherRooms(room, rules), ...processOf(layerOf(room))]
    )
  )
  return [...loose, ...rooms, ...processOverrides()]
}

/** Only this file of `src/` reads the process and its machine; others are given what they need. */
const ENVIRONMENT_FILE = 'src/runtime/environment.ts'

const PROCESS: Pattern = {
  regex: '^(node:)?(os|process)$',
  message: `Only ${ENVIRONMENT_FILE} reads the process; take the value as an argument.`
}

function processOverrides(): Override[] {
  const rules = {
    'no-restricted-globals': ['error', { name: 'process', message: PROCESS.message }]
  }
  const room = ROOMS['src/runtime'] ?? { imports: [] }
  return [
    { files: ['src/**'], rules },
    {
      files: [ENVIRONMENT_FILE],
      rules: {
        'no-restricted-globals': 'off',
        ...override([], [...higherLayers('src'), ...otherRooms('src/runtime', room)]).rules
      }
    }
  ]
}

function override(files: readonly string[], patterns: readonly Pattern[]): Override {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns }] } }
}

function processOf(layer: string): Pattern[] {
  return layer === 'src' ? [PROCESS] : []
}

function layerOf(room: string): string {
  return room.split('/')[0] ?? room
}

function higherLayers(layer: string): Pattern[] {
  const higher = LAYERS.slice(LAYERS.findIndex((name) => name === layer) + 1)
  const message = `${layer}/ must not import a higher layer${layer === 'crdt' ? ' or the network' : ''} (rooms.ts).`
  const refused = layer === 'crdt' ? NETWORK : []
  return [
    ...within(higher, message),
    ...['noormme-hive(/|$)', ...refused].map((name) => ({ regex: `^${name}`, message }))
  ]
}

function otherRooms(room: string, { imports }: Room): Pattern[] {
  const layer = layerOf(room)
  const others = Object.keys(ROOMS).filter((other) => other !== room && layerOf(other) === layer)
  const refused = others.filter((other) => !imports.includes(other)).map(nameOf)
  const lower = LAYERS.slice(
    0,
    LAYERS.findIndex((name) => name === layer)
  )
  const refusedLayers = lower.filter((name) => !imports.includes(name))
  const doors = [...(layer === 'src' ? others.map(nameOf) : []), ...lower]
  return [
    ...within([...refused, ...refusedLayers], `${room}/ may not import this room (rooms.ts).`),
    ...within(doors, 'Import another room through its index.ts.', NOT_INDEX)
  ]
}

/** A path to a file other than `index.ts`; the linter's expressions have no look-ahead. */
const NOT_INDEX = '(.*)([^x]|[^e]x|[^d]ex|[^n]dex|[^i]ndex|[^/]index)\\.ts$'

/** Refuses files in these folders, up to `rest` of the path. */
function within(folders: readonly string[], message: string, rest = ''): Pattern[] {
  if (folders.length === 0) return []
  return [{ regex: `^(\\.\\./)+(${folders.join('|')})/${rest}`, message }]
}

function nameOf(room: string): string {
  return room.split('/').slice(1).join('/')
}
