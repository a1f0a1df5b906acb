/** What the index finds and lists a goal by. */
import { sha256 } from '../../crdt/bytes/index.ts'
import { detectInstruction } from '../foreign-text/index.ts'
import { recordVariantKey, variantKey } from '../knowledge/index.ts'
import { GOAL_STATUSES, readStatements } from './goal-statement.ts'
import type { AttestedRecord, HiveRecord, Replica } from '../../crdt/index.ts'
import type { InstructionKind } from '../foreign-text/index.ts'
import type { GoalRank } from '../search/index.ts'
import type { GoalStatements, GoalStatus } from './goal-statement.ts'

/** 128 bits, so that no goal can be made that hides a chosen one as its variant. */
const KEY_BYTES = 16

/** A goal that reads like an order waits for this node's own statement. */
export async function rankGoal(
  { digest, record, standing }: AttestedRecord,
  replica: Pick<Replica, 'voteOn'>
): Promise<GoalRank> {
  const statements = readStatements(standing)
  const isOwn = (await replica.voteOn(digest)) === 'vouch'
  const parent = parentOf(statements)
  return {
    variant: variantOf(record),
    title: titleKey(record.entity),
    status: GOAL_STATUSES.indexOf(statusOf(statements)),
    ...(parent === undefined ? {} : { parent: Buffer.from(parent, 'hex') }),
    isOwn,
    isFlagged: !isOwn && flagOf(record) !== undefined
  }
}

/** Equal for goals that are variants of each other. */
export function variantOf(record: HiveRecord): Uint8Array {
  return hashOf(recordVariantKey(record))
}

/** Equal for titles that are variants of each other. */
export function titleKey(title: string): Uint8Array {
  return hashOf(variantKey(title))
}

/** The status that prevails among the authors' statements. */
export function statusOf({ statusCounts }: GoalStatements): GoalStatus {
  return GOAL_STATUSES.findLast((status) => statusCounts.has(status)) ?? 'open'
}

/** The parent that most authors state; of several the one with the least id. */
export function parentOf({ parents }: GoalStatements): string | undefined {
  return [...parents]
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([parent]) => parent)[0]
}

export function flagOf({ entity, content }: HiveRecord): InstructionKind | undefined {
  return detectInstruction(`${entity}\n${content}`)
}

function hashOf(text: string): Uint8Array {
  return sha256(Buffer.from(text)).subarray(0, KEY_BYTES)
}
