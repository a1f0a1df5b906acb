/**
 * What a command takes, as data: its arguments are parsed by it, and its help and the completion of
 * shells are made from it.
 */
export interface OptionSpec {
  readonly type: 'string' | 'boolean'
  /** It may be given more than once. */
  readonly multiple?: boolean
  /** What the value is: `N`, `TEXT`; `FILE` and `DIR` are completed from the disk. */
  readonly value?: string
  readonly choices?: readonly string[]
  /** The value where neither the command line nor the configuration gives one. */
  readonly default?: string
  readonly help: string
  /** The setting of the configuration that stands in for the option. */
  readonly setting?: string
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

export type Topic = 'node' | 'knowledge' | 'swarm' | 'members' | 'skills' | 'agents' | 'machine'

export interface CommandSpec {
  readonly topic: Topic
  /** One line, in the imperative. */
  readonly summary: string
  /** What follows the name of the command, one form a line. */
  readonly usage: readonly string[]
  /** What a user must know beside the summary; lines of at most 90 characters. */
  readonly detail?: readonly string[]
  /** Arguments beside options are allowed. */
  readonly positionals?: boolean
  /** Values of the first argument. */
  readonly actions?: Readonly<Record<string, string>>
  readonly options: OptionSpecs
  /** Whole command lines of a shell; the tests run them. */
  readonly examples: readonly string[]
}

/** Options of every command. */
export const COMMON_OPTIONS = {
  'data-dir': {
    type: 'string',
    value: 'DIR',
    help: 'the data directory of the node [$XDG_DATA_HOME/noormme-hive]',
    setting: 'data-dir'
  },
  json: { type: 'boolean', help: 'print JSON' }
} as const satisfies OptionSpecs
