/** What `hive start` makes of its options and settings: checked, before the store is opened. */
import { readFile } from 'node:fs/promises'
import { wholeNumberOption } from '../command.ts'
import { messageOf, UsageError } from '../exit-codes.ts'
import { storedHere } from '../config/index.ts'
import { componentLogger, Log, LOG_FORMATS, LOG_LEVELS } from '../log/index.ts'
import { readModels } from '../models-file.ts'
import { readSwarmKey } from '../swarm-key-file.ts'
import { warn } from '../output/terminal.ts'
import { version } from '../version.ts'
import type { HiveInit } from '../../src/index.ts'
import type { Arguments, CommandContext } from '../command.ts'
import type { START } from '../command-line/specs/node.ts'
import type { SettingKey, SettingValue } from '../config/index.ts'

const MAX_PORT = 65_535
const HOST_NAME = /^[\w.-]+$/

/** A day, in seconds. */
const MAX_IDLE = 86_400

export interface StartInit {
  readonly init: HiveInit
  readonly hasKey: boolean
  /** Undefined: no HTTP API. */
  readonly http: { readonly host: string; readonly port: number } | undefined
  readonly hosts: readonly string[]
  /** Undefined: no structured log. */
  readonly log: Log | undefined
  /** Seconds. */
  readonly idleTimeout: number | undefined
}

/** Throws `UsageError` or `SwarmError`. */
export async function startInit(
  { values, dataDir }: Arguments<typeof START>,
  { settings }: CommandContext
): Promise<StartInit> {
  const idle = values['idle-timeout']
  const idleTimeout =
    idle === undefined ? undefined : wholeNumberOption('idle-timeout', idle, 1, MAX_IDLE)
  const http = addressOf(values.http)
  const hosts = hostsOf(values['http-host'])
  const receipts = receiptsOf(values['skill-receipts'])
  const keyFile = values['swarm-key']
  const log = logOf(values['log-level'], values['log-format'])
  const init: HiveInit = {
    dataDir,
    models: values.models === undefined ? undefined : await readModels(values.models),
    skills: {
      adopt: values['adopt-skills'] === true ? 'all' : 'none',
      publish: values['publish-skills'] !== false,
      receipts
    },
    ...(log === undefined ? {} : { logger: componentLogger(log) }),
    userAgent: `noormme-hive/${version()}`,
    swarm: {
      name: values.swarm,
      key: keyFile === undefined ? undefined : await readSwarmKey(keyFile, warn),
      acceptedKeys: await Promise.all(
        (values['accept-swarm-key'] ?? []).map((path) => readSwarmKey(path, warn))
      ),
      bootstrap: values.bootstrap,
      listen: values.listen,
      announce: values.announce,
      lan: values.lan === true,
      relay: values.relay === true ? relayLimits(settings) : false,
      renewMembers: values['renew-members'] !== false,
      gossip: values.gossip !== false,
      mode: values.light === true ? 'light' : 'full',
      k: values.k === undefined ? undefined : wholeNumberOption('k', values.k, 1, 1000)
    },
    ...(await configuredInit(settings))
  }
  return { init, hasKey: keyFile !== undefined, http, hosts, log, idleTimeout }
}

/** Settings that no option has. */
async function configuredInit(settings: CommandContext['settings']): Promise<HiveInit> {
  const valueOf = (key: SettingKey): SettingValue | undefined => settings.get(key)?.value
  return { ...storedHere(settings), ...(await embeddingsOf(valueOf)) }
}

function relayLimits(settings: CommandContext['settings']): Record<string, number> {
  const names = ['reservations', 'bytes', 'seconds'] as const
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = settings.get(`relay-limits.${name}`)?.value
      return typeof value === 'number' ? [[name, value]] : []
    })
  )
}

async function embeddingsOf(
  valueOf: (key: SettingKey) => SettingValue | undefined
): Promise<Pick<HiveInit, 'embeddings'>> {
  const baseURL = valueOf('embeddings.base-url')
  const model = valueOf('embeddings.model')
  if (baseURL === undefined && model === undefined) return {}
  if (typeof baseURL !== 'string' || typeof model !== 'string') {
    throw new UsageError(
      'Recall by meaning needs embeddings.base-url and embeddings.model. Set both in the configuration, or none.'
    )
  }
  const keyFile = valueOf('embeddings.key-file')
  const dimensions = valueOf('embeddings.dimensions')
  return {
    embeddings: {
      baseURL,
      model,
      ...(typeof keyFile === 'string' ? { apiKey: await readKey(keyFile) } : {}),
      ...(typeof dimensions === 'number' ? { dimensions } : {}),
      private: valueOf('embeddings.private') === true
    }
  }
}

async function readKey(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    throw new UsageError(
      `Cannot read the key of the embeddings in ${path}: ${messageOf(error)}. Correct embeddings.key-file.`
    )
  }
}

/** HOST:PORT or a port of this machine; undefined for `off`. */
function addressOf(text: string): StartInit['http'] {
  if (text === 'off') return undefined
  const [, host = '127.0.0.1', port = ''] =
    /^(?:(\[[\da-f:]+\]|[^:[\]]+):)?(\d{1,5})$/i.exec(text) ?? []
  if (port === '' || Number(port) > MAX_PORT) {
    throw new UsageError(`--http takes PORT, HOST:PORT or off, not "${text}".`)
  }
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
}

/** Names as a request has them in its Host header, without the port. */
function hostsOf(names: readonly string[] = []): readonly string[] {
  const wrong = names.find((name) => !HOST_NAME.test(name))
  if (wrong === undefined) return names
  throw new UsageError(`--http-host takes a name without a port, not "${wrong}".`)
}

/** Undefined where neither is given. */
function logOf(level: string | undefined, format: string | undefined): Log | undefined {
  if (level === undefined && format === undefined) return undefined
  return new Log({
    level: oneOf('log-level', level ?? 'info', LOG_LEVELS),
    format: oneOf('log-format', format ?? 'text', LOG_FORMATS),
    write: warn,
    now: Date.now
  })
}

function oneOf<T extends string>(name: string, text: string, values: readonly T[]): T {
  const found = values.find((value) => value === text)
  if (found !== undefined) return found
  throw new UsageError(`--${name} takes ${values.join(', ')}, not "${text}".`)
}

function receiptsOf(text = 'tests'): 'runs' | 'tests' {
  if (text === 'runs' || text === 'tests') return text
  throw new UsageError(`--skill-receipts takes tests (the default) or runs, not "${text}".`)
}
