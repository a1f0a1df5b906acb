/** Operations on the agents of a node and their personas. */
import { z } from 'zod'
import {
  MutationSchema,
  PersonaEdit,
  PersonaInput,
  PersonaSchema
} from '../../src/personas/index.ts'
import { FIVE_TOOLS, NOT_FOR_AGENTS, operation } from './operation.ts'
import {
  Agent,
  AgentName,
  CHANGE_OPTIONS,
  PersonaInversion,
  PersonaPrompt,
  PersonaVersion,
  VersionNumber
} from './shapes/agents.ts'

const EXAMPLE_PERSONA: z.input<typeof PersonaSchema> = {
  name: 'auditor',
  role: 'You audit pull requests.',
  goal: 'Find defects before they are merged.',
  policies: {},
  skills: {},
  models: {},
  traits: { terse: { kind: 'flag', value: false, on: 'Answer in one sentence.' } }
}

const EXAMPLE_MUTATION = { do: 'set-flag', trait: 'terse', value: true } as const

const EXAMPLE_VERSION: z.input<typeof PersonaVersion> = {
  number: 2,
  parent: 1,
  at: '2026-11-28T09:00:00.000Z',
  by: { kind: 'mutation' },
  origin: { do: 'apply', mutation: EXAMPLE_MUTATION },
  why: 'answers were too long',
  changes: [{ path: ['traits', 'terse', 'value'], before: false, after: true }]
}

const CHANGE_ERRORS = ['AGENT_UNKNOWN', 'PERSONA_UNKNOWN', 'PERSONA_CHANGED', 'VERSION_UNKNOWN']

