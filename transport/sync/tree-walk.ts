/** How a run goes down the tree of a peer. */
import { MAX_REQUESTED_NODES, MAX_WAITING_PREFIXES } from '../constants.ts'

/**
 * How many of the prefixes that wait are asked for next. With many that wait it is one: each adds at most
 * 15, so that a tree which is made up, with 64 levels, adds at most 1,000 more.
 */
export function batchOf(prefixes: readonly string[]): number {
  return prefixes.length > MAX_WAITING_PREFIXES ? 1 : MAX_REQUESTED_NODES
}
