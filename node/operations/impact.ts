/** Operations on what agents are shown: by hooks, and by recalls. */
import { z } from 'zod'
import { IMPACT_OUTCOMES } from './choices.ts'
import { NotRunningError } from './errors.ts'
import { operation } from './operation.ts'
import { Count, EXAMPLE_ID, Moment } from './shapes/common.ts'
import { HOOK_EVENTS } from '../sessions/index.ts'

const MAX_NAME = 255
const MAX_TEXT = 65_536
const MAX_COMMAND = 16_384
const MAX_ROWS = 2_000

const Project = z.string().min(1).max(MAX_NAME)
const Outcome = z.enum(IMPACT_OUTCOMES)

const Item = z.strictObject({ id: z.string().max(128), relevance: z.number().min(0).max(1) })

const Note = z.strictObject({
  door: z.string().min(1).max(MAX_NAME),
  project: Project.optional(),
  why: z.string().max(MAX_TEXT).meta({ description: 'The query; 200 characters are stored' }),
  items: z.array(Item).max(20)
})

const Row = Note.extend({
  number: Count,
  at: Moment,
  outcomes: z.array(z.strictObject({ id: z.string(), outcome: Outcome, at: Moment }))
}).meta({ id: 'ImpactRow', description: 'What was shown at one time, and what came of it' })

export const IMPACT = {
  hook: operation({
    topic: 'node',
    summary: 'Report an event of an agent client, and return the lines that its agent should see',
    detail:
      'For "hive hook". The node remembers the session in memory: hashes of failed commands, key words of their errors, and what was shown.',
    effect: 'changes',
    input: z.strictObject({
      event: z.enum(HOOK_EVENTS),
      host: z.string().min(1).max(64),
      session: z.string().min(1).max(256).optional(),
      project: Project.optional(),
      text: z.string().max(MAX_TEXT).optional(),
      command: z.string().max(MAX_COMMAND).optional(),
      outcome: z.enum(['failed', 'succeeded']).optional(),
      isContinued: z.boolean().optional(),
      isUnread: z.boolean().optional()
    }),
    output: z.strictObject({ lines: z.array(z.string()) }),
    errors: ['NOT_RUNNING', 'SEARCH_FAILED'],
    example: {
      input: { event: 'session-start', host: 'opencode', project: 'github.com/ann/shop' },
      output: { lines: ['9f2c4be1a0 own 1v 3d npm ci fails => Update the lock file.'] }
    },
    cli: {
      by: 'hook EVENT --host CLIENT',
      args: ['hook', 'session-start', '--host', 'opencode']
    },
    mcp: { none: 'clients run hooks, agents do not' },
    async run({ sessions }, event, { signal }) {
      if (sessions === undefined) {
        throw new NotRunningError('No node runs on this directory. Start one with "hive start".')
      }
      return { lines: [...(await sessions.handle(event, signal))] }
    }
  }),

  impact: operation({
    topic: 'node',
    summary: 'List what agents were shown and what came of it, after a note if there is one',
    detail:
      'The newest first. Totals count since the first note. The journal stays on this node, with at most 2,000 rows.',
    effect: 'changes',
    input: z.strictObject({
      note: Note.optional(),
      project: Project.optional(),
      limit: z.int().min(0).max(MAX_ROWS).optional()
    }),
    output: z.strictObject({
      rows: z.array(Row),
      totals: z.strictObject({
        shown: Count,
        silent: Count,
        outcomes: z.partialRecord(Outcome, Count)
      })
    }),
    errors: [],
    example: {
      input: { limit: 1 },
      output: {
        rows: [
          {
            number: 7,
            at: '2026-05-01T00:00:00.000Z',
            door: 'mcp recall',
            why: 'npm ERR! ERESOLVE',
            items: [{ id: EXAMPLE_ID, relevance: 0.96 }],
            outcomes: [{ id: EXAMPLE_ID, outcome: 'worked', at: '2026-05-01T00:05:00.000Z' }]
          }
        ],
        totals: { shown: 1, silent: 0, outcomes: { worked: 1 } }
      }
    },
    cli: { by: 'impact', args: ['impact', '--limit', '1'] },
    mcp: { by: 'recall' },
    async run({ db }, { note, ...filter }) {
      if (note !== undefined) await db.impact.note(note)
      return db.impact.list(filter)
    }
  })
} as const
