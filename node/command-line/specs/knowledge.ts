/** Commands on the facts of this node. */
import { MAX_WAIT } from './max-wait.ts'
import type { CommandSpec } from '../command-spec.ts'

const TAGS = { type: 'string', multiple: true, value: 'TAG', help: 'a tag (repeatable)' } as const
const PROJECT = { type: 'string', value: 'NAME' } as const
const AS_OF = { type: 'string', value: 'DATE', help: 'what held at this time' } as const

export const DISTILL = {
  topic: 'knowledge',
  summary: 'store facts',
  usage: ['ENTITY CONTENT [options]', '[options] < facts.jsonl'],
  detail: [
    'Without arguments the command reads JSON Lines from standard input, and the options are',
    'defaults of each line.'
  ],
  positionals: true,
  options: {
    confidence: { type: 'string', value: 'N', help: '0 to 1 [0.9 for a fact in the arguments]' },
    tag: TAGS,
    attribute: { type: 'string', value: 'NAME', help: 'the attribute that the fact gives a value' },
    value: { type: 'string', value: 'TEXT', help: 'the value of the attribute' },
    'valid-from': { type: 'string', value: 'DATE', help: 'since when it holds' },
    private: { type: 'boolean', help: 'never publish the fact' },
    project: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'where it was learned; stays on this node (repeatable)'
    }
  },
  examples: [
    'hive distill "CSS gap" "Flex containers support gap." --confidence 0.95 --tag css',
    `echo '{"entity":"npm","content":"npm ci needs a lock file.","confidence":0.9}' | hive distill`
  ]
} as const satisfies CommandSpec

export const LEARN = {
  topic: 'knowledge',
  summary: 'store a lesson',
  usage: ['SUMMARY [options]'],
  positionals: true,
  options: {
    detail: { type: 'string', value: 'TEXT', help: 'what happened, and why; line breaks stay' },
    action: { type: 'string', value: 'TEXT', help: 'what to do; line breaks stay' },
    versions: { type: 'string', value: 'RANGE', help: 'what it holds for: "npm >=10 <12"' },
    verify: { type: 'string', value: 'SKILL', help: 'the whole id of a skill that verifies it' },
    project: { ...PROJECT, help: 'where it was learned; stays on this node' },
    here: { type: 'boolean', help: 'it was learned in the git repository of this directory' },
    tag: TAGS,
    confidence: { type: 'string', value: 'N', help: '0 to 1 [0.9]' },
    private: { type: 'boolean', help: 'never publish the lesson' },
    force: { type: 'boolean', help: 'store it although one about the same is known' }
  },
  examples: ['hive learn "npm ci fails without a lock file" --action "npm install" --tag npm']
} as const satisfies CommandSpec

export const RECALL = {
  topic: 'knowledge',
  summary: 'search facts and released insights',
  usage: ['WORDS [options]'],
  positionals: true,
  options: {
    limit: {
      type: 'string',
      value: 'N',
      default: '10',
      help: 'at most N results',
      setting: 'recall.limit'
    },
    entity: { type: 'string', value: 'NAME', help: 'only about this entity' },
    tag: TAGS,
    'as-of': AS_OF,
    scope: {
      type: 'string',
      value: 'SCOPE',
      choices: ['local', 'hive', 'all'],
      default: 'all',
      help: 'facts of this node, insights, or both'
    },
    project: { ...PROJECT, help: 'also the facts of this project' },
    here: { type: 'boolean', help: 'also the facts of the git repository of this directory' },
    'all-projects': { type: 'boolean', help: 'the facts of all projects' },
    stale: { type: 'boolean', help: 'also what no longer holds' },
    'min-relevance': {
      type: 'string',
      value: 'N',
      default: '0',
      help: '0 to 1; 0.91 prints what is strong, or nothing',
      setting: 'recall.min-relevance'
    },
    'max-wait': MAX_WAIT
  },
  examples: ['hive recall gap in flex containers', 'hive recall gap --tag css --limit 3 --json']
} as const satisfies CommandSpec

export const FACTS = {
  topic: 'knowledge',
  summary: 'list the facts of this node, the newest first',
  usage: ['[options]'],
  options: {
    limit: { type: 'string', value: 'N', default: '20', help: 'at most N facts' },
    before: { type: 'string', value: 'NUMBER', help: 'the page before this number' }
  },
  examples: ['hive facts --limit 5']
} as const satisfies CommandSpec

export const VARIANTS = {
  topic: 'knowledge',
  summary: 'list the near-duplicates that were merged into a fact',
  usage: ['ID [options]'],
  positionals: true,
  options: {
    split: { type: 'boolean', help: 'make the near-duplicate of this id a fact of its own' }
  },
  examples: ['hive variants 6f5439bd339b']
} as const satisfies CommandSpec

export const OPEN = {
  topic: 'knowledge',
  summary: 'open the dashboard; with ids, print facts and insights whole',
  usage: ['[options]', 'ID...'],
  positionals: true,
  detail: ['The address of the dashboard has a code for one login within a minute.'],
  options: {
    print: { type: 'boolean', help: 'print the address of the dashboard, and open no browser' }
  },
  examples: ['hive open 6f5439bd339b', 'hive open --print']
} as const satisfies CommandSpec

