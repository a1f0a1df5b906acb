/** Commands on skills and models. */
import type { CommandSpec } from '../command-spec.ts'

export const SKILLS = {
  topic: 'skills',
  summary: 'list the skills of this node',
  usage: ['[WORDS] [options]'],
  positionals: true,
  options: {
    status: {
      type: 'string',
      value: 'STATUS',
      choices: ['sandbox', 'experimental', 'pre-warming', 'verified', 'blacklisted'],
      help: 'only of this status'
    }
  },
  examples: ['hive skills', 'hive skills greet --status sandbox']
} as const satisfies CommandSpec

export const SKILL = {
  topic: 'skills',
  summary: 'register, run, test and share skills',
  usage: ['ACTION [ARGUMENTS] [options]'],
  positionals: true,
  actions: {
    add: 'FOLDER: register and test a folder with a SKILL.md; -: a skill as JSON on standard input',
    show: 'SKILL',
    test: 'SKILL: run its tests',
    export: 'SKILL FOLDER: write it to a folder',
    run: 'SKILL [INPUT]: run with JSON from the argument or standard input',
    begin: 'SKILL: announce a use; print the id of the run',
    outcome: 'SKILL ok, or SKILL failed [REASON]: record a use',
    blacklist: 'SKILL REASON: never use the skill again on this node',
    pardon: 'SKILL REASON: end the blacklisting; the skill is untested again',
    remove: 'SKILL: delete the skill; retract the vote of this node',
    offers: 'list skills of other authors',
    adopt: 'SKILL: register an offer as untested, and test it',
    publish: 'SKILL: publish a verified skill (also done automatically)',
    repair: 'search for sources that accept failed inputs'
  },
  options: {
    caller: { type: 'string', value: 'NAME', help: 'of run, begin, outcome: who uses the skill' },
    each: { type: 'boolean', help: 'of run: once for each line of JSON on standard input' },
    later: { type: 'boolean', help: 'of run: report the outcome later' },
    limit: { type: 'string', value: 'N', help: 'of offers: at most N' },
    run: { type: 'string', value: 'ID', help: 'of run, begin, outcome: the id of the run' },
    state: {
      type: 'string',
      value: 'STATE',
      choices: ['released', 'quarantined'],
      help: 'of offers: only of this state'
    }
  },
  examples: [
    'hive skill add ./my-skill',
    `hive skill run my-skill '{"name": "hive"}'`,
    `echo '{"name": "hive"}' | hive skill run my-skill --each`,
    'hive skill offers --limit 5'
  ]
} as const satisfies CommandSpec

export const MODELS = {
  topic: 'skills',
  summary: 'list the catalogue of models: state, price, and whether this node can call them',
  usage: [''],
  options: {},
  examples: ['hive models']
} as const satisfies CommandSpec

export const USAGE = {
  topic: 'skills',
  summary: 'print the cost of model calls, and the use of budgets',
  usage: [''],
  options: {},
  examples: ['hive usage']
} as const satisfies CommandSpec
