/** Operations of persons on the agents of a node: limits, freezes, containment, drift, probes. */
import { z } from 'zod'
import { LimitsChange } from '../../src/governance/index.ts'
import { requireAgent } from './known-agents.ts'
import { NOT_FOR_AGENTS, operation } from './operation.ts'
import { AgentName } from './shapes/agents.ts'
import { EXAMPLE_ID, Time } from './shapes/common.ts'
import {
  ContainmentPreview,
  ContainmentReport,
  Drift,
  GovernChange,
  LimitsInUse,
  ProbeReport,
  REASON
} from './shapes/governance.ts'

const AT = '2026-11-28T09:00:00.000Z'
const WHY = 'It published a wrong claim.'

const EXAMPLE_CHANGE: z.input<typeof GovernChange> = {
  number: 2,
  at: AT,
  did: 'freeze',
  why: WHY,
  by: 'Ada',
  limits: { factsPerDay: 500 },
  frozen: true
}

const EXAMPLE_WINDOW = {
  id: 'd24a5c0e9f317b68',
  agent: 'scout',
  from: '2026-11-28T08:00:00.000Z',
  to: AT
} as const

const EXAMPLE_PUBLISHED = {
  fact: EXAMPLE_ID,
  record: EXAMPLE_ID,
  at: '2026-11-28T08:30:00.000Z',
  facts: [],
  agents: [],
  vouchers: 0
}

const EXAMPLE_GOAL = {
  record: EXAMPLE_ID,
  title: 'Ship version 2',
  at: '2026-11-28T08:40:00.000Z',
  agents: [],
  vouchers: 0
}

