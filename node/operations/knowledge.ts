/** Operations on the facts of a node, and on what it finds. */
import { z } from 'zod'
import { HiveError } from '../../src/index.ts'
import { exportUnits } from './formats/cq-export.ts'
import { CqUnit } from './formats/cq-unit.ts'
import { FORMATS, importItems } from './formats/import-items.ts'
import { factLines } from './json-lines.ts'
import { FIVE_TOOLS, NOT_FOR_AGENTS, operation } from './operation.ts'
import { Changed, Count, EXAMPLE_ID, Id, Tags, Time } from './shapes/common.ts'
import {
  Claim,
  DistillReport,
  FactIn,
  FactOut,
  FactPage,
  Insight,
  Recalled,
  StoredFact,
  Withheld,
  Learned,
  LessonIn
} from './shapes/knowledge.ts'

const MAX_FACTS = 1_000
const MAX_LIMIT = 1_000
const MAX_CLAIMS = 10_000
const MAX_BUDGET = 1_000_000

/** Milliseconds to wait for an index that is behind. */
const MaxWait = z.number().min(0).max(600_000)

const DAY = '2026-05-01T00:00:00.000Z'

const MAX_IDS = 20

const EXAMPLE_FACT: z.input<typeof StoredFact> = {
  id: EXAMPLE_ID,
  entity: 'build server',
  content: 'It runs Node 24.',
  confidence: 0.9,
  tags: [],
  private: false,
  agent: 'main',
  recordedAt: DAY
}

function isKnown<T>(value: T | undefined): value is T {
  return value !== undefined
}

