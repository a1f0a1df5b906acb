/** Operations on the evolution of personas. */
import { z } from 'zod'
import { MutationSchema } from '../../src/personas/index.ts'
import { NOT_FOR_AGENTS, operation } from './operation.ts'
import { AgentName } from './shapes/agents.ts'
import { Changed, Count } from './shapes/common.ts'
import {
  EvolutionState,
  EvolutionStep,
  MutationPreview,
  MutationProposal,
  PassReport,
  StableRollback,
  Trial
} from './shapes/evolution.ts'

const MUTATION = { do: 'set-flag', trait: 'terse', value: true } as const

const EXAMPLE_TRIAL: z.input<typeof Trial> = {
  number: 0,
  mutation: MUTATION,
  source: 'mechanical',
  why: 'untested here',
  status: 'running',
  startedAt: '2026-11-28T09:00:00.000Z',
  version: 2,
  window: 40
}

const ERRORS = ['AGENT_UNKNOWN', 'PERSONA_UNKNOWN']

const Model = z.boolean().optional().meta({ description: 'Whether a model may be asked; it costs' })

export const EVOLUTION = {
  evolution: operation({
    topic: 'agents',
    summary: 'Return the state of the evolution of a persona',
    effect: 'reads',
    input: z.strictObject({ agent: AgentName }),
    output: EvolutionState,
    errors: ERRORS,
    example: {
      input: { agent: 'auditor' },
      output: {
        enabled: true,
        settings: { window: 40, step: 0.25 },
        baseline: { trials: 60, successes: 42 },
        trial: { ...EXAMPLE_TRIAL, outcomes: { trials: 12, successes: 10 } }
      }
    },
    cli: { by: 'evolve show AGENT', args: ['evolve', 'show', 'auditor'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent }) {
      return (await db.agents.open(agent)).cortex.evolution.state()
    }
  }),

  'enable-evolution': operation({
    topic: 'agents',
    summary: 'Let the node try mutations of a persona by itself, or no longer',
    effect: 'changes',
    input: z.strictObject({ agent: AgentName, enabled: z.boolean() }),
    output: Changed,
    errors: ERRORS,
    example: { input: { agent: 'auditor', enabled: true }, output: { changed: true } },
    cli: { by: 'evolve on AGENT', args: ['evolve', 'on', 'auditor'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, enabled }) {
      const { evolution } = (await db.agents.open(agent)).cortex
      const before = await evolution.state()
      if (enabled) await evolution.enable()
      else await evolution.disable()
      return { changed: before.enabled !== enabled }
    }
  }),

  'propose-mutations': operation({
    topic: 'agents',
    summary: 'List mutations of a persona to try next, the most promising first',
    effect: 'reads',
    input: z.strictObject({
      agent: AgentName,
      limit: z.int().min(1).max(100).optional(),
      model: Model
    }),
    output: z.array(MutationProposal),
    errors: ERRORS,
    example: {
      input: { agent: 'auditor' },
      output: [{ mutation: MUTATION, source: 'mechanical', why: 'untested here' }]
    },
    cli: { by: 'evolve propose AGENT', args: ['evolve', 'propose', 'auditor'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, ...options }, { signal }) {
      return (await db.agents.open(agent)).cortex.evolution.propose({ ...options, signal })
    }
  }),

  'preview-mutation': operation({
    topic: 'agents',
    summary: 'Return what a mutation would change, and what it contradicts',
    effect: 'reads',
    input: z.strictObject({ agent: AgentName, mutation: MutationSchema, model: Model }),
    output: MutationPreview,
    errors: [...ERRORS, 'MUTATION_INVALID'],
    example: {
      input: { agent: 'auditor', mutation: MUTATION },
      output: {
        verdict: 'clear',
        findings: [],
        changes: [{ path: ['traits', 'terse', 'value'], before: false, after: true }]
      }
    },
    cli: {
      by: 'evolve preview AGENT MUTATION',
      args: ['evolve', 'preview', 'auditor', JSON.stringify(MUTATION)]
    },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, mutation, ...options }, { signal }) {
      const { evolution } = (await db.agents.open(agent)).cortex
      return evolution.preview(mutation, { ...options, signal })
    }
  }),

  'try-mutation': operation({
    topic: 'agents',
    summary: 'Apply a mutation on trial: it is kept or taken back after a window of sessions',
    detail: 'One that contradicts a rule or a goal is stored as rejected, unless `force` is set.',
    effect: 'changes',
    input: z.strictObject({
      agent: AgentName,
      mutation: MutationSchema,
      why: z.string().max(500).optional(),
      force: z.boolean().optional(),
      model: Model
    }),
    output: Trial,
    errors: [...ERRORS, 'MUTATION_INVALID', 'PERSONA_CHANGED', 'TRIAL_RUNNING', 'AGENT_FROZEN'],
    example: { input: { agent: 'auditor', mutation: MUTATION }, output: EXAMPLE_TRIAL },
    cli: {
      by: 'evolve try AGENT MUTATION',
      args: ['evolve', 'try', 'auditor', JSON.stringify(MUTATION)]
    },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, mutation, ...options }, { signal }) {
      const { evolution } = (await db.agents.open(agent)).cortex
      return evolution.mutate(mutation, { ...options, signal })
    }
  }),

  'advance-evolution': operation({
    topic: 'agents',
    summary: 'End the trial of a persona if its window has decided, and start the next mutation',
    effect: 'changes',
    input: z.strictObject({ agent: AgentName, model: Model }),
    output: EvolutionStep,
    errors: ERRORS,
    example: {
      input: { agent: 'auditor' },
      output: { settled: { status: 'idle' }, rules: 0, started: EXAMPLE_TRIAL }
    },
    cli: { by: 'evolve step AGENT', args: ['evolve', 'step', 'auditor'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, ...options }, { signal }) {
      return (await db.agents.open(agent)).cortex.evolution.advance({ ...options, signal })
    }
  }),

  'mutation-history': operation({
    topic: 'agents',
    summary: 'List the trials of a persona, the latest first',
    effect: 'reads',
    input: z.strictObject({
      agent: AgentName,
      limit: z.int().min(1).max(1_000).optional(),
      before: Count.optional()
    }),
    output: z.array(Trial),
    errors: ['AGENT_UNKNOWN'],
    example: {
      input: { agent: 'auditor' },
      output: [
        {
          ...EXAMPLE_TRIAL,
          status: 'inverted',
          reason: 'worse',
          endedAt: '2026-11-28T10:00:00.000Z',
          baseline: { trials: 60, successes: 42 },
          outcomes: { trials: 12, successes: 5 },
          probability: 0.03
        }
      ]
    },
    cli: { by: 'evolve history AGENT', args: ['evolve', 'history', 'auditor'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, ...options }) {
      return (await db.agents.open(agent)).cortex.evolution.getMutationHistory(options)
    }
  }),

  'rollback-to-stable': operation({
    topic: 'agents',
    summary: 'Take the running trial back, or make the last version current that a trial left',
    effect: 'changes',
    input: z.strictObject({ agent: AgentName, why: z.string().max(500).optional() }),
    output: StableRollback,
    errors: ERRORS,
    example: {
      input: { agent: 'auditor' },
      output: {
        status: 'inverted',
        trial: { ...EXAMPLE_TRIAL, status: 'inverted', reason: 'rolled-back' }
      }
    },
    cli: { by: 'evolve rollback AGENT', args: ['evolve', 'rollback', 'auditor'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, ...options }) {
      return (await db.agents.open(agent)).cortex.evolution.rollbackToLastStable(options)
    }
  }),

  iterate: operation({
    topic: 'agents',
    summary: 'Run one bounded pass of self-improvement over all agents that evolve',
    effect: 'changes',
    input: z.strictObject({
      agents: z.int().min(1).max(10_000).optional(),
      ms: z.int().min(1).optional(),
      model: Model
    }),
    output: PassReport,
    errors: [],
    example: {
      input: { ms: 1_000 },
      output: {
        agents: [
          { agent: 'auditor', step: { settled: { status: 'idle' }, rules: 0, waits: 'baseline' } }
        ],
        checks: [{ check: 'probe', findings: [] }],
        isComplete: true,
        ms: 12.5
      }
    },
    cli: { by: 'evolve pass', args: ['evolve', 'pass'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { model, ...budget }, { signal }) {
      return db.agent.cortex.selfIterate({ budget, model, signal })
    }
  })
} as const
