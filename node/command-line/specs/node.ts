/** Commands that run a node, and that look after its directory. */
import type { CommandSpec } from '../command-spec.ts'

export const START = {
  topic: 'node',
  summary: 'run a node until it is stopped',
  usage: ['[options]'],
  detail: ['The options can be given by a configuration file or by variables: see "hive config".'],
  options: {
    listen: {
      type: 'string',
      multiple: true,
      value: 'MULTIADDR',
      help: 'listen on this address (repeatable); /p2p-circuit: at a relay [/ip4/127.0.0.1/tcp/0]',
      setting: 'listen'
    },
    announce: {
      type: 'string',
      multiple: true,
      value: 'MULTIADDR',
      help: 'others reach this node at this address too (repeatable)',
      setting: 'announce'
    },
    lan: {
      type: 'boolean',
      help: 'find peers on this network segment (mDNS); listens on all interfaces',
      setting: 'lan'
    },
    relay: {
      type: 'boolean',
      help: 'relay for members that cannot reach each other; needs a swarm key',
      setting: 'relay'
    },
    bootstrap: {
      type: 'string',
      multiple: true,
      value: 'MULTIADDR',
      help: 'stay connected to this peer (repeatable)',
      setting: 'bootstrap'
    },
    swarm: {
      type: 'string',
      value: 'NAME',
      help: 'join this swarm [default]',
      setting: 'swarm'
    },
    'swarm-key': {
      type: 'string',
      value: 'FILE',
      help: 'accept only peers with this key',
      setting: 'swarm-key'
    },
    'accept-swarm-key': {
      type: 'string',
      multiple: true,
      value: 'FILE',
      help: 'also accept peers with this key (repeatable); needed to change keys',
      setting: 'accept-swarm-key'
    },
    'renew-members': {
      type: 'boolean',
      help: '--no-renew-members: renew no certificates of members by itself',
      setting: 'renew-members'
    },
    gossip: {
      type: 'boolean',
      help: '--no-gossip: exchange entries by periodic sync only',
      setting: 'gossip'
    },
    light: {
      type: 'boolean',
      help: 'store filters instead of the feeds of others',
      setting: 'light'
    },
    k: {
      type: 'string',
      value: 'N',
      help: 'release an insight when N authors vouch [1 with a swarm key, else 2]; with 1, peers can read which facts this node found',
      setting: 'k'
    },
    'adopt-skills': {
      type: 'boolean',
      help: 'adopt offers automatically; they are tested and run in the sandbox only',
      setting: 'adopt-skills'
    },
    'publish-skills': {
      type: 'boolean',
      help: '--no-publish-skills: do not publish verified skills',
      setting: 'publish-skills'
    },
    'skill-receipts': {
      type: 'string',
      value: 'KIND',
      choices: ['tests', 'runs'],
      help: 'publish receipts of tests, or of runs too, with their short inputs [tests]',
      setting: 'skill-receipts'
    },
    models: {
      type: 'string',
      value: 'FILE',
      help: 'read models, tiers and budgets from JSON (docs/OPERATIONS.md)',
      setting: 'models'
    },
    http: {
      type: 'string',
      value: 'ADDRESS',
      default: '127.0.0.1:0',
      help: 'HTTP API on PORT or HOST:PORT, or off',
      setting: 'http'
    },
    'http-host': {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'a name under which the API may be called (repeatable)',
      setting: 'http-host'
    },
    'log-level': {
      type: 'string',
      value: 'LEVEL',
      choices: ['error', 'warn', 'info', 'debug', 'trace'],
      help: 'write a structured log to the standard error, from this level on',
      setting: 'log-level'
    },
    'log-format': {
      type: 'string',
      value: 'FORMAT',
      choices: ['text', 'json'],
      help: 'its form: text, or a JSON object a line',
      setting: 'log-format'
    },
    'idle-timeout': {
      type: 'string',
      value: 'SECONDS',
      help: 'end when nobody has used the node for this time'
    }
  },
  examples: [
    'hive start --listen /ip4/127.0.0.1/tcp/0 --http off',
    'hive keygen > swarm.key && chmod 600 swarm.key && hive start --swarm-key swarm.key'
  ]
} as const satisfies CommandSpec

export const KEYGEN = {
  topic: 'node',
  summary: 'print a new swarm key',
  usage: ['> swarm.key'],
  options: {},
  examples: ['hive keygen > swarm.key && chmod 600 swarm.key']
} as const satisfies CommandSpec

