import assert from 'node:assert/strict'
import { RECALL } from '../../../node/command-line/specs/knowledge.ts'
import { readArguments } from '../../../node/command.ts'

describe('the value of an option', () => {
  it('that is missing, or that the option does not take, is named in plain words', () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [
        ['x', '--limit', '-5'],
        '--limit takes a value. Write one that begins with a dash as --limit=-5.'
      ],
      [['x', '--limit'], '--limit takes a value, which is missing.'],
      [['x', '--json=yes'], '--json takes no value.'],
      [['x', '--no-limit'], 'There is no option "--no-limit".']
    ]
    for (const [argv, message] of cases) {
      assert.throws(
        () => readArguments(argv, RECALL, { settings: new Map(), env: { HOME: '/home/user' } }),
        (error: Error) => error.name === 'UsageError' && error.message === message,
        argv.join(' ')
      )
    }
  })
})
