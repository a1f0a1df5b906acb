/** All settings of the configuration, as data: what they take, and what a project file may set. */

/** Milliseconds, counts and bytes are numbers; a path may begin with `~/`. */
export type SettingKind = 'boolean' | 'number' | 'path' | 'paths' | 'text' | 'texts'

export type SettingValue = boolean | number | string | readonly string[]

export interface SettingSpec {
  readonly kind: SettingKind
  /** For errors and the documentation: what a value must be. */
  readonly takes: string
  /** The value where nothing sets it, as the documentation prints it. */
  readonly fallback: string
  /**
   * What a project file may set, since somebody else may have written it: only what makes the node
   * more careful, or changes output. Undefined: nothing.
   */
  readonly project?: {
    readonly rule: string
    allows(value: SettingValue): boolean
  }
  /**
   * How values of several places become one: the value of the first place by default. `largest`: a
   * project cannot lower the user's value. `all`: the values of all places together.
   */
  readonly merge?: 'all' | 'largest'
}

const ONLY_FALSE = { rule: '`false` only', allows: (value: SettingValue) => value === false }
const ANY = { rule: 'any', allows: () => true }

/** The fewest authors, and the least confidence, that a project may demand. */
const LEAST_K = 2
const LEAST_CONFIDENCE = 0.9

export const SETTINGS = {
  'data-dir': {
    kind: 'path',
    takes: 'the path of a directory',
    fallback: '`$XDG_DATA_HOME/noormme-hive`'
  },
  listen: {
    kind: 'texts',
    takes: 'a list of multiaddrs',
    fallback: '`/ip4/127.0.0.1/tcp/0`'
  },
  announce: { kind: 'texts', takes: 'a list of multiaddrs', fallback: 'none' },
  lan: { kind: 'boolean', takes: 'true or false', fallback: '`false`' },
  relay: { kind: 'boolean', takes: 'true or false', fallback: '`false`' },
  'relay-limits.reservations': {
    kind: 'number',
    takes: 'a whole number from 1 to 1000',
    fallback: '`64`'
  },
  'relay-limits.bytes': {
    kind: 'number',
    takes: 'a whole number from 1 to 1099511627776',
    fallback: '`67108864`'
  },
  'relay-limits.seconds': {
    kind: 'number',
    takes: 'a whole number from 1 to 86400',
    fallback: '`3600`'
  },
  bootstrap: { kind: 'texts', takes: 'a list of multiaddrs', fallback: 'none' },
  swarm: { kind: 'text', takes: 'a name of 1 to 128 characters', fallback: '`default`' },
  'swarm-key': { kind: 'path', takes: 'the path of a key file', fallback: 'none' },
  'accept-swarm-key': {
    kind: 'paths',
    takes: 'a list of at most 4 paths of key files',
    fallback: 'none'
  },
  'renew-members': {
    kind: 'boolean',
    takes: 'true or false',
    fallback: '`true`',
    project: ONLY_FALSE
  },
  gossip: { kind: 'boolean', takes: 'true or false', fallback: '`true`', project: ONLY_FALSE },
  light: { kind: 'boolean', takes: 'true or false', fallback: '`false`' },
  k: {
    kind: 'number',
    takes: 'a whole number from 1 to 1000',
    fallback: '`1` with a swarm key, else `2`',
    project: {
      rule: `at least ${LEAST_K}, and the user’s value`,
      allows: (value: SettingValue) => Number(value) >= LEAST_K
    },
    merge: 'largest'
  },
  'adopt-skills': {
    kind: 'boolean',
    takes: 'true or false',
    fallback: '`false`',
    project: ONLY_FALSE
  },
  'publish-skills': {
    kind: 'boolean',
    takes: 'true or false',
    fallback: '`true`',
    project: ONLY_FALSE
  },
  'skill-receipts': {
    kind: 'text',
    takes: '"tests" or "runs"',
    fallback: '`tests`',
    project: { rule: '`tests` only', allows: (value: SettingValue) => value === 'tests' }
  },
  models: { kind: 'path', takes: 'the path of a JSON file', fallback: 'none' },
  http: {
    kind: 'text',
    takes: '"off", a port, or HOST:PORT',
    fallback: '`127.0.0.1:0`',
    project: { rule: '`off` only', allows: (value: SettingValue) => value === 'off' }
  },
  'log-level': {
    kind: 'text',
    takes: '"error", "warn", "info", "debug" or "trace"',
    fallback: '`info` with `log-format`, else no log'
  },
  'log-format': {
    kind: 'text',
    takes: '"text" or "json"',
    fallback: '`text` with `log-level`, else no log'
  },
  'http-host': { kind: 'texts', takes: 'a list of host names without ports', fallback: 'none' },
  'quota.facts': { kind: 'number', takes: 'a whole number from 1 on', fallback: 'unlimited' },
  'quota.bytes': { kind: 'number', takes: 'a whole number from 1 on', fallback: 'unlimited' },
  'anonymity.known-names': {
    kind: 'texts',
    takes: 'a list of names',
    fallback: 'none',
    project: { rule: 'any; they are added', allows: () => true },
    merge: 'all'
  },
  'embeddings.base-url': { kind: 'text', takes: 'an http or https URL', fallback: 'none' },
  'embeddings.model': { kind: 'text', takes: 'the name of a model', fallback: 'none' },
  'embeddings.key-file': { kind: 'path', takes: 'the path of a file', fallback: 'none' },
  'embeddings.dimensions': {
    kind: 'number',
    takes: 'a whole number from 1 to 16384',
    fallback: 'those of the model'
  },
  'embeddings.private': { kind: 'boolean', takes: 'true or false', fallback: '`false`' },
  'recall.limit': {
    kind: 'number',
    takes: 'a whole number from 1 to 1000',
    fallback: '`10`',
    project: ANY
  },
  'recall.min-relevance': {
    kind: 'number',
    takes: 'a number from 0 to 1',
    fallback: '`0`',
    project: ANY
  },
  'context.budget': {
    kind: 'number',
    takes: 'a whole number from 1 to 1000000',
    fallback: '`2000`',
    project: ANY
  },
  'broadcast.min-confidence': {
    kind: 'number',
    takes: 'a number from 0 to 1',
    fallback: '`0.9`',
    project: {
      rule: `at least ${LEAST_CONFIDENCE}, and the user’s value`,
      allows: (value: SettingValue) => Number(value) >= LEAST_CONFIDENCE
    },
    merge: 'largest'
  }
} as const satisfies Readonly<Record<string, SettingSpec>>

export type SettingKey = keyof typeof SETTINGS

export const SETTING_KEYS: readonly SettingKey[] = Object.keys(SETTINGS).filter(isSettingKey)

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key)
}

export function settingSpec(key: SettingKey): SettingSpec {
  return SETTINGS[key]
}

/** `recall.min-relevance` is `HIVE_RECALL_MIN_RELEVANCE`. */
export function variableOf(key: SettingKey): string {
  return `HIVE_${key.replaceAll(/[.-]/g, '_').toUpperCase()}`
}
