/** `hive config`: prints the effective settings, and where each comes from. */
import { readArguments } from '../command.ts'
import { CONFIG } from '../command-line/specs/machine.ts'
import {
  masked,
  misspeltVariables,
  readConfiguration,
  SETTING_KEYS,
  settingSpec
} from '../config/index.ts'
import { EXIT } from '../exit-codes.ts'
import { print, printJson, table, warn } from '../output/terminal.ts'
import type { Command } from '../command.ts'
import type { Setting } from '../config/index.ts'

export const command: Command = {
  async run(argv, context) {
    const { env } = context
    const { values, given, dataDir } = readArguments(argv, CONFIG, context)
    const { settings, files, problems } = await readConfiguration({ env, cwd: process.cwd() })
    const rows = SETTING_KEYS.map((key) => {
      if (key === 'data-dir' && given.has(key)) {
        return { key, value: dataDir, origin: 'option', where: '--data-dir' }
      }
      const setting = settings.get(key)
      if (setting !== undefined) return { key, ...shown(setting) }
      const value = key === 'data-dir' ? dataDir : settingSpec(key).fallback.replaceAll('`', '')
      return { key, value, origin: 'default' }
    })
    const variables = misspeltVariables(env)
    if (values.json === true) {
      printJson({ settings: rows, files, problems, variables })
    } else {
      print(
        table(
          rows.map(({ key, value, origin, ...rest }) => [key, text(value), place(origin, rest)])
        )
      )
      for (const { name, meant } of variables) {
        warn(`hive: the variable ${name} is not read. Did you mean ${meant}?`)
      }
      for (const problem of problems) warn(`hive: ${problem}`)
    }
    return problems.length === 0 ? EXIT.ok : EXIT.usage
  }
}

/** Without what may be a secret. */
function shown({ value, origin, where }: Setting): Setting {
  if (typeof value === 'string') return { value: masked(value), origin, where }
  return { value: typeof value === 'object' ? value.map(masked) : value, origin, where }
}

function text(value: Setting['value']): string {
  return typeof value === 'object' ? value.join(' ') : String(value)
}

function place(origin: string, { where }: { readonly where?: string }): string {
  return where === undefined ? origin : `${origin}  ${where}`
}
