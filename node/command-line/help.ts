/** The texts of `hive --help` and of `hive COMMAND --help`. */
import { COMMON_OPTIONS } from './command-spec.ts'
import { COMMAND_SPECS } from './specs.ts'
import type { CommandSpec, OptionSpec, Topic } from './command-spec.ts'

const TOPICS: Readonly<Record<Topic, string>> = {
  node: 'Run a node, and look after it',
  knowledge: 'Store and search knowledge',
  swarm: 'Share with the swarm',
  members: 'Closed swarms and their members',
  skills: 'Skills and models',
  agents: 'Agents',
  machine: 'This machine'
}

/** Characters of a line of help. */
const WIDTH = 92

/** The column in which the explanation of a command or an option begins. */
const COLUMN = 28

export function overview(): string {
  const groups = Object.entries(TOPICS).map(([topic, title]) => {
    const lines = Object.entries(COMMAND_SPECS)
      .filter(([, spec]) => spec.topic === topic)
      .map(([name, { summary }]) => entry(`  ${name}`, summary, 14))
    return `${title}:\n${lines.join('\n')}`
  })
  return `hive - a peer-to-peer hive for AI agents

Usage: hive COMMAND [options]

${groups.join('\n\n')}

"hive COMMAND --help" lists the options of a command, with examples. "hive --version" prints
the version, and "hive config" the settings of files and variables.

Every command takes --json and --data-dir DIR [$XDG_DATA_HOME/noormme-hive, usually
~/.local/share/noormme-hive]. A command uses the node that runs on the directory, or
opens the directory if none runs.

An ID is whole or any beginning of at least 6 digits that no other id has.

Exit codes: 0 done, 1 failed or unknown, 2 wrong usage, 3 data directory unusable or in use,
4 swarm key, membership or address unusable, 5 part of the input was refused,
130 interrupted.
`
}

export function commandHelp(name: string, spec: CommandSpec): string {
  const usage = spec.usage.map((line, i) =>
    `${i === 0 ? 'Usage: ' : '       '}hive ${name} ${line}`.trimEnd()
  )
  const actions = Object.entries(spec.actions ?? {}).map(([action, help]) =>
    entry(`  ${action}`, help, 14)
  )
  const options = Object.entries({ ...spec.options, ...COMMON_OPTIONS }).map(([option, each]) =>
    entry(`  ${form(option, each)}`, explanation(each), COLUMN)
  )
  const parts = [
    `hive ${name} - ${spec.summary}`,
    usage.join('\n'),
    ...(spec.detail === undefined ? [] : [spec.detail.join('\n')]),
    ...(actions.length === 0 ? [] : [`Actions:\n${actions.join('\n')}`]),
    `Options:\n${options.join('\n')}`,
    `Examples:\n${spec.examples.map((line) => `  ${line}`).join('\n')}`
  ]
  return `${parts.join('\n\n')}\n`
}

function form(name: string, { value }: OptionSpec): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`
}

function explanation({ help, choices, default: fallback }: OptionSpec): string {
  const values = choices === undefined ? '' : `: ${choices.join('|')}`
  return `${help}${values}${fallback === undefined ? '' : ` [${fallback}]`}`
}

/** A name and its explanation, which is wrapped. */
function entry(name: string, text: string, column: number): string {
  const head = name.padEnd(column)
  const lines: string[] = []
  let line = head.length > column ? `${head}  ` : head
  for (const word of text.split(' ')) {
    const isStart = line.trim() === '' || line === head
    if (!isStart && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = ' '.repeat(column) + word
    } else line += isStart || line.endsWith('  ') ? word : ` ${word}`
  }
  return [...lines, line].join('\n')
}
