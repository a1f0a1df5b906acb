/** The values of skills in the store, as JSON; each is parsed by its schema when it is read. */
import { z } from 'zod'
import { displayText } from '../../foreign-text/index.ts'
import type { DisplayText } from '../../foreign-text/index.ts'
import { STRIDES } from '../evidence/constants.ts'
import { NO_TURNS } from '../evidence/sequence.ts'
import { NO_USES } from '../evidence/uses.ts'
import type { LifecycleState } from '../lifecycle/lifecycle.ts'
import type { Skill } from '../skill-identity.ts'

/** One failed use of a skill. */
export interface SkillFailure {
  readonly skill: string
  readonly name: string
  /** JSON text of the input, at most 2,048 characters of it; undefined if it was not reported. */
  readonly input: string | undefined
  /** At most 500 characters. */
  readonly error: DisplayText
  readonly at: Date
}

export const Provenance = z.strictObject({
  /** `local`: added here; `folder`: imported; `hive`: adopted; `synthesis`: proposed by this node. */
  from: z.enum(['local', 'folder', 'hive', 'synthesis']),
  author: z.string().max(256).optional(),
  licence: z.string().max(128).optional()
})

/**
 * Where a skill comes from.
 *
 * @interface
 */
export type Provenance = Readonly<z.output<typeof Provenance>>

export const Status = z.enum(['sandbox', 'experimental', 'pre-warming', 'verified', 'blacklisted'])
const CountsValue = z.object({ trials: z.int().min(0), successes: z.int().min(0) })
const Pairs = z.object({
  ss: z.int().min(0),
  sf: z.int().min(0),
  fs: z.int().min(0),
  ff: z.int().min(0)
})
const ChainValue = z.object({ pairs: Pairs, last: z.boolean().optional() })
const UseValue = z.object({
  at: z.number(),
  caller: z.string().optional(),
  out: z.array(z.object({ run: z.string(), at: z.number() })).readonly(),
  outcomes: z.int().min(0),
  ok: z.boolean().optional(),
  hasExpired: z.boolean().optional()
})
const TurnsValue = z.object({
  outcomes: z.int().min(0),
  latest: z.array(z.boolean()).readonly(),
  strides: z.array(Pairs).length(STRIDES.length).readonly(),
  callers: z
    .array(z.object({ caller: z.string(), ok: z.boolean(), number: z.int().min(0) }))
    .readonly(),
  byCaller: Pairs,
  others: ChainValue
})
const UsesValue = z.object({
  promotion: ChainValue,
  rejection: ChainValue,
  /** Values of other versions lack it or have other strides: its tests start with new outcomes. */
  turns: TurnsValue.catch(NO_TURNS),
  waiting: z.array(UseValue).readonly()
})
const LifecycleValue = z
  .object({
    status: Status,
    counts: CountsValue,
    /** Missing in values of earlier versions: then the counts since the last drift. */
    lifetime: CountsValue.optional(),
    /** Missing in values of earlier versions, whose counts have no order: the test starts again. */
    uses: UsesValue.optional(),
    headStart: z.number(),
    drift: z.object({ sum: z.number(), run: CountsValue, failed: z.boolean().optional() }),
    isAsked: z.boolean()
  })
  .transform(({ uses = NO_USES, ...lifecycle }): LifecycleState => ({
    ...lifecycle,
    uses,
    lifetime: lifecycle.lifetime ?? lifecycle.counts
  }))

/** The changing state of a skill. On disk, its lifecycle has the name `standing`. */
export const StateValue = z
  .object({
    standing: LifecycleValue,
    since: z.number(),
    transitions: z.int().min(0),
    failures: z.int().min(0),
    lastFailure: z.number(),
    /** Receipts since the last publication. */
    receipts: z.int().min(0).default(0),
    /** The counts of the last report, and its day. */
    reported: CountsValue.extend({ day: z.int() }).optional()
  })
  .transform(({ standing, ...state }) => ({ ...state, lifecycle: standing }))
export type SkillState = z.output<typeof StateValue>

export function storedState({ lifecycle, ...state }: SkillState): z.input<typeof StateValue> {
  return { ...state, standing: lifecycle }
}

export const SkillValue = z.object({
  content: z.string(),
  provenance: Provenance,
  addedAt: z.number(),
  /** Missing in values of earlier versions. */
  agents: z.array(z.string()).optional()
})
/** A stored skill: its record's content, and its provenance. */
export type StoredSkillContent = z.output<typeof SkillValue>

/** The evidence at the time of a transition. */
export interface Evidence {
  readonly trials: number
  readonly successes: number
  readonly headStart: number
  /** 0 to 1. */
  readonly progress: number
}

export const TransitionValue = z.object({
  id: z.string(),
  name: z.string(),
  from: Status,
  to: Status,
  reason: z.string(),
  evidence: CountsValue.extend({ headStart: z.number(), progress: z.number() }),
  at: z.coerce.date()
})

/** A change of a skill's status, with its reason and the evidence at that time. */
export interface Transition {
  readonly id: string
  readonly name: string
  readonly from: LifecycleState['status']
  readonly to: LifecycleState['status']
  readonly reason: string
  readonly evidence: Evidence
  readonly at: Date
}

export const FailureValue = z.object({
  skill: z.string(),
  name: z.string(),
  input: z.string().optional(),
  error: z.string().transform(displayText),
  at: z.coerce.date()
})

export const DocumentationValue = z.object({
  text: z.string().transform(displayText),
  /** `provider/model`. */
  model: z.string(),
  /** Written by rule, without a model. */
  offline: z.boolean(),
  at: z.coerce.date()
})
/**
 * Documentation of a skill, written when it was made warm.
 *
 * @interface
 */
export type Documentation = Readonly<z.output<typeof DocumentationValue>>

export const RemovedValue = z
  .object({
    id: z.string(),
    standing: LifecycleValue,
    /** Milliseconds of the Unix epoch. */
    at: z.number()
  })
  .transform(({ standing, ...removed }) => ({ ...removed, lifecycle: standing }))
/** A removed skill and its state at that time. */
export type StoredRemoval = Readonly<z.output<typeof RemovedValue>>

export function storedRemoved({
  lifecycle,
  ...removed
}: StoredRemoval): z.input<typeof RemovedValue> {
  return { ...removed, standing: lifecycle }
}

export const FalseReceiptValue = z.object({
  /** The author's key, 64 hex digits. */
  author: z.string(),
  /** Id of the skill. */
  skill: z.string(),
  /** JSON text. */
  input: z.string().transform(displayText),
  /** SHA-256 of the output, or SKILL_THREW: as claimed, and as run here. */
  claimed: z.string(),
  gave: z.string(),
  at: z.coerce.date()
})
/**
 * A receipt whose run gave another result here.
 *
 * @interface
 */
export type FalseReceipt = Readonly<z.output<typeof FalseReceiptValue>>

export interface StoredSkill {
  readonly id: string
  readonly skill: Skill
  readonly provenance: Provenance
  readonly addedAt: number
  /** Agents of this node that added it, at most 16; empty for a skill that no agent is known of. */
  readonly agents: readonly string[]
}

/** The digest of a reported run's id, and its number: the latest runs have the largest numbers. */
export const RunValue = z.object({ number: z.int().min(0), key: z.string() })
export type StoredRun = Readonly<z.output<typeof RunValue>>
