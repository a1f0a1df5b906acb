import assert from 'node:assert/strict'
import { RECALL } from '../../../node/command-line/specs/knowledge.ts'
import { readArguments } from '../../../node/command.ts'
import { runCommand } from '../../fixtures/command.ts'

describe('the value of an option', () => {
  it('that is missing, or that the option does not take, is named in plain words', () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [
        ['x', '--limit', '-5'],
        '--limit takes a value. Write one that begins with a dash as --limit=-5.'
      ],
      [['x', '--limit'], '--limit takes a value, which is missing.'],
      [['x', '--json=yes'], '--json takes no value.'],
      [['x', '--no-limit'], 'There is no option "--no-limit".'],
      // As a variable of the shell that is not set.
      [['x', '--data-dir', ''], '--data-dir takes a value, which is empty.'],
      [['x', '--limit='], '--limit takes a value, which is empty.']
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

describe('an option of every command', () => {
  it('is taken by commands that need no node too: their results are JSON', async () => {
    const key = await runCommand('keygen', '--json')
    assert.match(
      jsonField(key.stdout, 'key'),
      /^\/key\/swarm\/psk\/1\.0\.0\/\n\/base16\/\n[0-9a-f]{64}/
    )
    const script = await runCommand('completion', 'bash', '--json')
    assert.match(jsonField(script.stdout, 'script'), /_hive\(\)/)
  })

  it('that stands before the command is shown its place', async () => {
    const { code, stderr } = await runCommand('--json', 'status')
    assert.equal(code, 2)
    assert.match(stderr, /Options follow the command: hive COMMAND --json\n/)
  })

  it('has no directory that is empty', async () => {
    for (const name of ['backup', 'restore']) {
      const { code, stderr } = await runCommand(name, '')
      assert.equal(code, 2)
      assert.match(stderr, /^hive: Name .*directory/)
    }
  })
})

function jsonField(text: string, name: string): string {
  const json: unknown = JSON.parse(text)
  assert.ok(typeof json === 'object' && json !== null)
  return String(Object.entries(json).find(([key]) => key === name)?.[1])
}
