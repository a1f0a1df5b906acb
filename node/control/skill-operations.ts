/** Operations of `hive skills` and `hive skill`. */
import { z } from 'zod'
import type {
  AddedSkill,
  Capability,
  CapabilityDetails,
  CapabilityRun,
  DiscoveryReport,
  HiveNode,
  PublishedSkill,
  RemovedSkill,
  SkillInit,
  SkillOffer,
  SkillStatus,
  TestReport,
  Transition
} from '../../src/index.ts'
import { Release } from './goal-operations.ts'
import { jsonify } from './jsonify.ts'
import { SkillStatusName } from './skill-status.ts'
import type { CallOptions } from './call-options.ts'
import type { Jsonified } from './jsonify.ts'

/** The id of a run, and its caller. */
const RunOfUse = { run: z.string().optional(), caller: z.string().optional() } as const

/** Requests of the control socket; the library checks the rest. */
export const SkillRequests = {
  list: z.object({ status: SkillStatusName.optional(), text: z.string().optional() }),
  /** `folder`: an absolute path. */
  add: z.union([z.object({ folder: z.string() }), z.object({ skill: z.unknown() })]),
  one: z.object({ skill: z.string() }),
  run: z.object({
    skill: z.string(),
    input: z.json(),
    ...RunOfUse,
    record: z.literal('later').optional()
  }),
  begin: z.object({ skill: z.string(), ...RunOfUse }),
  outcome: z.object({
    skill: z.string(),
    ok: z.boolean(),
    error: z.string().optional(),
    ...RunOfUse
  }),
  export: z.object({ skill: z.string(), folder: z.string() }),
  blacklist: z.object({ skill: z.string(), reason: z.string() }),
  offers: z.object({ limit: z.int().optional(), state: Release.optional() })
} as const

type Request<Name extends keyof typeof SkillRequests> = z.output<(typeof SkillRequests)[Name]>

export interface SkillDetails {
  readonly details: Jsonified<CapabilityDetails>
  readonly history: readonly Jsonified<Transition>[]
}

/** `status`: the new status, if the run changed it. */
export type SkillRunResult = Omit<CapabilityRun, 'trace' | 'transition'> & {
  readonly status: SkillStatus | undefined
}

export interface SkillOperations {
  skills(options: Request<'list'>, call?: CallOptions): Promise<readonly Jsonified<Capability>[]>
  addSkill(options: Request<'add'>, call?: CallOptions): Promise<AddedSkill>
  showSkill(options: Request<'one'>, call?: CallOptions): Promise<SkillDetails>
  runSkill(options: Request<'run'>, call?: CallOptions): Promise<SkillRunResult>
  beginSkill(options: Request<'begin'>, call?: CallOptions): Promise<{ readonly run: string }>
  /** `status`: the new status, if the outcome changed it. */
  reportSkill(
    options: Request<'outcome'>,
    call?: CallOptions
  ): Promise<{ readonly status: SkillStatus | undefined }>
  testSkill(options: Request<'one'>, call?: CallOptions): Promise<TestReport>
  exportSkill(options: Request<'export'>, call?: CallOptions): Promise<{ readonly folder: string }>
  blacklistSkill(
    options: Request<'blacklist'>,
    call?: CallOptions
  ): Promise<{ readonly changed: boolean }>
  pardonSkill(
    options: Request<'blacklist'>,
    call?: CallOptions
  ): Promise<{ readonly changed: boolean }>
  removeSkill(options: Request<'one'>, call?: CallOptions): Promise<RemovedSkill>
  repairSkills(call?: CallOptions): Promise<DiscoveryReport>
  publishSkill(options: Request<'one'>, call?: CallOptions): Promise<PublishedSkill>
  skillOffers(options: Request<'offers'>, call?: CallOptions): Promise<readonly SkillOffer[]>
  adoptSkill(options: Request<'one'>, call?: CallOptions): Promise<AddedSkill>
}

export function localSkillOperations(db: HiveNode): SkillOperations {
  const { capabilities, hive } = db.agent.cortex
  return {
    skills: async (options) => jsonify(await capabilities.list(options)),
    addSkill: (options, { signal } = {}) =>
      'folder' in options
        ? capabilities.importFolder(options.folder, { signal })
        : // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library checks it
          capabilities.registerCapability(options.skill as SkillInit, { signal }),
    showSkill: async ({ skill }) => ({
      details: jsonify(await capabilities.get(skill)),
      history: jsonify(await capabilities.history(skill))
    }),
    runSkill: async ({ skill, input, ...options }, { signal } = {}) => {
      const result = await capabilities.invoke(skill, input, { ...options, signal })
      const { trace: _, transition, ...run } = result
      return { ...run, status: transition?.to }
    },
    beginSkill: async ({ skill, ...options }) => ({
      run: await capabilities.beginRun(skill, options)
    }),
    reportSkill: async ({ skill, ...outcome }) => ({
      status: (await capabilities.recordOutcome(skill, outcome))?.to
    }),
    testSkill: ({ skill }, { signal } = {}) => capabilities.test(skill, { signal }),
    exportSkill: async ({ skill, folder }) => {
      await capabilities.exportFolder(skill, folder)
      return { folder }
    },
    blacklistSkill: async ({ skill, reason }) => ({
      changed:
        (await capabilities.updateCapabilityStatus(skill, 'blacklisted', reason)) !== undefined
    }),
    pardonSkill: async ({ skill, reason }) => ({
      changed: (await capabilities.updateCapabilityStatus(skill, 'sandbox', reason)) !== undefined
    }),
    removeSkill: ({ skill }) => capabilities.remove(skill),
    repairSkills: ({ signal, onProgress } = {}) =>
      capabilities.discoverAndSynthesize({
        signal,
        onProgress: (progress) => onProgress?.({ ...progress })
      }),
    publishSkill: ({ skill }) => hive.skills.publish(skill),
    skillOffers: (options, { signal } = {}) => hive.skills.offers({ ...options, signal }),
    adoptSkill: ({ skill }, { signal } = {}) => hive.skills.adopt(skill, { signal })
  }
}
