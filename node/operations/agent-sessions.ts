/** Operations on the sessions of agents, and on the journal of what they came to. */
import { z } from 'zod'
import { wholeId } from '../../src/index.ts'
import { ActionInput, OUTCOME_FIELDS } from '../../src/journal/index.ts'
import { NOT_FOR_AGENTS, operation } from './operation.ts'
import { AgentName } from './shapes/agents.ts'
import { Count, Time } from './shapes/common.ts'
import { JournalRow, JournalSummary, SessionState } from './shapes/evolution.ts'

const AT = '2026-11-28T09:00:00.000Z'

const SessionId = z.string().max(64).meta({ description: 'The id of a session of the agent' })

const EXAMPLE_SESSION: z.input<typeof SessionState> = {
  id: 'review-7',
  startedAt: AT,
  task: 'review',
  version: 2,
  interactions: 0,
  stored: 0
}

const EXAMPLE_ROW: z.input<typeof JournalRow> = {
  number: 4,
  kind: 'action',
  at: AT,
  name: 'run tests',
  ok: false,
  task: 'review',
  session: 'review-7',
  version: 2,
  error: 'ETIMEDOUT',
  ms: 30_000
}

const EXAMPLE_SUM = { total: 20, successes: 18, costUsd: 0.4, tokens: 9_000 }

export const SESSIONS = {
  'start-session': operation({
    topic: 'agents',
    summary: 'Start a session of an agent, of a class of task',
    effect: 'changes',
    input: z.strictObject({
      agent: AgentName,
      id: SessionId.optional(),
      task: OUTCOME_FIELDS.task
    }),
    output: SessionState,
    errors: ['AGENT_UNKNOWN', 'SESSION_EXISTS'],
    example: { input: { agent: 'auditor', task: 'review' }, output: EXAMPLE_SESSION },
    cli: {
      by: 'evolve start AGENT',
      args: ['evolve', 'start', 'auditor', '--task', 'review']
    },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, ...options }) {
      return (await (await db.agents.open(agent)).session(options)).state()
    }
  }),

  'record-action': operation({
    topic: 'agents',
    summary: 'Record the outcome of an action of a session',
    detail: 'Of several outcomes with one run id only the first is stored.',
    effect: 'changes',
    input: z.strictObject({ agent: AgentName, session: SessionId, action: ActionInput }),
    output: JournalRow,
    errors: ['AGENT_UNKNOWN', 'SESSION_UNKNOWN', 'SESSION_ENDED', 'ID_AMBIGUOUS'],
    example: {
      input: { agent: 'auditor', session: 'review-7', action: { name: 'run tests', ok: false } },
      output: EXAMPLE_ROW
    },
    cli: {
      by: 'evolve record AGENT SESSION ACTION',
      args: ['evolve', 'record', 'auditor', 'review-7', '{"name":"run tests","ok":false}']
    },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, session, action }) {
      const open = await (await db.agents.open(agent)).resumeSession(session)
      return open.record(action)
    }
  }),

  'end-session': operation({
    topic: 'agents',
    summary: 'End a session of an agent; a success or a failure counts for its persona',
    effect: 'changes',
    input: z.strictObject({
      agent: AgentName,
      session: SessionId,
      outcome: z.enum(['success', 'failure', 'abandoned']),
      error: OUTCOME_FIELDS.error
    }),
    output: SessionState,
    errors: ['AGENT_UNKNOWN', 'SESSION_UNKNOWN', 'SESSION_ENDED', 'ID_AMBIGUOUS'],
    example: {
      input: { agent: 'auditor', session: 'review-7', outcome: 'success' },
      output: { ...EXAMPLE_SESSION, endedAt: AT, outcome: 'success' }
    },
    cli: {
      by: 'evolve end AGENT SESSION OUTCOME',
      args: ['evolve', 'end', 'auditor', 'review-7', 'success']
    },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, session, ...end }) {
      return (await (await db.agents.open(agent)).resumeSession(session)).end(end)
    }
  }),

  'agent-journal': operation({
    topic: 'agents',
    summary: 'List outcomes of the sessions and actions of an agent, the latest first',
    effect: 'reads',
    input: z.strictObject({
      agent: AgentName,
      limit: z.int().min(1).max(1_000).optional(),
      before: Count.optional(),
      kind: z.enum(['action', 'session']).optional(),
      task: OUTCOME_FIELDS.task,
      session: SessionId.optional(),
      ok: z.boolean().optional()
    }),
    output: z.array(JournalRow),
    errors: ['AGENT_UNKNOWN', 'ID_AMBIGUOUS'],
    example: { input: { agent: 'auditor', limit: 1 }, output: [EXAMPLE_ROW] },
    cli: { by: 'evolve journal AGENT', args: ['evolve', 'journal', 'auditor'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, session, ...filter }) {
      const opened = await db.agents.open(agent)
      const known = (await opened.sessions()).map(({ id, task }) => ({ id, text: task }))
      const whole = session === undefined ? undefined : wholeId(session, known, 'sessions')
      return opened.journal.list({ ...filter, session: whole })
    }
  }),

  'journal-summary': operation({
    topic: 'agents',
    summary: 'Sum up what the sessions and actions of an agent came to',
    effect: 'reads',
    input: z.strictObject({ agent: AgentName, since: Time.optional() }),
    output: JournalSummary,
    errors: ['AGENT_UNKNOWN'],
    example: {
      input: { agent: 'auditor' },
      output: {
        sessions: EXAMPLE_SUM,
        actions: { ...EXAMPLE_SUM, ms: { median: 120, p95: 900 } },
        tasks: [{ ...EXAMPLE_SUM, task: 'review' }],
        errors: [{ error: 'ETIMEDOUT', count: 2 }],
        since: AT
      }
    },
    cli: { by: 'evolve summary AGENT', args: ['evolve', 'summary', 'auditor'] },
    mcp: NOT_FOR_AGENTS,
    async run({ db }, { agent, since }) {
      const { journal } = await db.agents.open(agent)
      return journal.summary(since === undefined ? {} : { since })
    }
  })
} as const
