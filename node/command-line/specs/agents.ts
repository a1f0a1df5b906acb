/** Commands on the agents of this node. */
import type { CommandSpec } from '../command-spec.ts'

const WHY = { type: 'string', value: 'TEXT', help: 'the reason of a change' } as const

export const AGENTS = {
  topic: 'agents',
  summary: 'list the agents that have a persona, or create one',
  usage: ['', 'create NAME [PERSONA]'],
  detail: ['PERSONA is JSON, in the argument or on standard input.'],
  positionals: true,
  actions: { list: 'list the agents (the default)', create: 'NAME [PERSONA]' },
  options: {},
  examples: [
    `hive agents create auditor '{"role": "Auditor", "goal": "Find secrets in diffs."}'`,
    'hive agents'
  ]
} as const satisfies CommandSpec

export const PERSONA = {
  topic: 'agents',
  summary: 'print and change the persona of an agent',
  usage: ['ACTION AGENT [ARGUMENT] [options]'],
  positionals: true,
  actions: {
    show: 'AGENT: print the persona as JSON',
    prompt: 'AGENT: print its system text',
    history: 'AGENT: list its versions',
    edit: 'AGENT [PARTS]: replace parts, as JSON',
    mutate: 'AGENT [MUTATION]: apply a mutation, as JSON with "do"',
    invert: 'AGENT VERSION: take one version back, and keep the others',
    rollback: 'AGENT VERSION: make an earlier persona current again'
  },
  options: {
    version: { type: 'string', value: 'N', help: 'the version to show, or that a change is for' },
    limit: { type: 'string', value: 'N', help: 'of history: at most N versions [50]' },
    budget: {
      type: 'string',
      value: 'TOKENS',
      help: 'of prompt: the largest number of tokens [2000]'
    },
    why: WHY
  },
  examples: [
    `hive persona edit auditor '{"goal": "Find keys in diffs."}' --why "narrower"`,
    `hive persona mutate auditor '{"do": "edit-goal", "text": "Find all keys in diffs."}'`,
    'hive persona prompt auditor --budget 500'
  ]
} as const satisfies CommandSpec

export const EVOLVE = {
  topic: 'agents',
  summary: 'mutations of personas on trial; sessions of agents and their outcomes',
  usage: ['ACTION AGENT [ARGUMENTS] [options]', 'pass [options]'],
  positionals: true,
  actions: {
    show: 'AGENT: print the baseline, the windows and the trial of its persona',
    on: 'AGENT: let the node try mutations by itself',
    off: 'AGENT: end that',
    propose: 'AGENT: list what to try next',
    preview: 'AGENT MUTATION: print what it would change and contradict',
    try: 'AGENT MUTATION: apply it on trial',
    step: 'AGENT: end the trial if it has decided, start the next',
    history: 'AGENT: list its trials, the latest first',
    rollback: 'AGENT: take the trial back, or return to the last stable version',
    pass: 'a step for every agent that is on, and probes',
    start: 'AGENT: start a session',
    record: 'AGENT SESSION ACTION: store the outcome of an action, as JSON',
    end: 'AGENT SESSION OUTCOME: success, failure or abandoned',
    journal: 'AGENT: list outcomes',
    summary: 'AGENT: sum them up'
  },
  options: {
    limit: { type: 'string', value: 'N', help: 'at most N [10 proposals, 50 rows]' },
    model: { type: 'boolean', help: 'ask a model where a rule does not decide' },
    force: { type: 'boolean', help: 'of try: although it contradicts something' },
    task: { type: 'string', value: 'TASK', help: 'of start and journal: the task [all]' },
    error: { type: 'string', value: 'CLASS', help: 'of end: the class of the error' },
    why: WHY
  },
  examples: [
    'hive evolve on auditor',
    'hive evolve show auditor',
    `hive evolve try auditor '{"do": "edit-role", "text": "You audit changes."}' --force`,
    `id=$(hive evolve start auditor --json | grep -o '"id":"[^"]*' | cut -c7-); hive evolve record auditor $id '{"name": "search", "ok": true, "ms": 120}'`
  ]
} as const satisfies CommandSpec

export const GOVERN = {
  topic: 'agents',
  summary: 'limit and freeze an agent, and withdraw what it published',
  usage: ['ACTION AGENT [ARGUMENT] [options]', 'contain PREVIEW [options]', 'probe'],
  positionals: true,
  actions: {
    limits: 'AGENT: print its limits, and what it has used',
    limit: 'AGENT [LIMITS] --why TEXT: change limits, as JSON; null removes one',
    freeze: 'AGENT --why TEXT: let it read only',
    unfreeze: 'AGENT --why TEXT: end that',
    history: 'AGENT: list these changes, the latest first',
    preview: 'AGENT --from TIME: print what it published',
    contain: 'PREVIEW --why TEXT: freeze it, and withdraw what the preview names',
    drift: 'AGENT: compare its sessions with the first',
    probe: 'compare what is published, counted and spent with the store'
  },
  options: {
    why: { ...WHY, help: 'the reason of a change, which each needs' },
    by: { type: 'string', value: 'NAME', help: 'who makes the change' },
    from: { type: 'string', value: 'TIME', help: 'of preview: from this time on' },
    to: { type: 'string', value: 'TIME', help: 'of preview: up to this time [now]' },
    since: { type: 'string', value: 'TIME', help: 'of drift: sessions since this time' }
  },
  examples: [
    'hive govern limits auditor',
    `hive govern limit auditor '{"factsPerDay": 500, "usdPerDay": "0.50"}' --why "on trial"`,
    'hive govern freeze auditor --why "a leaked key"'
  ]
} as const satisfies CommandSpec