export const AGENTS = {
  agents: operation({
    topic: 'agents',
    summary: 'List the agents that have a persona',
    effect: 'reads',
    input: z.strictObject({}),
    output: z.array(Agent),
    errors: [],
    example: {
      input: {},
      output: [{ name: 'auditor', version: 2, changedAt: '2026-11-28T09:00:00.000Z' }]
    },
    cli: { by: 'agents', args: ['agents'] },
    mcp: FIVE_TOOLS,
    run: ({ db }) => db.agents.stored()
  }),

  'create-agent': operation({
    topic: 'agents',
    summary: 'Create an agent with a persona',
    effect: 'changes',
    input: z.strictObject({ agent: AgentName, persona: PersonaInput }),
    output: PersonaSchema,
    errors: ['AGENT_EXISTS'],
    example: {
      input: { agent: 'auditor', persona: { role: 'You audit.', goal: 'Find defects.' } },
      output: EXAMPLE_PERSONA
    },
    cli: {
      by: 'agents create NAME',
      args: ['agents', 'create', 'auditor', '{"role":"You audit.","goal":"Find defects."}']
    },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, persona }) {
      const created = await db.agents.create(agent, { persona })
      return created.persona.at(1)
    }
  }),

  'show-persona': operation({
    topic: 'agents',
    summary: 'Return the persona of an agent, now or in a version',
    effect: 'reads',
    input: z.strictObject({ agent: AgentName, version: VersionNumber.optional() }),
    output: PersonaSchema.nullable(),
    errors: ['AGENT_UNKNOWN', 'VERSION_UNKNOWN'],
    example: { input: { agent: 'auditor' }, output: EXAMPLE_PERSONA },
    cli: { by: 'persona show AGENT', args: ['persona', 'show', 'auditor'] },
    mcp: FIVE_TOOLS,
    async run({ db }, { agent, version }) {
      const { persona } = await db.agents.open(agent)
      return version === undefined ? ((await persona.get()) ?? null) : persona.at(version)
    }
  }),

  'edit-persona': operation({
    topic: 'agents',
    summary: 'Replace parts of a persona',
    detail:
      'Each given part is replaced as a whole. An agent without a persona gets its first one.',
    effect: 'changes',
    input: z.strictObject({ agent: AgentName, parts: PersonaEdit, ...CHANGE_OPTIONS }),
    output: PersonaVersion,
    errors: CHANGE_ERRORS,
    example: {
      input: { agent: 'auditor', parts: { goal: 'Find all defects.' } },
      output: EXAMPLE_VERSION
    },
    cli: {
      by: 'persona edit AGENT',
      args: ['persona', 'edit', 'auditor', '{"goal":"Find all defects."}']
    },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, parts, ...options }) {
      return (await db.agents.open(agent)).persona.edit(parts, options)
    }
  }),

  'mutate-persona': operation({
    topic: 'agents',
    summary: 'Apply a mutation to a persona',
    effect: 'changes',
    input: z.strictObject({ agent: AgentName, mutation: MutationSchema, ...CHANGE_OPTIONS }),
    output: PersonaVersion,
    errors: [...CHANGE_ERRORS, 'MUTATION_INVALID'],
    example: { input: { agent: 'auditor', mutation: EXAMPLE_MUTATION }, output: EXAMPLE_VERSION },
    cli: {
      by: 'persona mutate AGENT',
      args: ['persona', 'mutate', 'auditor', JSON.stringify(EXAMPLE_MUTATION)]
    },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, mutation, ...options }) {
      return (await db.agents.open(agent)).persona.apply(mutation, options)
    }
  }),

  'invert-persona': operation({
    topic: 'agents',
    summary: 'Take one version of a persona back, or report what was edited since',
    effect: 'changes',
    input: z.strictObject({
      agent: AgentName,
      of: VersionNumber.meta({ description: 'The version that is taken back' }),
      ...CHANGE_OPTIONS
    }),
    output: PersonaInversion,
    errors: CHANGE_ERRORS,
    example: {
      input: { agent: 'auditor', of: 2 },
      output: {
        status: 'conflict',
        conflicts: [
          {
            path: ['traits', 'terse', 'value'],
            reason: 'edited',
            expected: true,
            found: false,
            since: [3]
          }
        ]
      }
    },
    cli: { by: 'persona invert AGENT VERSION', args: ['persona', 'invert', 'auditor', '2'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, of, ...options }) {
      return (await db.agents.open(agent)).persona.invert(of, options)
    }
  }),

  'persona-history': operation({
    topic: 'agents',
    summary: 'List the versions of a persona, the latest first',
    effect: 'reads',
    input: z.strictObject({
      agent: AgentName,
      limit: z.int().min(1).max(1_000).optional(),
      before: VersionNumber.optional()
    }),
    output: z.array(PersonaVersion),
    errors: ['AGENT_UNKNOWN'],
    example: { input: { agent: 'auditor' }, output: [EXAMPLE_VERSION] },
    cli: { by: 'persona history AGENT', args: ['persona', 'history', 'auditor'] },
    mcp: FIVE_TOOLS,
    async run({ db }, { agent, ...options }) {
      return (await db.agents.open(agent)).persona.history(options)
    }
  }),

  'rollback-persona': operation({
    topic: 'agents',
    summary: 'Make an earlier version of a persona current again, as a new version',
    effect: 'changes',
    input: z.strictObject({
      agent: AgentName,
      to: VersionNumber.meta({ description: 'The version that is current again' }),
      ...CHANGE_OPTIONS
    }),
    output: PersonaVersion,
    errors: CHANGE_ERRORS,
    example: { input: { agent: 'auditor', to: 1 }, output: EXAMPLE_VERSION },
    cli: { by: 'persona rollback AGENT VERSION', args: ['persona', 'rollback', 'auditor', '1'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, to, ...options }) {
      return (await db.agents.open(agent)).persona.rollback(to, options)
    }
  }),

  'persona-prompt': operation({
    topic: 'agents',
    summary: 'Return the system text of a persona within a token budget',
    effect: 'reads',
    input: z.strictObject({
      agent: AgentName,
      budget: z.int().min(1).max(1_000_000).optional()
    }),
    output: PersonaPrompt,
    errors: ['AGENT_UNKNOWN', 'PERSONA_UNKNOWN', 'LIMIT_EXCEEDED'],
    example: {
      input: { agent: 'auditor', budget: 500 },
      output: {
        text: 'You are auditor.\n\nRole: You audit.\nGoal: Find defects.',
        tokens: 18,
        omitted: { traits: [], skills: [] }
      }
    },
    cli: { by: 'persona prompt AGENT', args: ['persona', 'prompt', 'auditor'] },
    mcp: FIVE_TOOLS,
    async run({ db }, { agent, budget }) {
      return (await db.agents.open(agent)).persona.prompt({ budget })
    }
  })
} as const
