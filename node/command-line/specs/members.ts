/** Commands about closed swarms: their roots and their members. */
import type { CommandSpec, OptionSpecs } from '../command-spec.ts'

/** How the holder of a root gives it to a command. */
const ROOT_OPTIONS = {
  root: { type: 'string', value: 'FILE', help: 'the sealed file of the root' },
  'words-stdin': {
    type: 'boolean',
    help: 'read the 24 words of the root from the standard input instead of a file'
  },
  'passphrase-stdin': {
    type: 'boolean',
    help: 'read the passphrase from the standard input [HIVE_ROOT_PASSPHRASE, or a prompt]'
  }
} as const satisfies OptionSpecs

export const SWARM = {
  topic: 'members',
  summary: 'make a closed swarm, show this node’s membership, or hand the root over',
  usage: ['create NAME [options]', 'show', 'succeed --root SUCCESSOR-FILE [options]'],
  detail: [
    'A closed swarm admits members with a certificate. The root signs the first one; nodes do not',
    'need it afterwards. Its file and its words are the only way to revoke inviters and to renew',
    'the first member: keep them apart from nodes. docs/MEMBERS.md explains all of it.'
  ],
  positionals: true,
  actions: {
    create: 'make the root, its successor, and this node the first member',
    show: 'print the membership of this node',
    succeed: 'the successor of the root takes over; all that counts now stays'
  },
  options: {
    ...ROOT_OPTIONS,
    root: {
      type: 'string',
      value: 'FILE',
      help: 'create: where the file of the root is written [NAME.root]; succeed: that of the successor'
    },
    successor: {
      type: 'string',
      value: 'FILE',
      help: 'where the file of the next successor is written [beside the root]'
    },
    words: { type: 'boolean', help: 'also print the 24 words of each new root, for paper' },
    days: {
      type: 'string',
      value: 'N',
      help: 'create: days that the certificate of this node lasts [730]'
    },
    key: { type: 'boolean', help: 'create: --no-key: make no swarm key' },
    replace: { type: 'boolean', help: 'create: replace the swarm that is configured' }
  },
  examples: [
    'hive swarm create lab',
    'hive swarm show',
    'hive swarm succeed --root lab.successor.root'
  ]
} as const satisfies CommandSpec

export const MEMBERS = {
  topic: 'members',
  summary: 'list the members of the closed swarm and the invites of this node; revoke and renew',
  usage: [
    '[list] [--state STATE] [--limit N]',
    'show ID',
    'invites',
    'cancel INVITE',
    'revoke ID [--with-invited] [--root FILE]',
    'renew ID [--days N] [--root FILE]',
    'statements',
    'add STATEMENT...'
  ],
  detail: [
    'An id is the signing key of a member; 6 digits of its beginning are enough. It says nothing',
    'of what the member publishes. Without --root this node signs: for members that it invited,',
    'and for those that they invited.'
  ],
  positionals: true,
  actions: {
    list: 'list the members, those that are admitted first',
    show: 'print one member',
    invites: 'list the invites of this node, the latest first',
    cancel: 'nobody can use the invite any more',
    revoke: 'members refuse this member at once, and for good',
    renew: 'give a member a new certificate',
    statements: 'print what decides who is a member, one statement a line',
    add: 'take statements of another node in'
  },
  options: {
    ...ROOT_OPTIONS,
    state: {
      type: 'string',
      value: 'STATE',
      choices: ['admitted', 'expired', 'revoked', 'void', 'superseded', 'not yet'],
      help: 'list: only members in this state'
    },
    limit: { type: 'string', value: 'N', help: 'list: at most N members [1000]' },
    days: {
      type: 'string',
      value: 'N',
      help: 'renew: days from now on [as many as it lasts, at least 90]'
    },
    'with-invited': {
      type: 'boolean',
      help: 'revoke: also all members that it invited'
    }
  },
  examples: ['hive members', 'hive members invites --json']
} as const satisfies CommandSpec