export const HISTORY = {
  topic: 'knowledge',
  summary: 'list the claims about an entity',
  usage: ['ENTITY [ATTRIBUTE] [options]'],
  positionals: true,
  options: { 'as-of': AS_OF },
  examples: [
    'hive distill Chrome "Stable is 120." --attribute stable --value 120 --valid-from 2023-12-05',
    'hive history Chrome stable --as-of 2024-01-01'
  ]
} as const satisfies CommandSpec

export const CASES = {
  topic: 'knowledge',
  summary: 'show the evidence of disputed claims and rules, and decide them',
  usage: ['list [options]', 'open ENTITY ATTRIBUTE', 'ACTION CASE [SIDE] [options]'],
  positionals: true,
  actions: {
    list: 'list cases',
    open: 'ENTITY ATTRIBUTE, or --agent and --trial: open a case, and print its evidence',
    show: 'CASE: print its evidence',
    propose: 'CASE: ask a model which side holds',
    decide: 'CASE SIDE --why TEXT: vouch for it, and dispute the others; none: all of them',
    reverse: 'CASE --why TEXT: take the decision back'
  },
  options: {
    agent: { type: 'string', value: 'NAME', help: 'of open: the agent of a rule' },
    trial: { type: 'string', value: 'NUMBER', help: 'of open: the trial that tested the rule' },
    state: {
      type: 'string',
      value: 'STATE',
      choices: ['open', 'deciding', 'decided', 'reversing'],
      help: 'of list: only these'
    },
    limit: { type: 'string', value: 'N', help: 'of list: at most N [100]' },
    usd: { type: 'string', value: 'AMOUNT', help: 'of propose: at most this much [0.20]' },
    why: {
      type: 'string',
      value: 'TEXT',
      help: 'of decide and reverse, which need it: the reason'
    },
    by: { type: 'string', value: 'NAME', help: 'of decide and reverse: who decides' }
  },
  examples: ['hive cases list --state open']
} as const satisfies CommandSpec

export const EXPORT = {
  topic: 'knowledge',
  summary: 'print all facts as JSON Lines',
  usage: ['[options] > facts.jsonl'],
  options: {
    format: {
      type: 'string',
      value: 'FORMAT',
      choices: ['hive', 'cq'],
      help: 'cq: lessons as units of cq, as they would leave the node'
    }
  },
  examples: ['hive export > facts.jsonl', 'hive export --format cq > units.jsonl']
} as const satisfies CommandSpec

export const IMPORT = {
  topic: 'knowledge',
  summary: 'store exported facts, or those of another store',
  usage: ['[FILE] [options]', '--format FORMAT [FILE] [--private]'],
  detail: [
    'Without a file it reads standard input. Without --format its options are defaults of the lines.',
    'cq: JSON, JSON Lines or its local.db. server-memory: the file of the MCP memory server.'
  ],
  positionals: true,
  options: {
    ...DISTILL.options,
    confidence: { type: 'string', value: 'N', help: '0 to 1' },
    format: {
      type: 'string',
      value: 'FORMAT',
      choices: ['cq', 'server-memory'],
      help: 'units of cq, or the graph of the MCP memory server'
    }
  },
  examples: [
    'hive export > facts.jsonl && hive import facts.jsonl',
    'hive export --format cq > units.jsonl && hive import --format cq units.jsonl'
  ]
} as const satisfies CommandSpec

export const FORGET = {
  topic: 'knowledge',
  summary: 'delete a fact; retract the vote on its published insight',
  usage: ['ID'],
  positionals: true,
  options: {},
  examples: ['hive forget 089a3053cc15']
} as const satisfies CommandSpec

export const STALE = {
  topic: 'knowledge',
  summary: 'mark a fact, and state of an insight, that it no longer holds',
  usage: ['ID'],
  positionals: true,
  options: {},
  examples: ['hive stale 089a3053cc15']
} as const satisfies CommandSpec

export const REPORT = {
  topic: 'knowledge',
  summary: 'say what came of an item',
  usage: ['ID OUTCOME [NOTE]'],
  detail: ['OUTCOME is one of worked, failed, stale, duplicate, unsafe.'],
  positionals: true,
  options: {},
  examples: ['hive report 6f5439bd339b worked "in two projects"']
} as const satisfies CommandSpec

export const CONTEXT = {
  topic: 'knowledge',
  summary: 'print quoted knowledge for a goal, within a token budget',
  usage: ['GOAL [options]'],
  positionals: true,
  options: {
    budget: {
      type: 'string',
      value: 'TOKENS',
      default: '2000',
      help: 'the largest number of tokens',
      setting: 'context.budget'
    },
    tag: TAGS,
    project: { ...PROJECT, help: 'also the facts of this project' },
    'all-projects': { type: 'boolean', help: 'the facts of all projects' },
    'max-wait': MAX_WAIT
  },
  examples: ['hive context lay out a page with flex containers --budget 500']
} as const satisfies CommandSpec

export const IMPACT = {
  topic: 'knowledge',
  summary: 'list what agents were shown, why, and what came of it',
  usage: ['[options]'],
  options: {
    limit: { type: 'string', value: 'N', default: '20', help: 'at most N rows' },
    project: { ...PROJECT, help: 'only of this project' }
  },
  examples: ['hive impact --limit 5']
} as const satisfies CommandSpec
