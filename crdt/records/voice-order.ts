/**
 * The order of what one voice says of a record. A voice can have several authors: those of its
 * epochs, and after a crash those of the generations within one. So the order is (epoch,
 * generation, sequence number), in one number of 48 bits.
 */
import { equalBytes } from '../bytes/index.ts'
import { MAX_EPOCH, MAX_GENERATION, MAX_VOICE_SEQ } from '../constants.ts'

/** Where a register is, and whose it is. */
export interface VotePosition {
  /** Who speaks: the author, or in a closed swarm the member's tag for the record. */
  readonly voice: Uint8Array
  /** Of two registers of a voice the one with the higher order counts. Of an author: its `seq`. */
  readonly order: number
  readonly author: Uint8Array
  readonly seq: number
}

const SEQ_RANGE = MAX_VOICE_SEQ + 1
const GENERATIONS = MAX_GENERATION + 1

/** Of an author in an epoch and a generation. Throws `RangeError` beyond the bounds. */
export function voiceOrder(epoch: number, generation: number, seq: number): number {
  if (epoch > MAX_EPOCH || generation > MAX_GENERATION || seq > MAX_VOICE_SEQ) {
    throw new RangeError('An epoch, a generation or a sequence number is out of range.')
  }
  return (epoch * GENERATIONS + generation) * SEQ_RANGE + seq
}

export function seqInOrder(order: number): number {
  return order % SEQ_RANGE
}

/**
 * Whether the first register stands in place of the second. Equal orders of one voice come from two
 * authors of one generation, which no honest member has: the higher key stands, on every node.
 */
export function isLater(
  a: Pick<VotePosition, 'author' | 'order'>,
  b: Pick<VotePosition, 'author' | 'order'>
): boolean {
  return a.order === b.order ? Buffer.compare(a.author, b.author) > 0 : a.order > b.order
}

/** Whether both are the same register. */
export function isSamePosition(
  a: Pick<VotePosition, 'author' | 'order'>,
  b: Pick<VotePosition, 'author' | 'order'>
): boolean {
  return a.order === b.order && equalBytes(a.author, b.author)
}
