/** What makes claims comparable: the attribute of an entity, and the value. */
import { sha256 } from '../../crdt/bytes/index.ts'
import type { HiveRecord } from '../../crdt/records/index.ts'

const HASH_BYTES = 16

/** Before and after all times. */
export const BEGINNING = -Number.MAX_SAFE_INTEGER
export const FOREVER = Number.MAX_SAFE_INTEGER

export interface ClaimFields {
  readonly slot: Uint8Array
  readonly value: Uint8Array
}

/**
 * 32 bytes: of the entity, then of the attribute; without an attribute the first half. Names are
 * compared without regard to case.
 */
export function slotOf(entity: string, attribute?: string): Uint8Array {
  const half = hashOf(entity.toLowerCase())
  return attribute === undefined ? half : Buffer.concat([half, hashOf(attribute.toLowerCase())])
}

/** Undefined for a record without an attribute. */
export function claimFieldsOf({
  entity,
  attribute,
  value = ''
}: Pick<HiveRecord, 'attribute' | 'entity' | 'value'>): ClaimFields | undefined {
  return attribute === undefined
    ? undefined
    : { slot: slotOf(entity, attribute), value: hashOf(value) }
}

function hashOf(text: string): Uint8Array {
  return sha256(Buffer.from(text)).subarray(0, HASH_BYTES)
}
