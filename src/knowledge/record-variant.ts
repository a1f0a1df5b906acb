/** What makes two records variants of each other. */
import { nameKey, variantKey } from './variants.ts'
import type { HiveRecord } from '../../crdt/records/index.ts'

/**
 * Equal for records that are variants, and for no others. White space of a lesson has a meaning, so
 * that its variants differ in the summary alone. The title of a goal is prose; the entity of a fact
 * is a name.
 */
export function recordVariantKey({
  kind,
  attribute,
  value,
  entity,
  content,
  action,
  versions,
  verify
}: Omit<HiveRecord, 'kind'> & { readonly kind?: HiveRecord['kind'] }): string {
  if (kind === 'lesson') {
    return JSON.stringify([kind, variantKey(entity), content, action, versions, verify])
  }
  const name = kind === 'goal' ? variantKey(entity) : nameKey(entity)
  return JSON.stringify([attribute, value, name, variantKey(content)])
}