export const KNOWLEDGE = {
  distill: operation({
    topic: 'knowledge',
    summary: 'Store facts on this node',
    detail:
      'Nothing leaves the node until "broadcast" or "promote". A refused fact does not stop the others; facts that are counted are on disk.',
    effect: 'changes',
    input: z.strictObject({ facts: z.array(z.unknown()).max(MAX_FACTS) }),
    lines: 'facts',
    item: FactIn,
    output: DistillReport,
    hasProgress: true,
    errors: ['QUOTA_EXCEEDED'],
    example: {
      input: {
        facts: [{ entity: 'build server', content: 'It runs Node 24.', confidence: 0.9 }]
      },
      output: { read: 1, new: 1, duplicate: 0, corroborated: 0, rejected: [], seconds: 0.002 }
    },
    cli: { by: 'distill ENTITY CONTENT', args: ['distill', 'build server', 'It runs Node 24.'] },
    mcp: { none: 'an agent stores lessons, with the tool "learn"' },
    async run({ db }, { facts }, { lines, signal, onProgress }) {
      const items = factLines(lines ?? facts.map((fact) => `${JSON.stringify(fact)}\n`))
      const report = await db.agent.cortex.knowledge.distillMany(items, {
        signal,
        onProgress: (progress) => onProgress?.({ ...progress })
      })
      const rejected = report.rejected.map(({ line, reason }) => ({
        line: items.lineOf(line),
        reason
      }))
      return { ...report, rejected }
    }
  }),

  learn: operation({
    topic: 'knowledge',
    summary: 'Store one lesson, unless a similar one is known',
    detail:
      'Line breaks stay. A lesson needs a detail, an action, or both. One with a project is recalled for that project, and leaves the node by "promote" alone.',
    effect: 'changes',
    input: LessonIn,
    output: Learned,
    errors: ['QUOTA_EXCEEDED'],
    example: {
      input: {
        summary: 'npm ERESOLVE with React 19',
        detail: 'react-test-renderer 18 wants React 18.',
        action: 'Install react-test-renderer@19.',
        versions: 'npm >=7'
      },
      output: { id: EXAMPLE_ID, status: 'new' }
    },
    cli: {
      by: 'learn SUMMARY',
      args: ['learn', 'npm ERESOLVE with React 19', '--action', 'Install react-test-renderer@19.']
    },
    mcp: { by: 'learn' },
    async run({ db, sessions }, lesson, { signal }) {
      const learned = await db.agent.cortex.knowledge.learn({ ...lesson, signal })
      sessions?.learned(lesson.project)
      return learned
    }
  }),

  recall: operation({
    topic: 'knowledge',
    summary: 'Find knowledge of this node and of the hive',
    detail:
      'Best first. Records of the hive that are held back are counted in "withheld" and influence nothing.',
    effect: 'reads',
    input: z.strictObject({
      query: z.string().max(65_536),
      limit: z.int().min(1).max(MAX_LIMIT).optional(),
      entity: z.string().optional(),
      tags: Tags.optional(),
      asOf: Time.optional(),
      scope: z.enum(['local', 'hive', 'all']).optional(),
      project: z.string().optional().meta({ description: 'Also what was learned for it' }),
      allProjects: z.boolean().optional(),
      includeStale: z.boolean().optional(),
      minRelevance: z.number().min(0).max(1).optional(),
      maxWait: MaxWait.optional()
    }),
    output: z.strictObject({
      items: z.array(Recalled),
      withheld: Withheld,
      isComplete: z.boolean().meta({
        description: 'False while the index is behind: older items may be missing'
      })
    }),
    errors: ['SEARCH_FAILED'],
    example: {
      input: { query: 'Which Node does the build server run?', limit: 5 },
      output: {
        items: [
          {
            fact: {
              id: EXAMPLE_ID,
              entity: 'build server',
              content: 'It runs Node 24.',
              confidence: 0.9,
              tags: [],
              agent: 'main',
              recordedAt: DAY
            },
            score: 1.5,
            relevance: 0.95,
            origin: 'local'
          }
        ],
        withheld: { quarantined: 0, disputed: 0, needs: 0 },
        isComplete: true
      }
    },
    cli: { by: 'recall WORDS', args: ['recall', 'node'] },
    mcp: { by: 'recall' },
    run: ({ db }, { query, ...options }, { signal }) =>
      db.agent.cortex.knowledge.recall(query, { ...options, signal })
  }),

  open: operation({
    topic: 'knowledge',
    summary: 'Return facts of this node and insights of the hive by their ids',
    detail:
      'In the order of the ids. An id that neither has is left out; a fact that is published too comes once for each.',
    effect: 'reads',
    input: z.strictObject({ ids: z.array(Id).min(1).max(MAX_IDS) }),
    output: z.strictObject({ facts: z.array(StoredFact), insights: z.array(Insight) }),
    errors: ['ID_AMBIGUOUS'],
    example: {
      input: { ids: [EXAMPLE_ID] },
      output: {
        facts: [EXAMPLE_FACT],
        insights: []
      }
    },
    cli: { by: 'open ID', args: ['open', EXAMPLE_ID] },
    mcp: { by: 'open' },
    async run({ db }, { ids }) {
      const { knowledge, hive } = db.agent.cortex
      const facts = await Promise.all(ids.map((id) => knowledge.get(id)))
      const insights = await Promise.all(ids.map((id) => hive.get(id)))
      return { facts: facts.filter(isKnown), insights: insights.filter(isKnown) }
    }
  }),

  facts: operation({
    topic: 'knowledge',
    summary: 'List the facts of this node, the newest first',
    detail:
      'A page may have fewer facts than its limit. A fact that changed comes again where it was added.',
    effect: 'reads',
    input: z.strictObject({
      limit: z.int().min(1).max(MAX_LIMIT).optional(),
      before: Count.optional().meta({ description: '"next" of the page before' })
    }),
    output: FactPage,
    errors: [],
    example: {
      input: { limit: 1 },
      output: { facts: [EXAMPLE_FACT], next: 41 }
    },
    cli: { by: 'facts', args: ['facts', '--limit', '1'] },
    mcp: FIVE_TOOLS,
    run: ({ db }, options) => db.agent.cortex.knowledge.newest(options)
  }),

  variants: operation({
    topic: 'knowledge',
    summary: 'List the near-duplicates that were merged into a fact, in their own words',
    effect: 'reads',
    input: z.strictObject({ id: Id }),
    output: z.array(StoredFact),
    errors: ['ID_AMBIGUOUS', 'RECORD_UNKNOWN'],
    example: { input: { id: EXAMPLE_ID }, output: [EXAMPLE_FACT] },
    cli: { by: 'variants ID', args: ['variants', EXAMPLE_ID] },
    mcp: FIVE_TOOLS,
    async run({ db }, { id }) {
      const { knowledge } = db.agent.cortex
      if ((await knowledge.get(id)) === undefined) {
        throw new HiveError(
          'RECORD_UNKNOWN',
          `This node has no fact with the id ${id}. "hive recall WORDS" finds the ids of facts.`
        )
      }
      return knowledge.variants(id)
    }
  }),

  'split-variant': operation({
    topic: 'knowledge',
    summary: 'Make a merged near-duplicate a fact of its own, for good',
    effect: 'changes',
    input: z.strictObject({ id: Id }),
    output: Changed,
    errors: ['ID_AMBIGUOUS', 'AGENT_FROZEN'],
    example: { input: { id: EXAMPLE_ID }, output: { changed: true } },
    cli: { by: 'variants ID --split', args: ['variants', EXAMPLE_ID, '--split'] },
    mcp: NOT_FOR_AGENTS,
    run: async ({ db }, { id }) => ({ changed: await db.agent.cortex.knowledge.split(id) })
  }),

  context: operation({
    topic: 'knowledge',
    summary: 'Quote knowledge for a goal, within a budget of tokens',
    detail: 'The text is data for a prompt: one JSON object a line, each with its source.',
    effect: 'reads',
    input: z.strictObject({
      goal: z.string(),
      budget: z.int().min(1).max(MAX_BUDGET).optional(),
      tags: Tags.optional(),
      scope: z.enum(['local', 'hive', 'all']).optional(),
      project: z.string().optional(),
      allProjects: z.boolean().optional()
    }),
    output: z.strictObject({
      text: z.string(),
      tokens: Count,
      items: z.array(Recalled),
      omitted: Count,
      withheld: Withheld
    }),
    errors: ['SEARCH_FAILED'],
    example: {
      input: { goal: 'Upgrade the build server', budget: 500 },
      output: {
        text: '',
        tokens: 0,
        items: [],
        omitted: 0,
        withheld: { quarantined: 0, disputed: 0, needs: 0 }
      }
    },
    cli: { by: 'context GOAL', args: ['context', 'upgrade'] },
    mcp: { none: 'the tool "recall" composes it for its budget' },
    run: ({ db }, options, { signal }) => db.agent.cortex.context({ ...options, signal })
  }),

  history: operation({
    topic: 'knowledge',
    summary: 'List the claims about an entity',
    detail: 'Of each attribute the latest first. Times are as of "asOf", by default now.',
    effect: 'reads',
    input: z.strictObject({
      entity: z.string(),
      attribute: z.string().optional(),
      asOf: Time.optional(),
      limit: z.int().min(1).max(MAX_CLAIMS).optional(),
      maxWait: MaxWait.optional()
    }),
    output: z.array(Claim),
    errors: ['SEARCH_FAILED'],
    example: {
      input: { entity: 'build server', attribute: 'runtime' },
      output: [
        {
          id: EXAMPLE_ID,
          entity: 'build server',
          attribute: 'runtime',
          value: 'Node 24',
          content: 'It runs Node 24.',
          validFrom: DAY,
          confidence: 0.9,
          origin: 'local',
          state: 'current'
        }
      ]
    },
    cli: { by: 'history ENTITY [ATTRIBUTE]', args: ['history', 'build server', 'runtime'] },
    mcp: FIVE_TOOLS,
    run: ({ db }, { entity, attribute, ...options }, { signal }) =>
      db.agent.cortex.knowledge.history(entity, attribute, { ...options, signal })
  }),

  export: operation({
    topic: 'knowledge',
    summary: 'Return all facts of this node, one by one',
    detail:
      'In the form that "distill" takes, as they are stored. With the format "cq" it returns the lessons alone, as knowledge units, each as it would leave this node; "withheld" has the others. Ask for JSON Lines; a JSON answer has the counts alone.',
    effect: 'reads',
    input: z.strictObject({ format: z.enum(['hive', 'cq']).optional() }),
    item: z.union([FactOut, CqUnit]),
    output: z.strictObject({
      facts: Count,
      withheld: z.array(z.strictObject({ id: z.string(), reason: z.string() })).optional(),
      omitted: Count.optional().meta({
        description: 'Texts of imported units, beside their insight, that may disclose something'
      })
    }),
    errors: [],
    example: { input: {}, output: { facts: 1 } },
    cli: { by: 'export', args: ['export'] },
    mcp: FIVE_TOOLS,
    async run(node, { format }, call) {
      if (format === 'cq') return exportUnits(node, call)
      const { signal, onItem } = call
      const { db } = node
      let facts = 0
      for await (const fact of db.agent.cortex.knowledge.export({ signal })) {
        await onItem?.(fact)
        facts += 1
      }
      return { facts }
    }
  }),

  import: operation({
    topic: 'knowledge',
    summary: 'Store facts, lessons of cq, or the graph of an MCP memory server',
    detail:
      'Items are facts as "export" returns them, knowledge units of cq, or lines of the file of server-memory. An item that is stored already changes nothing. Nothing leaves the node. A refused item does not stop the others. With items as JSON Lines, the query parameter "input" has the other fields.',
    effect: 'changes',
    input: z.strictObject({
      format: FORMATS,
      private: z
        .boolean()
        .optional()
        .meta({ description: 'What is stored never leaves this node' }),
      items: z.array(z.unknown()).max(MAX_FACTS)
    }),
    lines: 'items',
    output: DistillReport,
    hasProgress: true,
    errors: ['QUOTA_EXCEEDED'],
    example: {
      input: {
        format: 'server-memory',
        items: [
          {
            type: 'entity',
            name: 'build server',
            entityType: 'machine',
            observations: ['It runs Node 24.']
          }
        ]
      },
      output: { read: 2, new: 2, duplicate: 0, corroborated: 0, rejected: [], seconds: 0.002 }
    },
    cli: {
      by: 'import --format FORMAT [FILE]',
      args: ['import', '--format', 'server-memory', '/dev/null']
    },
    mcp: NOT_FOR_AGENTS,
    run: (node, input, call) => importItems(node, input, call)
  }),

  forget: operation({
    topic: 'knowledge',
    summary: 'Delete a fact, and retract the vote on its published form',
    detail: 'Copies on other nodes and votes of others stay.',
    effect: 'deletes',
    input: z.strictObject({ id: Id }),
    output: z.strictObject({ forgotten: z.boolean(), retracted: z.boolean() }),
    errors: ['ID_AMBIGUOUS'],
    example: {
      input: { id: EXAMPLE_ID },
      output: { forgotten: true, retracted: false }
    },
    cli: { by: 'forget ID', args: ['forget', EXAMPLE_ID] },
    mcp: { none: 'a person decides what is deleted, not an agent' },
    run: ({ db }, { id }) => db.agent.cortex.knowledge.forget(id)
  })
} as const
