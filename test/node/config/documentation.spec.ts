import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { SETTING_KEYS, settingSpec, variableOf } from '../../../node/config/index.ts'
import { ConfigurationFile } from '../../../node/config/schema.ts'
import { COMMAND_SPECS } from '../../../node/command-line/specs.ts'

describe('the settings', () => {
  it('are those of the schema', () => {
    const keys = Object.entries(ConfigurationFile.shape).flatMap(([key, schema]) => {
      const inner = schema.unwrap()
      return inner instanceof z.ZodObject
        ? Object.keys(inner.shape).map((name) => `${key}.${name}`)
        : [key]
    })
    assert.deepEqual(keys.toSorted(), SETTING_KEYS.toSorted())
  })

  it('are what options name', () => {
    const named = Object.values(COMMAND_SPECS).flatMap(({ options }) =>
      Object.values(options).flatMap(({ setting }) => setting ?? [])
    )
    assert.deepEqual(
      named.filter((name) => !SETTING_KEYS.some((key) => key === name)),
      []
    )
  })

  it('are the table of the documentation', () => {
    const page = readFileSync(new URL('../../../docs/CONFIGURATION.md', import.meta.url), 'utf8')
    const rows = page
      .split('\n')
      .filter((line) => line.startsWith('| `') && line.includes('HIVE_'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim())
      )
    const expected = SETTING_KEYS.map((key) => {
      const { takes, fallback, project } = settingSpec(key)
      return [`\`${key}\``, `\`${variableOf(key)}\``, takes, fallback, project?.rule ?? 'no']
    })
    assert.deepEqual(rows, expected)
  })
})
