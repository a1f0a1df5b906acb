/** Operations on skills: those of this node, and offers of the swarm. */
import { z } from 'zod'
import { BY_REPORT, FIVE_TOOLS, NOT_FOR_AGENTS, operation } from './operation.ts'
import { Changed, EXAMPLE_ID, Empty, Release } from './shapes/common.ts'
import {
  AddedSkill,
  Capability,
  DiscoveryReport,
  JsonValue,
  SkillDetails,
  SkillOffer,
  SkillRunResult,
  SkillStatus,
  TestReport
} from './shapes/skills.ts'
import { SKILL_THRESHOLDS } from '../../src/index.ts'
import type { SkillInit } from '../../src/index.ts'

const MAX_OFFERS = 10_000

const SkillName = z.string().min(1).meta({ description: 'The id or the name of a skill' })
const One = z.strictObject({ skill: SkillName })
const Folder = z.string().meta({ description: 'An absolute path on the machine of the node' })
const WithReason = z.strictObject({ skill: SkillName, reason: z.string() })

/** The id of a run, and its caller. */
const runOfUse = { run: z.string().optional(), caller: z.string().optional() } as const

const EXAMPLE: z.input<typeof Capability> = {
  id: EXAMPLE_ID,
  name: 'parse-duration',
  description: 'Parses "1h30m" to seconds.',
  kind: 'code',
  status: 'verified',
  untested: false,
  since: '2026-05-01T00:00:00.000Z',
  trials: 180,
  successes: 180,
  outstanding: 0,
  verificationProgress: 1,
  predictedReliability: 0.99,
  predictedPromotion: 1,
  lowerBound: 0.96,
  parents: [],
  provenance: { from: 'local' },
  addedAt: '2026-04-01T00:00:00.000Z'
}

const EXAMPLE_ADDED: z.input<typeof AddedSkill> = {
  id: EXAMPLE_ID,
  name: 'parse-duration',
  outcome: 'new',
  status: 'experimental',
  tests: { passed: 3, total: 3, failed: [] }
}

