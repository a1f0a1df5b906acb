/**
 * The statement of one author about a goal, as tags of its register: status, parent goal,
 * templates, and the user's tags.
 */
import { canonicalTags } from '../../crdt/index.ts'
import { HiveError } from '../errors.ts'
import type { Register } from '../../crdt/index.ts'

/**
 * The status of a goal. If authors differ, `achieved` prevails, then `abandoned`, then `active`.
 */
export type GoalStatus = 'open' | 'active' | 'abandoned' | 'achieved'

/** In ascending order of precedence: if authors differ, the last one prevails. */
export const GOAL_STATUSES = [
  'open',
  'active',
  'abandoned',
  'achieved'
] as const satisfies readonly GoalStatus[]

export interface GoalStatement {
  readonly status: GoalStatus
  /** Hex digest of the parent goal. */
  readonly parent?: string
  /** Hex digests of records that show how to reach the goal. */
  readonly templates: readonly string[]
  readonly tags: readonly string[]
}

/** The room that a register has beside status and parent. */
export const MAX_TEMPLATES = 8
const MAX_GOAL_TAGS = 6

const STATUS = 'status:'
const PARENT = 'parent:'
const TEMPLATE = 'template:'
const RESERVED = [STATUS, PARENT, TEMPLATE]

const DIGEST_BYTES = 32

/** Tags of a user in canonical form. Throws `HiveError` and `LimitError`. */
export function goalTags(tags: readonly string[]): string[] {
  const canonical = canonicalTags(tags)
  const reserved = canonical.find((tag) => RESERVED.some((prefix) => tag.startsWith(prefix)))
  if (reserved !== undefined) {
    throw new HiveError(
      'ARGUMENT_INVALID',
      `The tag "${reserved}" begins with a reserved prefix (${RESERVED.join(', ')}). Choose another tag.`
    )
  }
  if (canonical.length > MAX_GOAL_TAGS) {
    throw new HiveError(
      'LIMIT_EXCEEDED',
      `The goal has ${canonical.length} tags; the limit is ${MAX_GOAL_TAGS}. Remove tags.`
    )
  }
  return canonical
}

export function writeStatement({ status, parent, templates, tags }: GoalStatement): string[] {
  return [
    ...tags,
    `${STATUS}${status}`,
    ...(parent === undefined ? [] : [`${PARENT}${encodeId(parent)}`]),
    ...templates.map((template) => `${TEMPLATE}${encodeId(template)}`)
  ]
}

/** Ignores tags that this version does not know. */
export function readStatement({ tags }: Pick<Register, 'tags'>): GoalStatement {
  const tagsWith = (prefix: string): string[] =>
    tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length))
  const statuses = tagsWith(STATUS)
  return {
    status: GOAL_STATUSES.findLast((status) => statuses.includes(status)) ?? 'open',
    parent: tagsWith(PARENT).flatMap((name) => decodeId(name) ?? [])[0],
    templates: tagsWith(TEMPLATE).flatMap((name) => decodeId(name) ?? []),
    tags: tags.filter((tag) => !RESERVED.some((prefix) => tag.startsWith(prefix)))
  }
}

/** 43 characters, since a tag has room for 64 bytes. */
function encodeId(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url')
}

function decodeId(text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64url')
  const isExact = bytes.length === DIGEST_BYTES && bytes.toString('base64url') === text
  return isExact ? bytes.toString('hex') : undefined
}
