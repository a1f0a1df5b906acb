/**
 * When a changed vote leaves. A node retracts the vote of one author key, and votes again with another
 * key. A peer that sees both at one time can guess that both keys are of this node.
 */
import { randomBytes } from 'node:crypto'

/** When statements leave that would link author keys. */
export interface VoteTiming {
  /** Milliseconds of the Unix epoch. */
  readonly now: () => number
  /** Milliseconds, at random: of a new vote since peers have the retraction of the one before. */
  readonly delay: () => number
}

const HOUR = 3_600_000

/** Retractions of two author keys that leave within this time could be taken for those of one node. */
export const MIN_APART = HOUR
const MIN_DELAY = MIN_APART
const MAX_DELAY = 6 * HOUR

/** One to six hours. */
export function voteTiming(now: () => number = Date.now): VoteTiming {
  return { now, delay: () => Math.floor(MIN_DELAY + randomPart() * (MAX_DELAY - MIN_DELAY)) }
}

/** 0 up to 1. */
function randomPart(): number {
  return randomBytes(4).readUInt32BE() / 2 ** 32
}

/** Whether a time has come. One that is too far away was taken from a clock that was wrong. */
export function isDue(due: number, now: number): boolean {
  return due <= now || due > now + MAX_DELAY
}
