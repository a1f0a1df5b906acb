/**
 * The configuration of commands: variables, then the project's file, then the user's. Options of a
 * command line stand above all of them (`readArguments`).
 */
import { dirname } from 'node:path'
import { ConfigError, findConfigFiles, readConfigFile } from './config-files.ts'
import { contentOfVariables, setVariables } from './environment.ts'
import { SETTING_KEYS, settingSpec, variableOf } from './settings.ts'
import type { ConfigFile } from './config-files.ts'
import type { SettingKey, SettingValue } from './settings.ts'

export type Origin = 'environment' | 'project' | 'user'

export interface Setting {
  readonly value: SettingValue
  readonly origin: Origin
  /** The file or the variable that sets it. */
  readonly where: string
}

export interface Configuration {
  readonly settings: ReadonlyMap<SettingKey, Setting>
  readonly files: readonly ConfigFile[]
}

export interface ReadConfiguration extends Configuration {
  readonly problems: readonly string[]
}

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** The user's home directory; by default that of the operating system. */
  readonly home?: string
}

/** Throws `ConfigError` with all problems. */
export async function loadConfiguration(surroundings: Surroundings): Promise<Configuration> {
  const { problems, ...configuration } = await readConfiguration(surroundings)
  if (problems.length > 0) throw new ConfigError(problems)
  return configuration
}

/** What can be read of the configuration, and what is wrong with it. */
export async function readConfiguration({
  env,
  cwd,
  home
}: Surroundings): Promise<ReadConfiguration> {
  const problems: string[] = []
  const note = (error: unknown): undefined => {
    if (!(error instanceof ConfigError)) throw error
    problems.push(...error.problems)
  }
  const files = (await findConfigFiles(env, cwd, home).catch(note)) ?? []
  const places: Map<SettingKey, Setting>[] = []
  if (files.length === 0 && setVariables(env).length === 0) {
    return { settings: new Map(), files, problems }
  }
  // Loaded here: most command lines have no configuration, and need no schema.
  const { checkSettings } = await import('./checked-settings.ts')
  const inEnvironment = checkSettings(contentOfVariables(env), {
    name: 'the environment',
    directory: cwd,
    isProject: false,
    nameOf: variableOf
  })
  problems.push(...inEnvironment.problems)
  places.push(withOrigin(inEnvironment.values, 'environment', variableOf))
  for (const file of files) {
    const content = await readConfigFile(file).catch(note)
    if (content === undefined) continue
    const checked = checkSettings(content, {
      name: file.path,
      directory: dirname(file.path),
      isProject: file.origin === 'project'
    })
    problems.push(...checked.problems)
    places.push(withOrigin(checked.values, file.origin, () => file.path))
  }
  return { settings: merged(places), files, problems }
}

function withOrigin(
  values: ReadonlyMap<SettingKey, SettingValue>,
  origin: Origin,
  where: (key: SettingKey) => string
): Map<SettingKey, Setting> {
  return new Map([...values].map(([key, value]) => [key, { value, origin, where: where(key) }]))
}

/** `places` are in the order of precedence. */
function merged(places: readonly ReadonlyMap<SettingKey, Setting>[]): Map<SettingKey, Setting> {
  const settings = new Map<SettingKey, Setting>()
  for (const key of SETTING_KEYS) {
    const found = places.flatMap((place) => place.get(key) ?? [])
    const [first] = found
    if (first === undefined) continue
    settings.set(key, mergedSetting(first, found, settingSpec(key).merge))
  }
  return settings
}

function mergedSetting(
  first: Setting,
  found: readonly Setting[],
  merge: 'all' | 'largest' | undefined
): Setting {
  if (merge === 'all') {
    const values = found.flatMap(({ value }) => (typeof value === 'object' ? value : []))
    return {
      ...first,
      value: [...new Set(values)],
      where: found.map(({ where }) => where).join(', ')
    }
  }
  if (merge === 'largest' && first.origin === 'project') {
    return found.reduce((a, b) => (Number(b.value) > Number(a.value) ? b : a))
  }
  return first
}
