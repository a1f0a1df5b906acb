/** What makes two records variants of each other. */
import { variantKey } from './variants.ts'
import type { HiveRecord } from '../../crdt/records/index.ts'

/** Equal for records that are variants, and for no others. */
export function recordVariantKey({
  attribute,
  value,
  entity,
  content
}: Omit<HiveRecord, 'kind'>): string {
  return JSON.stringify([attribute, value, variantKey(entity), variantKey(content)])
}