export const GOVERNANCE = {
  'agent-limits': operation({
    topic: 'agents',
    summary: 'Return the limits of an agent, and what it has used of them',
    effect: 'reads',
    input: z.strictObject({ agent: AgentName }),
    output: LimitsInUse,
    errors: ['AGENT_UNKNOWN'],
    example: {
      input: { agent: 'scout' },
      output: {
        agent: 'scout',
        frozen: false,
        limits: { factsPerDay: 500 },
        used: {
          usdPerDay: '0',
          tokensPerDay: 0,
          modelCallsPerDay: 0,
          facts: 120,
          factsPerDay: 12,
          skillRunsPerDay: 0
        },
        endsAt: '2026-11-29T00:00:00.000Z'
      }
    },
    cli: { by: 'govern limits AGENT', args: ['govern', 'limits', 'scout'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent }) {
      await requireAgent(db, agent)
      return db.agent.cortex.governor.use(agent)
    }
  }),

  'set-agent-limits': operation({
    topic: 'agents',
    summary: 'Change limits of an agent; null removes one',
    detail: 'A limit that is not named stays. Personas and mutations cannot change limits.',
    effect: 'changes',
    input: z.strictObject({ agent: AgentName, limits: LimitsChange, ...REASON }),
    output: GovernChange,
    errors: ['AGENT_UNKNOWN'],
    example: {
      input: { agent: 'scout', limits: { factsPerDay: 500 }, why: 'On trial.' },
      output: { ...EXAMPLE_CHANGE, did: 'limit', frozen: false }
    },
    cli: {
      by: 'govern limit AGENT LIMITS',
      args: ['govern', 'limit', 'scout', '{"factsPerDay":500}', '--why', 'On trial.']
    },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, limits, ...reason }) {
      await requireAgent(db, agent)
      return db.agent.cortex.governor.setLimits(agent, limits, reason)
    }
  }),

  'freeze-agent': operation({
    topic: 'agents',
    summary: 'Freeze an agent: it can read only',
    effect: 'changes',
    input: z.strictObject({ agent: AgentName, ...REASON }),
    output: GovernChange,
    errors: ['AGENT_UNKNOWN'],
    example: { input: { agent: 'scout', why: WHY, by: 'Ada' }, output: EXAMPLE_CHANGE },
    cli: { by: 'govern freeze AGENT', args: ['govern', 'freeze', 'scout', '--why', WHY] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, ...reason }) {
      await requireAgent(db, agent)
      return db.agent.cortex.governor.freeze(agent, reason)
    }
  }),

  'unfreeze-agent': operation({
    topic: 'agents',
    summary: 'End the freeze of an agent',
    effect: 'changes',
    input: z.strictObject({ agent: AgentName, ...REASON }),
    output: GovernChange,
    errors: ['AGENT_UNKNOWN'],
    example: {
      input: { agent: 'scout', why: 'The prompt was mended.' },
      output: { ...EXAMPLE_CHANGE, number: 3, did: 'unfreeze', frozen: false }
    },
    cli: { by: 'govern unfreeze AGENT', args: ['govern', 'unfreeze', 'scout', '--why', 'Mended.'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, ...reason }) {
      await requireAgent(db, agent)
      return db.agent.cortex.governor.unfreeze(agent, reason)
    }
  }),

  'agent-changes': operation({
    topic: 'agents',
    summary: 'List changes of the limits and the freeze of an agent, the latest first',
    effect: 'reads',
    input: z.strictObject({ agent: AgentName, limit: z.int().min(1).max(100).optional() }),
    output: z.array(GovernChange),
    errors: ['AGENT_UNKNOWN'],
    example: { input: { agent: 'scout' }, output: [EXAMPLE_CHANGE] },
    cli: { by: 'govern history AGENT', args: ['govern', 'history', 'scout'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, limit }) {
      const changes = await db.agent.cortex.governor.history(agent, { limit })
      if (changes.length === 0) await requireAgent(db, agent)
      return changes
    }
  }),

  'preview-containment': operation({
    topic: 'agents',
    summary: 'List what an agent published in a window, and what would be withdrawn',
    detail: 'Facts, goals, skills, and steps of playbooks. A step that was changed since stays.',
    effect: 'reads',
    input: z.strictObject({
      agent: AgentName,
      from: Time,
      to: Time.optional(),
      limit: z.int().min(1).max(1_000).optional()
    }),
    output: ContainmentPreview,
    errors: ['AGENT_UNKNOWN'],
    example: {
      input: { agent: 'scout', from: '2026-11-28T08:00:00Z' },
      output: {
        ...EXAMPLE_WINDOW,
        total: 1,
        published: [EXAMPLE_PUBLISHED],
        goals: [EXAMPLE_GOAL],
        skills: [],
        steps: [],
        withdraws: 2,
        withdrawsOf: { facts: 1, goals: 1, skills: 0, steps: 0 },
        stays: 0,
        notAttributed: { goals: 0, skills: 0 }
      }
    },
    cli: {
      by: 'govern preview AGENT',
      args: ['govern', 'preview', 'scout', '--from', '2026-11-28T08:00:00Z']
    },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, window) {
      const preview = await db.agent.cortex.governor.preview(window)
      const { total, goals, skills, steps } = preview
      if (total + goals.length + skills.length + steps.length === 0)
        await requireAgent(db, window.agent)
      return preview
    }
  }),

  'contain-agent': operation({
    topic: 'agents',
    summary: 'Freeze an agent and withdraw what a preview names',
    detail:
      'Copies on other nodes and votes of others stay; skills go back to the sandbox. It goes on after an interruption.',
    effect: 'publishes',
    input: z.strictObject({
      id: z.string().min(1).max(64).meta({ description: 'The id of a preview' }),
      ...REASON
    }),
    output: ContainmentReport,
    errors: ['PREVIEW_UNKNOWN', 'ID_AMBIGUOUS'],
    example: {
      input: { id: EXAMPLE_WINDOW.id, why: WHY },
      output: {
        ...EXAMPLE_WINDOW,
        withdrawn: 2,
        withdrawnOf: { facts: 1, goals: 1, skills: 0, steps: 0 },
        stays: 0,
        published: [],
        goals: [],
        skills: [],
        steps: []
      }
    },
    cli: {
      by: 'govern contain PREVIEW',
      args: ['govern', 'contain', EXAMPLE_WINDOW.id, '--why', WHY]
    },
    mcp: NOT_FOR_AGENTS,
    run: ({ db }, { id, ...reason }) => db.agent.cortex.governor.contain({ id }, reason)
  }),

  'agent-drift': operation({
    topic: 'agents',
    summary: 'Compare the sessions of an agent with its first ones',
    effect: 'reads',
    input: z.strictObject({ agent: AgentName, since: Time.optional() }),
    output: Drift,
    errors: ['AGENT_UNKNOWN'],
    example: {
      input: { agent: 'scout' },
      output: {
        sessions: 150,
        success: {
          reference: 0.9,
          current: 0.4,
          level: 1.6,
          drifted: 'down',
          since: AT,
          foundAt: AT
        },
        latency: { reference: 800, current: 820, level: 0.1 }
      }
    },
    cli: { by: 'govern drift AGENT', args: ['govern', 'drift', 'scout'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, since }) {
      const drift = await db.agent.cortex.governor.drift(agent, { since })
      if (drift.sessions === 0) await requireAgent(db, agent)
      return drift
    }
  }),

  probe: operation({
    topic: 'agents',
    summary: 'Compare what is published, counted, indexed and spent with what is stored',
    effect: 'reads',
    input: z.strictObject({}),
    output: z.array(ProbeReport),
    errors: [],
    example: {
      input: {},
      output: [{ probe: 'published', checked: 12, findings: [], isComplete: true }]
    },
    cli: { by: 'govern probe', args: ['govern', 'probe'] },
    mcp: NOT_FOR_AGENTS,
    run: ({ db }, _input, { signal }) => db.agent.cortex.governor.probeAll({ signal })
  })
} as const