export const SKILLS = {
  skills: operation({
    topic: 'skills',
    summary: 'List the skills of this node',
    effect: 'reads',
    input: z.strictObject({ status: SkillStatus.optional(), text: z.string().optional() }),
    output: z.array(Capability),
    errors: [],
    example: { input: { text: 'duration' }, output: [EXAMPLE] },
    cli: { by: 'skills', args: ['skills', 'duration'] },
    mcp: { by: 'skill' },
    run: ({ db }, options) => db.agent.cortex.capabilities.list(options)
  }),

  'add-skill': operation({
    topic: 'skills',
    summary: 'Register and test a skill, from a folder or from JSON',
    effect: 'changes',
    input: z.strictObject({
      folder: Folder.optional(),
      skill: JsonValue.optional().meta({ description: 'A skill; exactly one of both is given' })
    }),
    output: AddedSkill,
    errors: ['LIMIT_EXCEEDED', 'SKILL_FOLDER'],
    example: { input: { folder: '/home/ann/skills/parse-duration' }, output: EXAMPLE_ADDED },
    cli: { by: 'skill add FOLDER', args: ['skill', 'add', '/skills/parse-duration'] },
    mcp: FIVE_TOOLS,
    run: ({ db }, { folder, skill }, { signal }) => {
      const { capabilities } = db.agent.cortex
      return folder === undefined
        ? // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library checks it
          capabilities.registerCapability(skill as unknown as SkillInit, { signal })
        : capabilities.importFolder(folder, { signal })
    }
  }),

  'show-skill': operation({
    topic: 'skills',
    summary: 'Show a skill with its source, evidence, history and competitors',
    effect: 'reads',
    input: One,
    output: SkillDetails,
    errors: ['SKILL_UNKNOWN', 'ID_AMBIGUOUS'],
    example: {
      input: { skill: 'parse-duration' },
      output: {
        details: {
          ...EXAMPLE,
          skill: {
            name: 'parse-duration',
            description: 'Parses "1h30m" to seconds.',
            kind: 'code',
            source: 'export default (text) => 5400',
            inputSchema: { type: 'string' },
            outputSchema: { type: 'integer' },
            tests: [{ input: '1h30m', output: 5400 }],
            parents: []
          }
        },
        history: [],
        thresholds: { promotion: 1, warm: 0.8, cool: 0.3 },
        failures: [],
        lineage: { ancestors: [], descendants: [] },
        competitors: [EXAMPLE]
      }
    },
    cli: { by: 'skill show SKILL', args: ['skill', 'show', 'parse-duration'] },
    mcp: { by: 'skill' },
    run: async ({ db }, { skill }) => {
      const { capabilities } = db.agent.cortex
      const [details, history, failures, lineage, competitors] = await Promise.all([
        capabilities.get(skill),
        capabilities.history(skill),
        capabilities.failures({ skill }),
        capabilities.lineage(skill),
        capabilities.competitors(skill)
      ])
      const thresholds = SKILL_THRESHOLDS
      return { details, history, thresholds, failures, lineage, competitors }
    }
  }),

  'run-skill': operation({
    topic: 'skills',
    summary: 'Run a skill in the sandbox',
    detail: 'With "record": "later" the outcome is reported by "report-skill".',
    effect: 'changes',
    input: z.strictObject({
      skill: SkillName,
      input: JsonValue,
      ...runOfUse,
      record: z.literal('later').optional()
    }),
    output: SkillRunResult,
    errors: ['SKILL_UNKNOWN', 'ID_AMBIGUOUS', 'SKILL_STATUS', 'SKILL_FAILED', 'SKILL_TIMEOUT'],
    example: {
      input: { skill: 'parse-duration', input: '1h30m' },
      output: {
        id: EXAMPLE_ID,
        run: 'r1',
        recorded: true,
        output: 5400,
        seconds: 0.001,
        wasWarm: true,
        offline: false,
        log: []
      }
    },
    cli: { by: 'skill run SKILL INPUT', args: ['skill', 'run', 'parse-duration', '"1h30m"'] },
    mcp: { by: 'skill' },
    run: async ({ db }, { skill, input, ...options }, { signal }) => {
      const result = await db.agent.cortex.capabilities.invoke(skill, input, {
        ...options,
        signal
      })
      const { trace: _, transition, ...run } = result
      return { ...run, status: transition?.to }
    }
  }),

  'begin-skill': operation({
    topic: 'skills',
    summary: 'Announce a use of a skill',
    effect: 'changes',
    input: z.strictObject({ skill: SkillName, ...runOfUse }),
    output: z.strictObject({ run: z.string() }),
    errors: ['SKILL_UNKNOWN', 'ID_AMBIGUOUS', 'SKILL_STATUS'],
    example: { input: { skill: 'parse-duration' }, output: { run: 'r1' } },
    cli: { by: 'skill begin SKILL', args: ['skill', 'begin', 'parse-duration'] },
    mcp: FIVE_TOOLS,
    run: async ({ db }, { skill, ...options }) => ({
      run: await db.agent.cortex.capabilities.beginRun(skill, options)
    })
  }),

  'report-skill': operation({
    topic: 'skills',
    summary: 'Record the outcome of a use',
    effect: 'changes',
    input: z.strictObject({
      skill: SkillName,
      ok: z.boolean(),
      error: z.string().optional(),
      ...runOfUse
    }),
    output: z.strictObject({
      recorded: z.boolean().meta({
        description: 'False if the outcome of the run was reported before: nothing changes'
      }),
      status: SkillStatus.optional().meta({
        description: 'The new status, if the outcome changed it'
      })
    }),
    errors: ['SKILL_UNKNOWN', 'ID_AMBIGUOUS'],
    example: {
      input: { skill: 'parse-duration', ok: true, run: 'r1' },
      output: { recorded: true }
    },
    cli: { by: 'skill outcome SKILL ok', args: ['skill', 'outcome', 'parse-duration', 'ok'] },
    mcp: BY_REPORT,
    run: async ({ db }, { skill, ...outcome }) => {
      const { capabilities } = db.agent.cortex
      const { run } = outcome
      const recorded = run === undefined || !capabilities.isReported(skill, run)
      const transition = await capabilities.recordOutcome(skill, outcome)
      return { recorded, status: transition?.to }
    }
  }),

  'test-skill': operation({
    topic: 'skills',
    summary: 'Run the tests that a skill declares',
    effect: 'changes',
    input: One,
    output: TestReport,
    errors: ['SKILL_UNKNOWN', 'ID_AMBIGUOUS', 'SKILL_STATUS'],
    example: {
      input: { skill: 'parse-duration' },
      output: { passed: 3, total: 3, failed: [] }
    },
    cli: { by: 'skill test SKILL', args: ['skill', 'test', 'parse-duration'] },
    mcp: FIVE_TOOLS,
    run: ({ db }, { skill }, { signal }) => db.agent.cortex.capabilities.test(skill, { signal })
  }),

  'export-skill': operation({
    topic: 'skills',
    summary: 'Write a skill into a new folder',
    effect: 'reads',
    input: z.strictObject({ skill: SkillName, folder: Folder }),
    output: z.strictObject({ folder: z.string() }),
    errors: ['SKILL_UNKNOWN', 'ID_AMBIGUOUS', 'SKILL_FOLDER'],
    example: {
      input: { skill: 'parse-duration', folder: '/home/ann/skills/parse-duration' },
      output: { folder: '/home/ann/skills/parse-duration' }
    },
    cli: {
      by: 'skill export SKILL FOLDER',
      args: ['skill', 'export', 'parse-duration', '/skills/parse-duration']
    },
    mcp: FIVE_TOOLS,
    async run({ db }, { skill, folder }) {
      await db.agent.cortex.capabilities.exportFolder(skill, folder)
      return { folder }
    }
  }),

  'blacklist-skill': operation({
    topic: 'skills',
    summary: 'Never use a skill again on this node',
    effect: 'changes',
    input: WithReason,
    output: Changed,
    errors: ['SKILL_UNKNOWN', 'ID_AMBIGUOUS'],
    example: {
      input: { skill: 'parse-duration', reason: 'wrong for weeks' },
      output: { changed: true }
    },
    cli: {
      by: 'skill blacklist SKILL REASON',
      args: ['skill', 'blacklist', 'parse-duration', 'wrong']
    },
    mcp: NOT_FOR_AGENTS,
    run: async ({ db }, { skill, reason }) => ({
      changed:
        (await db.agent.cortex.capabilities.updateCapabilityStatus(
          skill,
          'blacklisted',
          reason
        )) !== undefined
    })
  }),

  'pardon-skill': operation({
    topic: 'skills',
    summary: 'End the blacklisting of a skill; it is untested again',
    effect: 'changes',
    input: WithReason,
    output: Changed,
    errors: ['SKILL_UNKNOWN', 'ID_AMBIGUOUS'],
    example: {
      input: { skill: 'parse-duration', reason: 'the test was wrong' },
      output: { changed: true }
    },
    cli: { by: 'skill pardon SKILL REASON', args: ['skill', 'pardon', 'parse-duration', 'fixed'] },
    mcp: NOT_FOR_AGENTS,
    run: async ({ db }, { skill, reason }) => ({
      changed:
        (await db.agent.cortex.capabilities.updateCapabilityStatus(skill, 'sandbox', reason)) !==
        undefined
    })
  }),

  'remove-skill': operation({
    topic: 'skills',
    summary: 'Delete a skill, and retract the vote of this node on it',
    effect: 'deletes',
    input: One,
    output: z.strictObject({
      id: z.string(),
      name: z.string(),
      retracted: z.boolean(),
      blacklisted: z.boolean()
    }),
    errors: ['SKILL_UNKNOWN', 'ID_AMBIGUOUS'],
    example: {
      input: { skill: 'parse-duration' },
      output: { id: EXAMPLE_ID, name: 'parse-duration', retracted: false, blacklisted: false }
    },
    cli: { by: 'skill remove SKILL', args: ['skill', 'remove', 'parse-duration'] },
    mcp: NOT_FOR_AGENTS,
    run: ({ db }, { skill }) => db.agent.cortex.capabilities.remove(skill)
  }),

  'publish-skill': operation({
    topic: 'skills',
    summary: 'Publish a verified skill',
    effect: 'publishes',
    input: One,
    output: z.strictObject({
      id: z.string(),
      status: z.enum(['published', 'corroborated', 'already'])
    }),
    errors: ['SKILL_UNKNOWN', 'ID_AMBIGUOUS', 'SKILL_STATUS', 'WITHHELD'],
    example: {
      input: { skill: 'parse-duration' },
      output: { id: EXAMPLE_ID, status: 'published' }
    },
    cli: { by: 'skill publish SKILL', args: ['skill', 'publish', 'parse-duration'] },
    mcp: NOT_FOR_AGENTS,
    run: ({ db }, { skill }) => db.agent.cortex.hive.skills.publish(skill)
  }),

  'skill-offers': operation({
    topic: 'skills',
    summary: 'List skills of other authors',
    effect: 'reads',
    input: z.strictObject({
      limit: z.int().min(1).max(MAX_OFFERS).optional(),
      state: Release.optional()
    }),
    output: z.array(SkillOffer),
    errors: ['SEARCH_FAILED'],
    example: { input: { limit: 10 }, output: [] },
    cli: { by: 'skill offers', args: ['skill', 'offers', '--limit', '10'] },
    mcp: FIVE_TOOLS,
    run: ({ db }, options, { signal }) => db.agent.cortex.hive.skills.offers({ ...options, signal })
  }),

  'adopt-skill': operation({
    topic: 'skills',
    summary: 'Register an offer as untested, and test it',
    effect: 'changes',
    input: One,
    output: AddedSkill,
    errors: ['RECORD_UNKNOWN', 'ID_AMBIGUOUS', 'SKILL_STATUS'],
    example: { input: { skill: EXAMPLE_ID }, output: EXAMPLE_ADDED },
    cli: { by: 'skill adopt SKILL', args: ['skill', 'adopt', 'parse-duration'] },
    mcp: NOT_FOR_AGENTS,
    run: ({ db }, { skill }, { signal }) => db.agent.cortex.hive.skills.adopt(skill, { signal })
  }),

  'repair-skills': operation({
    topic: 'skills',
    summary: 'Search for sources that accept failed inputs',
    effect: 'changes',
    input: Empty,
    output: DiscoveryReport,
    hasProgress: true,
    errors: [],
    example: { input: {}, output: { synthesized: [], unrepaired: [] } },
    cli: { by: 'skill repair', args: ['skill', 'repair'] },
    mcp: NOT_FOR_AGENTS,
    run: ({ db }, _input, { signal, onProgress }) =>
      db.agent.cortex.capabilities.discoverAndSynthesize({
        signal,
        onProgress: (progress) => onProgress?.({ ...progress })
      })
  })
} as const