export const INVITE = {
  topic: 'node',
  summary: 'print a string with which another machine joins the swarm of the running node',
  usage: ['[options]'],
  detail: [
    'The string has the swarm key: send it as you would send a password. In a closed swarm it also',
    'has a secret that makes its first user a member; this node must run when it is used.'
  ],
  options: {
    address: {
      type: 'string',
      multiple: true,
      value: 'MULTIADDR',
      help: 'an address of this node (repeatable) [those at which others can reach it]'
    },
    'swarm-key': {
      type: 'string',
      value: 'FILE',
      help: 'the key of the swarm [that of the last "hive start"]'
    },
    role: {
      type: 'string',
      value: 'ROLE',
      choices: ['member', 'light', 'inviter'],
      help: 'of the newcomer in a closed swarm: light reads only, inviter also invites [member]'
    },
    uses: { type: 'string', value: 'N', help: 'newcomers that can use it, in a closed swarm [1]' },
    expires: {
      type: 'string',
      value: 'TIME',
      help: 'for which it can be used, as 30m, 24h or 7d, in a closed swarm [24h]'
    },
    max: { type: 'string', value: 'N', help: 'certificates that an inviter may issue [16]' },
    days: { type: 'string', value: 'N', help: 'days that the certificate lasts [90]' },
    qr: { type: 'boolean', help: '--no-qr: no QR code at a terminal' }
  },
  examples: ['hive invite', 'hive invite --json']
} as const satisfies CommandSpec

export const JOIN = {
  topic: 'node',
  summary: 'write the configuration for the swarm of an invite, and dial its nodes',
  usage: ['INVITE', '-'],
  detail: [
    'With "-" the invite is read from the standard input: other users of the machine can see arguments.',
    'For a closed swarm the inviting node must run: it gives this node a certificate.'
  ],
  positionals: true,
  options: {
    replace: { type: 'boolean', help: 'replace the swarm that is configured' }
  },
  examples: ['hive invite | hive join -']
} as const satisfies CommandSpec

export const NETCHECK = {
  topic: 'node',
  summary: 'print how others reach the running node, and which peers it reaches',
  usage: [''],
  options: {},
  examples: ['hive netcheck', 'hive netcheck --json']
} as const satisfies CommandSpec

export const STATUS = {
  topic: 'node',
  summary: 'print identity, swarm, counts and filters of the node, and what waits',
  usage: [''],
  options: {},
  examples: ['hive status', 'hive status --json']
} as const satisfies CommandSpec

export const EVENTS = {
  topic: 'node',
  summary: 'print the events of the running node',
  usage: ['[options]'],
  options: {
    limit: { type: 'string', value: 'N', help: 'end after N events' },
    after: { type: 'string', value: 'NUMBER', help: 'also earlier events, after this number' }
  },
  examples: ['hive events --after 0 --limit 1']
} as const satisfies CommandSpec

export const PERFORMANCE = {
  topic: 'node',
  summary: 'print what the Bloom filter of facts saved since the start',
  usage: [''],
  options: {},
  examples: ['hive performance']
} as const satisfies CommandSpec

export const TRENDS = {
  topic: 'node',
  summary: 'print how the counts of the running node grew',
  usage: [''],
  options: {},
  examples: ['hive trends']
} as const satisfies CommandSpec

export const VERIFY = {
  topic: 'node',
  summary: 'read everything that the node stores, and print what is lost or damaged',
  usage: [''],
  detail: ['It mends what follows from the rest, and ends with 1 if something is lost or damaged.'],
  options: {},
  examples: ['hive verify']
} as const satisfies CommandSpec

export const REPAIR = {
  topic: 'node',
  summary: 'mend the store of a stopped node, and print what is lost',
  usage: [''],
  detail: [
    'It rebuilds the tables, removes damaged values and verifies the rest. It ends with 1 if',
    'something is lost or still damaged, and prints the next step.'
  ],
  options: {},
  examples: ['hive repair --data-dir ./stopped']
} as const satisfies CommandSpec

export const BACKUP = {
  topic: 'node',
  summary: 'write a backup; the node may run',
  usage: ['DIR'],
  positionals: true,
  options: {},
  examples: ['hive backup ./backup-monday']
} as const satisfies CommandSpec

export const RESTORE = {
  topic: 'node',
  summary: 'make the data directory from a backup',
  usage: ['DIR'],
  positionals: true,
  options: {},
  examples: ['hive restore ./backup-monday --data-dir ./restored']
} as const satisfies CommandSpec
