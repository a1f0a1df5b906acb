/**
 * Which events of a node are logged, at which level, and with which of their fields. A field that is
 * not listed is left out: inputs of skills, texts of answers and errors of runs have content.
 */
import type { HiveEvents, HiveNode } from '../../src/index.ts'
import type { Log, LogLevel, LogValue } from './log.ts'

interface EventLine {
  readonly level: LogLevel
  readonly message: string
  readonly fields?: readonly string[]
  /** The name of the only argument, if it is a text. */
  readonly text?: string
}

const LINES: Readonly<Record<keyof HiveEvents, EventLine>> = {
  'address:change': {
    level: 'info',
    message: 'listening at other addresses',
    fields: ['multiaddrs']
  },
  'author:distrust': {
    level: 'warn',
    message: 'an author published a false receipt',
    fields: ['author', 'skill']
  },
  'bootstrap:fail': {
    level: 'warn',
    message: 'cannot reach a bootstrap peer',
    fields: ['address', 'reason']
  },
  'embedding:fail': { level: 'warn', message: 'the embedding provider failed' },
  'filter:change': {
    level: 'debug',
    message: 'a filter of a peer changed',
    fields: ['peer', 'kind']
  },
  'gossip:change': { level: 'debug', message: 'the mesh changed' },
  'hive:change': { level: 'debug', message: 'entries of other authors are stored' },
  'hive:warn': { level: 'warn', message: 'warning', text: 'warning' },
  'index:rebuild': { level: 'warn', message: 'a damaged index is built again', fields: ['file'] },
  'lan:find': {
    level: 'info',
    message: 'found a peer on this network segment',
    fields: ['addresses']
  },
  'member:admit': { level: 'debug', message: 'admitted a member', fields: ['peer', 'member'] },
  'member:refuse': {
    level: 'warn',
    message: 'a door stayed closed',
    fields: ['peer', 'reason', 'isOurs']
  },
  'model:call': {
    level: 'info',
    message: 'called a model',
    fields: ['agent', 'task', 'tier', 'model', 'offline', 'cached', 'cost']
  },
  'model:warn': { level: 'warn', message: 'warning of a model', text: 'warning' },
  'peer:connect': { level: 'info', message: 'a peer connected', text: 'peer' },
  'peer:disconnect': { level: 'info', message: 'a peer disconnected', text: 'peer' },
  'peer:duplicate': {
    level: 'warn',
    message: 'two nodes run with one peer key',
    fields: ['peer', 'isOwn', 'reporter']
  },
  'peer:offend': {
    level: 'warn',
    message: 'a peer broke the protocol',
    fields: ['peer', 'reason']
  },
  'peer:refuse': { level: 'warn', message: 'refused a connection', fields: ['address', 'reason'] },
  'skill:cool': { level: 'debug', message: 'a skill is no longer kept ready', fields: ['id'] },
  'skill:fail': { level: 'info', message: 'a use of a skill failed', fields: ['id', 'skill'] },
  'skill:remove': { level: 'info', message: 'a skill was removed', fields: ['id'] },
  'skill:transition': {
    level: 'info',
    message: 'the status of a skill changed',
    fields: ['id', 'from', 'to']
  },
  'skill:use': { level: 'debug', message: 'uses of skills were counted' },
  'skill:warm': { level: 'debug', message: 'a skill is ready', fields: ['id', 'seconds'] },
  'skill:warm-fail': { level: 'warn', message: 'a skill could not be made ready', fields: ['id'] },
  'stem:wait': { level: 'warn', message: 'no relay passes own entries on: they wait' },
  'store:damage': { level: 'error', message: 'something that was stored is lost or damaged' },
  'sync:receive': {
    level: 'info',
    message: 'a sync brought entries',
    fields: ['entries', 'milliseconds']
  },
  'upkeep:consolidate': { level: 'debug', message: 'compared near-duplicates' },
  'upkeep:fail': { level: 'error', message: 'background work failed' }
}

/** Returns what ends the logging. */
export function logEvents(db: HiveNode, log: Log): () => void {
  const ends = Object.entries(LINES).map(([name, line]) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a key of LINES
    const event = name as keyof HiveEvents
    const listener = (argument?: unknown): void => {
      log.line(line.level, `hive:${name.split(':')[0]}`, line.message, {
        event: name,
        ...fieldsOf(line, argument)
      })
    }
    if (!log.has(line.level)) return () => undefined
    db.on(event, listener)
    return () => void db.off(event, listener)
  })
  return () => {
    for (const end of ends) end()
  }
}

function fieldsOf({ fields = [], text }: EventLine, argument: unknown): Record<string, LogValue> {
  if (text !== undefined) return { [text]: String(argument) }
  if (argument instanceof Error) return errorFields(argument)
  if (typeof argument !== 'object' || argument === null) return {}
  const values: Readonly<Record<string, unknown>> = { ...argument }
  return Object.fromEntries(fields.map((name) => [name, valueOf(values[name])]))
}

/** The name and the code: messages of errors may quote what was passed in. */
export function errorFields(error: unknown): Record<string, LogValue> {
  if (!(error instanceof Error)) return { error: 'unknown' }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { error: error.name, code }
}

function valueOf(value: unknown): LogValue {
  if (Array.isArray(value)) return value.map(String)
  return typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string'
    ? value
    : undefined
}
