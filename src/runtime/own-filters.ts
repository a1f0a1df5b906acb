/** The Bloom filters that a node keeps. */
import type { StoredFilter } from '../../crdt/index.ts'
import type { NodeParts } from './node-parts.ts'

/** Bloom filters of this node, the filter of all facts first. */
export function ownFilters({
  facts,
  replica
}: Pick<NodeParts, 'facts' | 'replica'>): [StoredFilter, ...StoredFilter[]] {
  const shared = facts.observed === undefined ? [] : [facts.observed]
  return [facts.filter, replica.published, ...shared]
}
