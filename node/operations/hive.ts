/** Operations on what the swarm shares. */
import { z } from 'zod'
import { BY_REPORT, FIVE_TOOLS, operation } from './operation.ts'
import { Outcome, report, ReportEffect } from './report.ts'
import { Changed, Confidence, EXAMPLE_ID, Id, Tags } from './shapes/common.ts'
import { BroadcastReport, Insight, InsightState, Preview, Voices } from './shapes/knowledge.ts'

const MAX_LIMIT = 100_000

export const HIVE = {
  broadcast: operation({
    topic: 'hive',
    summary: 'Anonymise and publish all facts that are good enough',
    detail:
      'A fact that may disclose too much stays on this node, with a reason. Facts of projects stay; "promote" publishes them.',
    effect: 'publishes',
    input: z.strictObject({ minConfidence: Confidence.optional() }),
    output: BroadcastReport,
    hasProgress: true,
    errors: [],
    example: {
      input: { minConfidence: 0.9 },
      output: { promoted: 1, corroborated: 0, withheld: [], peers: 2, needs: 1 }
    },
    cli: { by: 'broadcast', args: ['broadcast'] },
    mcp: { none: 'an agent shares a lesson with "learn"; a person publishes everything' },
    run: ({ db }, options, { signal, onProgress }) =>
      db.agent.cortex.hive.broadcastKnowledge({
        ...options,
        signal,
        onProgress: (progress) => onProgress?.({ ...progress })
      })
  }),

  promote: operation({
    topic: 'hive',
    summary: 'Anonymise and publish one fact',
    effect: 'publishes',
    input: z.strictObject({ id: Id, tags: Tags.optional() }),
    output: z.strictObject({
      id: z.string(),
      status: z.enum(['promoted', 'corroborated', 'already'])
    }),
    errors: ['ID_AMBIGUOUS', 'RECORD_UNKNOWN', 'WITHHELD'],
    example: {
      input: { id: EXAMPLE_ID, tags: ['ci'] },
      output: { id: EXAMPLE_ID, status: 'promoted' }
    },
    cli: { by: 'promote ID', args: ['promote', EXAMPLE_ID, '--tag', 'ci'] },
    mcp: { by: 'learn' },
    run: ({ db }, { id, tags }, { signal }) =>
      db.agent.cortex.hive.promoteToGlobalStore(id, { tags, signal })
  }),

  preview: operation({
    topic: 'hive',
    summary: 'Show the form in which a fact would leave this node',
    detail: 'Null if this node has no fact of that id.',
    effect: 'reads',
    input: z.strictObject({ id: Id }),
    output: Preview.nullable(),
    errors: ['ID_AMBIGUOUS'],
    example: {
      input: { id: EXAMPLE_ID },
      output: {
        id: EXAMPLE_ID,
        verdict: 'withheld',
        reason: 'a secret',
        score: 1,
        placeholders: {}
      }
    },
    cli: { by: 'insights --preview ID', args: ['insights', '--preview', EXAMPLE_ID] },
    mcp: { by: 'learn' },
    run: async ({ db }, { id }) => (await db.agent.cortex.hive.preview(id)) ?? null
  }),

  insights: operation({
    topic: 'hive',
    summary: 'List the insights of the hive',
    detail: 'By number of authors, then confidence. Without a state, all but disputed ones.',
    effect: 'reads',
    input: z.strictObject({
      limit: z.int().min(1).max(MAX_LIMIT).optional(),
      tags: Tags.optional(),
      state: InsightState.optional()
    }),
    output: z.array(Insight),
    errors: ['SEARCH_FAILED'],
    example: {
      input: { limit: 1, state: 'released' },
      output: [
        {
          id: EXAMPLE_ID,
          kind: 'fact',
          title: 'CSS gap: Flex containers support gap.',
          entity: 'CSS gap',
          content: 'Flex containers support gap.',
          state: 'released',
          confidence: 0.93,
          corroboration: 3,
          disputes: 0,
          tags: ['css'],
          evidence: {},
          day: '2026-05-01'
        }
      ]
    },
    cli: { by: 'insights', args: ['insights', '--state', 'released'] },
    mcp: FIVE_TOOLS,
    run: ({ db }, options, { signal }) =>
      db.agent.cortex.hive.getGlobalInsights({ ...options, signal })
  }),

  voices: operation({
    topic: 'hive',
    summary: 'Return who vouches for a record of the hive, disputes it, or calls it stale',
    detail: 'Null if this node has no record of that id. Authors are keys of feeds, and no names.',
    effect: 'reads',
    input: z.strictObject({ id: Id }),
    output: Voices.nullable(),
    errors: ['ID_AMBIGUOUS'],
    example: {
      input: { id: EXAMPLE_ID },
      output: {
        id: EXAMPLE_ID,
        needs: 2,
        vouches: 1,
        disputes: 0,
        stale: 0,
        voices: [{ author: EXAMPLE_ID, vote: 'vouch', confidence: 0.9, day: '2026-05-01' }]
      }
    },
    cli: { by: 'voices ID', args: ['voices', EXAMPLE_ID] },
    mcp: FIVE_TOOLS,
    run: async ({ db }, { id }) => (await db.agent.cortex.hive.voices(id)) ?? null
  }),

  stale: operation({
    topic: 'hive',
    summary: 'State that a fact or an insight no longer holds',
    detail:
      'It is recalled no longer on this node. One that enough authors call stale is recalled nowhere. "vote" with "retract" takes the statement back.',
    effect: 'publishes',
    input: z.strictObject({ id: Id }),
    output: z.strictObject({ local: z.boolean(), hive: z.boolean() }),
    errors: ['ID_AMBIGUOUS', 'RECORD_UNKNOWN'],
    example: { input: { id: EXAMPLE_ID }, output: { local: true, hive: false } },
    cli: { by: 'stale ID', args: ['stale', EXAMPLE_ID] },
    mcp: BY_REPORT,
    run: ({ db }, { id }) => db.agent.cortex.hive.stale(id)
  }),

  report: operation({
    topic: 'hive',
    summary: 'Say what came of a lesson, an insight or a skill',
    detail:
      'For an insight of the hive "worked" vouches and "failed" or "unsafe" disputes; "stale" is the operation of that name; for a skill the outcome is evidence, and "unsafe" ends its use here.',
    effect: 'publishes',
    input: z.strictObject({ id: Id, outcome: Outcome, note: z.string().max(500).optional() }),
    output: z.strictObject({
      id: z.string(),
      kind: z.enum(['fact', 'insight', 'skill']),
      effect: ReportEffect
    }),
    errors: ['ID_AMBIGUOUS', 'RECORD_UNKNOWN'],
    example: {
      input: { id: EXAMPLE_ID, outcome: 'worked' },
      output: { id: EXAMPLE_ID, kind: 'insight', effect: 'vouched for it' }
    },
    cli: { by: 'report ID OUTCOME', args: ['report', EXAMPLE_ID, 'worked'] },
    mcp: { by: 'report' },
    async run({ db }, input) {
      const reported = await report(db, input)
      await db.impact.report(reported.id, input.outcome)
      return reported
    }
  }),

  vote: operation({
    topic: 'hive',
    summary: 'Vouch for a record of the hive, dispute it, or take the vote back',
    detail: 'The own vote for a record releases it on this node.',
    effect: 'publishes',
    input: z.strictObject({
      id: Id,
      vote: z.enum(['vouch', 'dispute', 'retract']),
      confidence: Confidence.optional()
    }),
    output: Changed,
    errors: ['ID_AMBIGUOUS', 'RECORD_UNKNOWN'],
    example: { input: { id: EXAMPLE_ID, vote: 'vouch' }, output: { changed: true } },
    cli: { by: 'vouch ID', args: ['vouch', EXAMPLE_ID] },
    mcp: BY_REPORT,
    run: async ({ db }, { id, vote, confidence }) => {
      const { hive } = db.agent.cortex
      const changed =
        vote === 'retract' ? await hive.retract(id) : await hive[vote](id, { confidence })
      return { changed }
    }
  })
} as const
