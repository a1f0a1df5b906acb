/** Checks the settings of one place, and says what is wrong in words that name the place. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { didYouMean } from '../command-line/nearest.ts'
import { ConfigurationFile } from './schema.ts'
import { masked } from './secrets.ts'
import { isSettingKey, SETTING_KEYS, settingSpec } from './settings.ts'
import type { SettingKey, SettingValue } from './settings.ts'

export interface CheckedSettings {
  readonly values: ReadonlyMap<SettingKey, SettingValue>
  /** Sentences that name the place, the setting, and what to do. */
  readonly problems: readonly string[]
}

export interface Place {
  /** The file. */
  readonly name: string
  /** Relative paths are relative to this directory. */
  readonly directory: string
  readonly isProject: boolean
  /** The name of a setting at this place; the key by default. */
  nameOf?(key: SettingKey): string
}

export function checkSettings(content: unknown, place: Place): CheckedSettings {
  const problems: string[] = []
  const wrong = new Set<string>()
  const result = ConfigurationFile.safeParse(content)
  for (const issue of result.error?.issues ?? []) {
    const path = issue.path.map(String)
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) problems.push(unknownKey(place, [...path, key].join('.')))
      continue
    }
    const key = [path.slice(0, 2).join('.'), path[0] ?? ''].find(isSettingKey)
    if (key !== undefined && wrong.has(key)) continue
    wrong.add(key ?? '')
    problems.push(
      key === undefined ? wrongShape(place, path) : wrongValue(place, key, at(content, key))
    )
  }
  const values = new Map<SettingKey, SettingValue>()
  for (const key of SETTING_KEYS) {
    const value = at(content, key)
    if (value === undefined || wrong.has(key)) continue
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked by the schema
    const given = value as SettingValue
    const refusal = place.isProject ? refusalOf(place, key, given) : undefined
    if (refusal === undefined) values.set(key, located(key, given, place))
    else problems.push(refusal)
  }
  return { values, problems }
}

function unknownKey({ name }: Place, key: string): string {
  if (isSettingKey(key)) return nestedKey(name, key)
  const hint = didYouMean(key, SETTING_KEYS)
  return `${name}: there is no setting "${masked(key)}".${hint} "hive config" lists all settings.`
}

/** A name with a dot is two names: `recall.limit` in quotes is none. */
function nestedKey(name: string, key: SettingKey): string {
  const [table = '', inner = ''] = key.split('.')
  const example = name.endsWith('.json')
    ? `{"${table}": {"${inner}": ...}}`
    : `${key} = ..., without quotes around the name`
  return `${name}: "${key}" is not one name. Write ${example}.`
}

function wrongShape({ name }: Place, path: readonly string[]): string {
  const what = path.length === 0 ? 'the file' : path.join('.')
  const keys = SETTING_KEYS.filter((key) => key.startsWith(`${what}.`))
  const example = keys[0] ?? 'recall.limit'
  return `${name}: ${what} takes settings by name, such as "${example}". Correct the file.`
}

function wrongValue(place: Place, key: SettingKey, value: unknown): string {
  const given = masked(
    typeof value === 'number' ? `${value}` : (JSON.stringify(value) ?? String(value))
  )
  const label = place.nameOf?.(key) ?? `${place.name}: ${key}`
  return `${label} takes ${settingSpec(key).takes}, not ${given}. Change or remove it.`
}

function refusalOf(place: Place, key: SettingKey, value: SettingValue): string | undefined {
  const { project } = settingSpec(key)
  if (project?.allows(value) === true) return undefined
  const rule =
    project === undefined
      ? 'cannot be set by a project file'
      : `of a project file may be ${project.rule.replaceAll('`', '')}`
  return `${place.name}: ${key} ${rule}, since others may have written the file. Set it in the user’s file, by a variable or by an option.`
}

/** A relative path counts from the directory of its file. */
function located(key: SettingKey, value: SettingValue, { directory }: Place): SettingValue {
  const { kind } = settingSpec(key)
  const locate = (path: string): string =>
    path === '~' || path.startsWith('~/')
      ? join(homedir(), path.slice(1))
      : resolve(directory, path)
  if (kind === 'path' && typeof value === 'string') return locate(value)
  return kind === 'paths' && typeof value === 'object' ? value.map(locate) : value
}

function at(content: unknown, key: SettingKey): unknown {
  return key.split('.').reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    return Object.getOwnPropertyDescriptor(value, name)?.value
  }, content)
}
