/**
 * The statement of one author about a goal, as tags of its register: status, parent goal,
 * templates, and the user's tags.
 */
import { canonicalTags, TAG_CLASSES } from '../../crdt/index.ts'
import { HiveError } from '../errors.ts'
import type { Register, Standing } from '../../crdt/index.ts'

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

const [STATUS, PARENT, TEMPLATE] = TAG_CLASSES
const RESERVED = TAG_CLASSES

const DIGEST_BYTES = 32

/** Tags of a user in canonical form. Throws `HiveError` and `LimitError`. */
export function goalTags(tags: readonly string[]): string[] {
  const canonical = canonicalTags(tags)
  const reserved = canonical.find(isReserved)
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

/** What the vouching authors of a goal state, in sums. */
export interface GoalStatements {
  /** Number of authors that state each status; without one, an author states `open`. */
  readonly statusCounts: ReadonlyMap<GoalStatus, number>
  /** Parents and templates by hex digest, with their number of authors. */
  readonly parents: ReadonlyMap<string, number>
  readonly templates: ReadonlyMap<string, number>
  readonly tags: readonly string[]
}

/** Ignores tags that this version does not know. */
export function readStatements({
  vouches,
  tags
}: Pick<Standing, 'tags' | 'vouches'>): GoalStatements {
  const tagsWith = (prefix: string): (readonly [string, number])[] =>
    tags.flatMap(([tag, authors]) =>
      tag.startsWith(prefix) ? [[tag.slice(prefix.length), authors] as const] : []
    )
  const ids = (prefix: string): ReadonlyMap<string, number> =>
    new Map(
      tagsWith(prefix).flatMap(([name, authors]) => {
        const id = decodeId(name)
        return id === undefined ? [] : [[id, authors] as const]
      })
    )
  const stated = new Map<string, number>(tagsWith(STATUS))
  const silent = vouches - [...stated.values()].reduce((sum, authors) => sum + authors, 0)
  if (silent > 0) stated.set('open', (stated.get('open') ?? 0) + silent)
  return {
    statusCounts: new Map(
      GOAL_STATUSES.flatMap((status) => {
        const authors = stated.get(status)
        return authors === undefined ? [] : [[status, authors] as const]
      })
    ),
    parents: ids(PARENT),
    templates: ids(TEMPLATE),
    tags: tags.map(([tag]) => tag).filter((tag) => !isReserved(tag))
  }
}

/** Whether a tag has a meaning of its own, and is not one that a user gave. */
export function isReserved(tag: string): boolean {
  return RESERVED.some((prefix) => tag.startsWith(prefix))
}

/** The statement of one author. */
export function readStatement({ tags }: Pick<Register, 'tags'>): GoalStatement {
  const {
    statusCounts,
    parents,
    templates,
    tags: own
  } = readStatements({
    vouches: 1,
    tags: tags.map((tag) => [tag, 1] as const)
  })
  const [parent] = parents.keys()
  return {
    status: GOAL_STATUSES.findLast((status) => statusCounts.has(status)) ?? 'open',
    parent,
    templates: [...templates.keys()],
    tags: own
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
