/** Scripts that complete command lines of hive, for bash, zsh and fish. They start no process. */
import { COMMON_OPTIONS } from './command-spec.ts'
import { COMMAND_SPECS } from './specs.ts'
import type { CommandSpec, OptionSpec } from './command-spec.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const

export type Shell = (typeof SHELLS)[number]

export function completionOf(shell: Shell): string {
  return SCRIPTS[shell]()
}

const SCRIPTS: Readonly<Record<Shell, () => string>> = { bash, zsh, fish }

const COMMANDS = Object.entries(COMMAND_SPECS)
const NAMES = COMMANDS.map(([name]) => name)

function optionsOf(spec: CommandSpec): [string, OptionSpec][] {
  return Object.entries({ ...spec.options, ...COMMON_OPTIONS })
}

function optionWords(spec: CommandSpec): string {
  return [...optionsOf(spec).map(([name]) => `--${name}`), '--help'].join(' ')
}

function firstWords(name: string, spec: CommandSpec): string[] {
  return name === 'help' ? NAMES : Object.keys(spec.actions ?? {})
}

/** Lines of a `case` on `command:option`: the values that the option takes. */
function valueCases(listOf: (list: string) => string, files: string, none: string): string[] {
  return COMMANDS.flatMap(([command, spec]) =>
    optionsOf(spec)
      .filter(([, { type }]) => type === 'string')
      .map(([name, { choices, value }]) => {
        const isPath = value === 'FILE' || value === 'DIR'
        const action = choices === undefined ? (isPath ? files : none) : listOf(choices.join(' '))
        return `    ${command}:--${name}) ${action}; return ;;`
      })
  )
}

function words(list: string): string {
  return `COMPREPLY=($(compgen -W "${list}" -- "$cur"))`
}

function bash(): string {
  const cases = COMMANDS.map(([name, spec]) => {
    const first = firstWords(name, spec).join(' ')
    return `    ${name}) options="${optionWords(spec)}"; first="${first}" ;;`
  })
  return `# bash completion of hive: source <(hive completion bash)
_hive() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]}
  local options= first=
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    ${words(`${NAMES.join(' ')} help --help --version`)}
    return
  fi
  case "$command:$prev" in
${valueCases(words, 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))', ':').join('\n')}
  esac
  case "$command" in
${cases.join('\n')}
    help) first="${NAMES.join(' ')}" ;;
  esac
  if [[ $cur == -* ]]; then
    ${words('$options')}
  elif ((COMP_CWORD == 2)) && [[ -n $first ]]; then
    ${words('$first')}
  else
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -F _hive hive
`
}

function zsh(): string {
  const cases = COMMANDS.map(([name, spec]) => {
    const first = firstWords(name, spec).join(' ')
    return `    ${name}) options=(${optionWords(spec)}); first=(${first}) ;;`
  })
  const described = COMMANDS.map(([name, { summary }]) => `    ${quoted(`${name}:${summary}`)}`)
  return `#compdef hive
# zsh completion of hive: hive completion zsh > a directory of $fpath, as _hive
_hive() {
  local command=\${words[2]} prev=\${words[CURRENT-1]} cur=\${words[CURRENT]}
  local -a options first commands
  commands=(
${described.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    compadd -- help --help --version
    return
  fi
  case "$command:$prev" in
${valueCases((list) => `compadd -- ${list}`, '_files', ':').join('\n')}
  esac
  case "$command" in
${cases.join('\n')}
    help) first=(${NAMES.join(' ')}) ;;
  esac
  if [[ $cur == -* ]]; then
    compadd -- $options
  elif ((CURRENT == 3 && $#first > 0)); then
    compadd -- $first
  else
    _files
  fi
}
if [[ $funcstack[1] == _hive ]]; then _hive "$@"; else compdef _hive hive; fi
`
}

function fish(): string {
  const commands = COMMANDS.map(
    ([name, { summary }]) =>
      `complete -c hive -f -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`
  )
  const rest = COMMANDS.flatMap(([name, spec]) => {
    const under = `-n '__fish_seen_subcommand_from ${name}'`
    const actions = firstWords(name, spec).map(
      (action) =>
        `complete -c hive ${under} -a ${action} -d ${quoted(spec.actions?.[action] ?? '')}`
    )
    const options = optionsOf(spec).map(([option, { help, type, choices, value }]) => {
      const isPath = value === 'FILE' || value === 'DIR'
      const takes = type === 'boolean' ? '' : isPath ? ' -r -F' : ' -x'
      const values = choices === undefined ? '' : ` -a '${choices.join(' ')}'`
      return `complete -c hive ${under} -l ${option}${takes}${values} -d ${quoted(help)}`
    })
    return [...actions, ...options]
  })
  return `# fish completion of hive: hive completion fish > ~/.config/fish/completions/hive.fish
${[...commands, ...rest].join('\n')}
`
}

/** In single quotes of zsh and fish; the texts have no backslash. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", '’')}'`
}
