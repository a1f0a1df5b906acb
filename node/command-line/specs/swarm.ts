/** Commands on what the swarm shares. */
import { MAX_WAIT } from './max-wait.ts'
import type { CommandSpec } from '../command-spec.ts'

const TAGS = { type: 'string', multiple: true, value: 'TAG', help: 'a tag (repeatable)' } as const

export const BROADCAST = {
  topic: 'swarm',
  summary: 'anonymise and publish all candidates',
  usage: ['[options]'],
  options: {
    'min-confidence': {
      type: 'string',
      value: 'N',
      default: '0.9',
      help: '0 to 1',
      setting: 'broadcast.min-confidence'
    }
  },
  examples: ['hive broadcast --min-confidence 0.95']
} as const satisfies CommandSpec

export const INSIGHTS = {
  topic: 'swarm',
  summary: 'list the insights of the swarm',
  usage: ['[options]', '--preview ID'],
  options: {
    limit: { type: 'string', value: 'N', default: '20', help: 'at most N' },
    tag: TAGS,
    state: {
      type: 'string',
      value: 'STATE',
      choices: ['released', 'quarantined', 'disputed'],
      help: 'only of this state'
    },
    preview: { type: 'string', value: 'ID', help: 'print the anonymised form of a local fact' },
    'max-wait': MAX_WAIT
  },
  examples: ['hive insights --state released', 'hive insights --preview 6f5439bd339b']
} as const satisfies CommandSpec

export const PROMOTE = {
  topic: 'swarm',
  summary: 'anonymise and publish one fact of any confidence',
  usage: ['ID [options]'],
  positionals: true,
  options: { tag: TAGS },
  examples: ['hive promote 6f5439bd339b --tag css']
} as const satisfies CommandSpec

const CONFIDENCE = {
  confidence: { type: 'string', value: 'N', default: '0.9', help: '0 to 1' }
} as const

export const VOUCH = {
  topic: 'swarm',
  summary: 'vote for an insight, goal or offer, which releases it on this node',
  usage: ['ID [options]'],
  positionals: true,
  options: CONFIDENCE,
  examples: ['hive vouch 6f5439bd339b --confidence 0.95']
} as const satisfies CommandSpec

export const DISPUTE = {
  topic: 'swarm',
  summary: 'vote against an insight, which hides it on this node',
  usage: ['ID [options]'],
  positionals: true,
  options: CONFIDENCE,
  examples: ['hive dispute 6f5439bd339b']
} as const satisfies CommandSpec

export const RETRACT = {
  topic: 'swarm',
  summary: 'take back the vote of this node',
  usage: ['ID'],
  positionals: true,
  options: CONFIDENCE,
  examples: ['hive retract 6f5439bd339b']
} as const satisfies CommandSpec

export const GOALS = {
  topic: 'swarm',
  summary: 'list the goals of the swarm, add one, or set its status',
  usage: ['[options]', 'add TITLE [DESCRIPTION] [options]', 'status ID STATUS'],
  positionals: true,
  actions: {
    list: 'list the goals (the default)',
    add: 'add a goal: TITLE [DESCRIPTION]',
    status: 'set the status: ID open|active|abandoned|achieved'
  },
  options: {
    status: {
      type: 'string',
      value: 'STATUS',
      choices: ['open', 'active', 'abandoned', 'achieved'],
      help: 'only of this status'
    },
    parent: { type: 'string', value: 'ID', help: 'the goal above' },
    state: {
      type: 'string',
      value: 'STATE',
      choices: ['released', 'quarantined'],
      help: 'only of this state'
    },
    tag: TAGS,
    'max-wait': MAX_WAIT
  },
  examples: ['hive goals add "Ship version 2" --tag release', 'hive goals --tag release']
} as const satisfies CommandSpec

export const PLAYBOOK = {
  topic: 'swarm',
  summary: 'list or edit the steps of a goal',
  usage: [
    'ID',
    'ID add TITLE [BODY] [--at N]',
    'ID edit STEP [--title TEXT] [--body TEXT]',
    'ID move STEP --at N',
    'ID remove STEP'
  ],
  positionals: true,
  options: {
    at: { type: 'string', value: 'N', help: 'the place among the steps, from 1' },
    title: { type: 'string', value: 'TEXT', help: 'the new title' },
    body: { type: 'string', value: 'TEXT', help: 'the new body' }
  },
  examples: [
    'hive playbook 8a92a42a21c4 add "Freeze the API" "By Monday."',
    'hive playbook 8a92a42a21c4'
  ]
} as const satisfies CommandSpec

export const PEERS = {
  topic: 'swarm',
  summary: 'list connected peers',
  usage: [''],
  options: {},
  examples: ['hive peers']
} as const satisfies CommandSpec

export const VOICES = {
  topic: 'swarm',
  summary: 'list who vouches for an insight, disputes it, or calls it stale',
  usage: ['ID'],
  positionals: true,
  options: {},
  examples: ['hive voices 6f5439bd339b']
} as const satisfies CommandSpec
