/**
 * An index of claims: records that give an attribute of an entity a value, by entity and attribute.
 * The index returns candidates; its readers compare them.
 */
import { HASH_BYTES } from '../constants.ts'
import { concat, sha256 } from '../bytes/index.ts'
import type { HiveRecord } from './record.ts'
import type { Operation, Section, Store } from '../store/section.ts'

/** The fields that make a record a claim. */
export type ClaimKey = Pick<HiveRecord, 'entity' | 'attribute'>

const ENTITY_BYTES = 16
const ATTRIBUTE_BYTES = 8
const EMPTY = new Uint8Array()

/** An index of claims, in a section of the store. */
export class ClaimIndex {
  readonly #section: Section

  constructor(store: Pick<Store, 'section'>, name: string) {
    this.#section = store.section(name)
  }

  /** No operations for a record without an attribute. */
  put({ entity, attribute }: ClaimKey, digest: Uint8Array): Operation[] {
    return attribute === undefined
      ? []
      : [this.#section.put(concat(entityKey(entity), attributeKey(attribute), digest), EMPTY)]
  }

  /** Operations that remove the claim; none for a record without an attribute. */
  del({ entity, attribute }: ClaimKey, digest: Uint8Array): Operation[] {
    return attribute === undefined
      ? []
      : [this.#section.del(concat(entityKey(entity), attributeKey(attribute), digest))]
  }

  /** Digests of the claims on one attribute, or on all of them; at most `limit`. */
  async find(entity: string, attribute?: string, limit?: number): Promise<Uint8Array[]> {
    const prefix =
      attribute === undefined
        ? entityKey(entity)
        : concat(entityKey(entity), attributeKey(attribute))
    const end = concat(prefix, new Uint8Array(ATTRIBUTE_BYTES + HASH_BYTES).fill(0xff))
    const digests: Uint8Array[] = []
    for await (const [key] of this.#section.entries({ gte: prefix, lte: end, limit })) {
      digests.push(key.subarray(ENTITY_BYTES + ATTRIBUTE_BYTES))
    }
    return digests
  }
}

/** Names are compared without regard to case. */
function entityKey(entity: string): Uint8Array {
  return sha256(Buffer.from(entity.toLowerCase())).subarray(0, ENTITY_BYTES)
}

function attributeKey(attribute: string): Uint8Array {
  return sha256(Buffer.from(attribute.toLowerCase())).subarray(0, ATTRIBUTE_BYTES)
}
