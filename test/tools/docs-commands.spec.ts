import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { COMMAND_SPECS } from '../../node/command-line/specs.ts'
import { readArguments } from '../../node/command.ts'
import { commandsOf, documentPages, namedCommands, shellLines } from '../fixtures/shell-blocks.ts'

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')))

/** What is wrong with a command, if anything. */
function problemOf([program = '', name = '', ...args]: readonly string[]): string | undefined {
  if (program === 'npm') {
    const script = name === 'run' ? args.find((each) => !each.startsWith('-')) : name
    return ['ci', 'install'].includes(name) || Object.hasOwn(scripts, script ?? '')
      ? undefined
      : `npm has no script "${script}"`
  }
  if (program !== 'hive') return undefined
  if (/^--(?:help|version)$/.test(name)) return undefined
  const spec = Object.hasOwn(COMMAND_SPECS, name) ? COMMAND_SPECS[name] : undefined
  if (spec === undefined) return `hive has no command "${name}"`
  try {
    const { positionals, values } = readArguments(args, spec, { settings: new Map(), env: {} })
    const [action] = positionals
    if (spec.actions !== undefined && action !== undefined && !Object.hasOwn(spec.actions, action))
      return `"hive ${name}" has no action "${action}"`
    for (const [option, { choices }] of Object.entries(spec.options)) {
      const value: unknown = values[option]
      // A name in capitals stands for a value.
      if (choices === undefined || typeof value !== 'string' || /^[A-Z]+$/.test(value)) continue
      if (!choices.includes(value)) return `--${option} does not take "${value}"`
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return undefined
}

describe('the commands of the pages', () => {
  it('exist, with the options and actions that are given', () => {
    const lines = documentPages().flatMap(shellLines)
    const found = lines.flatMap(({ at, text }) =>
      commandsOf(text).map((words) => ({ at, words, problem: problemOf(words) }))
    )
    assert.deepEqual(
      found.flatMap(({ at, problem }) => (problem === undefined ? [] : `${at}: ${problem}`)),
      []
    )
    assert.ok(found.filter(({ words }) => words[0] === 'hive').length > 50)
  })

  it('exist also where the prose names them', () => {
    const named = documentPages().flatMap(namedCommands)
    assert.ok(named.length > 100)
    // Prose may name an option without its value.
    const faults = named.flatMap(({ at, text }) =>
      commandsOf(text)
        .flatMap((words) => problemOf(words) ?? [])
        .filter((problem) => !/takes a value(?:, which|\. Write)/.test(problem))
        .map((problem) => `${at}: ${problem}`)
    )
    assert.deepEqual(faults, [])
  })

  it('are read as a shell reads them, and faults in them are found', () => {
    const line = `cat a.txt | hive distill "a; b" --tag 'x y' > out.txt; npm run demo && hive stop # hive go`
    const commands = commandsOf(line)
    assert.deepEqual(commands, [
      ['cat', 'a.txt'],
      ['hive', 'distill', 'a; b', '--tag', 'x y'],
      ['npm', 'run', 'demo'],
      ['hive', 'stop']
    ])
    const faults = [
      ...commands,
      ['hive', 'recall', 'x', '--limt', '3'],
      ['hive', 'skill', 'mend'],
      ['hive', 'status', 'now'],
      ['npm', 'run', 'no-such-script']
    ].flatMap((words) => problemOf(words) ?? [])
    assert.deepEqual(faults, [
      'hive has no command "stop"',
      'There is no option "--limt". Did you mean "--limit"?',
      '"hive skill" has no action "mend"',
      'Unexpected argument "now". Quote a text that contains spaces.',
      'npm has no script "no-such-script"'
    ])
  })
})
