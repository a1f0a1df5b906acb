/** Settings in `HIVE_*` variables. */
import { nearest } from '../command-line/nearest.ts'
import { SETTING_KEYS, settingSpec, variableOf } from './settings.ts'
import type { SettingKey, SettingKind } from './settings.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** An empty variable is as good as none. */
export function setVariables(env: Environment): SettingKey[] {
  return SETTING_KEYS.filter((key) => (env[variableOf(key)] ?? '') !== '')
}

/** The variables as a configuration file would have them, not yet checked. */
export function contentOfVariables(env: Environment): Record<string, unknown> {
  const content: Record<string, unknown> = {}
  for (const key of setVariables(env)) {
    const value = valueOf(env[variableOf(key)] ?? '', settingSpec(key).kind)
    const [section = '', name] = key.split('.')
    if (name === undefined) content[section] = value
    else content[section] = { ...Object(content[section]), [name]: value }
  }
  return content
}

/** A value that is not of the kind stays text, which the schema refuses. */
function valueOf(text: string, kind: SettingKind): unknown {
  switch (kind) {
    case 'boolean':
      if (text === 'true' || text === '1') return true
      return text === 'false' || text === '0' ? false : text
    case 'number':
      return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
    case 'paths':
    case 'texts':
      return text
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '')
    default:
      return text
  }
}

/** Variables that are almost a setting's: other programs have `HIVE_*` variables too. */
export function misspeltVariables(env: Environment): { name: string; meant: string }[] {
  const known = SETTING_KEYS.map(variableOf)
  return Object.keys(env).flatMap((name) => {
    if (!name.startsWith('HIVE_') || known.includes(name) || (env[name] ?? '') === '') return []
    const found = nearest(
      name.slice(5),
      known.map((each) => each.slice(5))
    )
    return found === undefined ? [] : [{ name, meant: `HIVE_${found}` }]
  })
}
