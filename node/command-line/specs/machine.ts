/** Commands on this machine: agents' clients, shells, configuration, checks. */
import { COMMON_OPTIONS } from '../command-spec.ts'
import type { CommandSpec } from '../command-spec.ts'

const INSTALL = {
  'dry-run': { type: 'boolean', help: 'print what would change' },
  project: { type: 'boolean', help: 'the files of the current directory, not the user’s' }
} as const

export const INSTALL_CLIENTS = {
  topic: 'machine',
  summary: 'add hive to agent clients: the MCP entry, hooks, and a skill or rules',
  usage: ['', 'CLIENT... [options]'],
  detail: [
    'Without CLIENT it lists the clients of this machine: claude-code, codex, cursor, vscode,',
    'gemini, windsurf, opencode, goose, zed.'
  ],
  positionals: true,
  options: {
    ...INSTALL,
    force: {
      type: 'boolean',
      help: 'replace entries named hive that hive did not write; install for a client that is not on this machine'
    }
  },
  examples: ['hive install', 'hive install claude-code --dry-run --force']
} as const satisfies CommandSpec

export const SERVICE = {
  topic: 'machine',
  summary: 'run a node as a service of systemd: of this user, or of the machine',
  usage: ['install [options]', 'uninstall [options]', 'status [options]'],
  detail: ['The node reads its configuration: "hive config" of the user, or /etc/hive/hive.toml.'],
  positionals: true,
  actions: {
    install: 'write the unit, and start it now and at each boot or login',
    uninstall: 'stop it and remove the unit; what the node stores stays',
    status: 'print whether it is installed and runs'
  },
  options: {
    system: { type: 'boolean', help: 'of the machine, with rights of its own; needs root' },
    'swarm-key': {
      type: 'string',
      value: 'FILE',
      help: 'with --system: the node gets this key as a credential'
    },
    'dry-run': { type: 'boolean', help: 'print the unit, and change nothing' }
  },
  examples: [
    'hive service install --dry-run',
    'hive service install --system --swarm-key /etc/hive/swarm.key --dry-run',
    'hive service status'
  ]
} as const satisfies CommandSpec

export const UNINSTALL = {
  topic: 'machine',
  summary: 'remove hive from agent clients',
  usage: ['CLIENT... [options]'],
  positionals: true,
  options: INSTALL,
  examples: ['hive uninstall claude-code --dry-run']
} as const satisfies CommandSpec

export const DOCTOR = {
  topic: 'machine',
  summary: 'check the configuration, the node, its directory and what is installed',
  usage: ['[options]'],
  detail: ['It changes nothing, and ends with 1 if there is a problem.'],
  options: {
    'swarm-key': {
      type: 'string',
      value: 'FILE',
      help: 'check this file too',
      setting: 'swarm-key'
    },
    node: { type: 'boolean', help: 'ask the running node to check itself' }
  },
  examples: ['hive doctor', 'hive doctor --json']
} as const satisfies CommandSpec

export const CONFIG = {
  topic: 'machine',
  summary: 'print the effective settings, and where each comes from',
  usage: [''],
  options: {},
  examples: ['hive config', 'HIVE_RECALL_LIMIT=3 hive config --json']
} as const satisfies CommandSpec

export const COMPLETION = {
  topic: 'machine',
  summary: 'print the completion of a shell',
  usage: ['bash|zsh|fish'],
  positionals: true,
  actions: {
    bash: 'source <(hive completion bash)',
    zsh: 'hive completion zsh > a directory of $fpath, as _hive',
    fish: 'hive completion fish > ~/.config/fish/completions/hive.fish'
  },
  options: {},
  examples: ['source <(hive completion bash)']
} as const satisfies CommandSpec

export const MCP = {
  topic: 'machine',
  summary: 'serve an agent by MCP over standard input and output',
  usage: ['[options]'],
  detail: ['The command starts a node in the background if none runs.'],
  options: {
    project: {
      type: 'string',
      value: 'NAME',
      help: 'the project of the agent [the git repository of the directory]'
    },
    profile: {
      type: 'string',
      value: 'NAME',
      choices: ['hive', 'cq'],
      default: 'hive',
      help: 'the tools of hive, or those of cq'
    }
  },
  examples: ['hive mcp < /dev/null']
} as const satisfies CommandSpec

export const HOOK = {
  topic: 'machine',
  summary: 'answer a hook that "hive install" writes',
  usage: ['EVENT --host CLIENT [options]'],
  detail: [
    'It reads the client’s JSON on standard input, and prints what its agent should know, if',
    'anything. It always ends with 0.'
  ],
  positionals: true,
  options: {
    host: { type: 'string', value: 'CLIENT', help: 'the client' },
    deadline: {
      type: 'string',
      value: 'MILLISECONDS',
      help: 'since the start of the process [270]'
    },
    'data-dir': COMMON_OPTIONS['data-dir']
  },
  examples: ['hive hook stop --host codex < /dev/null']
} as const satisfies CommandSpec
