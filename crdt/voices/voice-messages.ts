/**
 * What the thread of voices is asked and what it answers. Lists of keys, digests and tags travel
 * packed: a message with a view copies all of the memory that the view lies in.
 */
import { concat } from '../bytes/index.ts'
import { KEY_BYTES } from '../constants.ts'
import { MalformedError } from '../errors.ts'
import type { CredentialInit } from './credential.ts'
import type { TagBatch } from './record-tags.ts'
import type { VoiceKey } from './voice-key.ts'

/** Items of 32 bytes, one after the other. */
export type Packed = Uint8Array

/** A batch of tags with its lists packed. */
export type PackedBatch = Omit<TagBatch, 'digests' | 'tags'> & {
  readonly digests: Packed
  readonly tags: Packed
}

export type VoiceRequest =
  | {
      readonly type: 'create'
      readonly init: Omit<CredentialInit, 'ring'> & { readonly ring: Packed }
    }
  | {
      readonly type: 'verify'
      readonly swarm: string
      readonly bytes: Uint8Array
      readonly ring: Packed
    }
  | {
      readonly type: 'tags'
      readonly key: VoiceKey
      readonly swarm: string
      readonly digests: Packed
    }
  | { readonly type: 'prove'; readonly batch: PackedBatch & { readonly key: VoiceKey } }
  | {
      readonly type: 'verify-tags'
      readonly batch: PackedBatch & { readonly tag: Uint8Array; readonly proof: Uint8Array }
    }

/** Bytes of a credential or a proof, packed tags, or a verdict. */
export type VoiceAnswer = Uint8Array | boolean

/** The reply to the oldest request that has none. */
export type VoiceReply =
  | { readonly answer: VoiceAnswer }
  | {
      readonly error: string
      /** Whether the request was malformed. */
      readonly isMalformed: boolean
    }

/** About the milliseconds that a request takes: docs/decisions/voices.md has the measured ones. */
export function costOf(request: VoiceRequest): number {
  switch (request.type) {
    case 'create':
      return 5 + 1.4 * countOf(request.init.ring)
    case 'verify':
      return 5 + 1.4 * countOf(request.ring)
    case 'tags':
      return 0.1 + 0.1 * countOf(request.digests)
    case 'prove':
      return 5 + 0.05 * countOf(request.batch.tags)
    case 'verify-tags':
      return 5 + 0.3 * countOf(request.batch.tags)
  }
}

function countOf(packed: Packed): number {
  return packed.length / KEY_BYTES
}

/** Whether all items have 32 bytes, as what is packed has. */
export function arePackable(items: readonly Uint8Array[]): boolean {
  return items.every((item) => item.length === KEY_BYTES)
}

/** Throws `MalformedError` unless all items have 32 bytes. */
export function pack(items: readonly Uint8Array[]): Packed {
  if (!arePackable(items)) throw new MalformedError('keys, digests and tags have 32 bytes')
  return concat(...items)
}

/** The items, as views. */
export function unpack(packed: Packed): Uint8Array[] {
  return Array.from({ length: packed.length / KEY_BYTES }, (_, index) =>
    packed.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES)
  )
}

/** The batch with its lists packed. Throws `MalformedError` unless all items have 32 bytes. */
export function packBatch<Batch extends TagBatch>(
  batch: Batch
): Omit<Batch, 'digests' | 'tags'> & Pick<PackedBatch, 'digests' | 'tags'> {
  return { ...batch, digests: pack(batch.digests), tags: pack(batch.tags) }
}

/** The batch that was packed. */
export function unpackBatch<Batch extends PackedBatch>(
  batch: Batch
): Omit<Batch, 'digests' | 'tags'> & Pick<TagBatch, 'digests' | 'tags'> {
  return { ...batch, digests: unpack(batch.digests), tags: unpack(batch.tags) }
}
