/** The work of voices, which takes milliseconds to seconds: in a thread, or in place. */
import { createCredential, verifyCredential } from './credential.ts'
import { proveTags, verifyTags } from './record-tags.ts'
import { recordTag } from './tags.ts'
import type { CredentialInit } from './credential.ts'
import type { CheckSource } from './fair-queue.ts'
import type { TagBatch } from './record-tags.ts'
import type { VoiceKey } from './voice-key.ts'

/**
 * What the work of voices is: the functions of this room, with an answer that comes later. Checks may
 * have a source, so that those of one do not delay those of others by more than its share.
 */
export interface Voices {
  /** The bytes of a new credential. Rejects with `MalformedError` if the ring cannot sign. */
  createCredential(init: CredentialInit): Promise<Uint8Array>
  /** Whether the credential is one of the ring, which has the voice key of each id in order. */
  verifyCredential(
    swarm: string,
    bytes: Uint8Array,
    ring: readonly Uint8Array[],
    source?: CheckSource
  ): Promise<boolean>
  /** The member's tags of records, 32 bytes each. */
  tags(key: VoiceKey, swarm: string, digests: readonly Uint8Array[]): Promise<Uint8Array[]>
  /** A proof of 64 bytes for all tags of an entry; no bytes without tags. */
  prove(batch: ProveInit): Promise<Uint8Array>
  /** Whether the secret of the epoch tag made all tags. */
  verifyTags(batch: VerifyInit, source?: CheckSource): Promise<boolean>
}

/** What `prove` is given. */
export type ProveInit = TagBatch & {
  /** The member's own voice key, which made the tags. */
  readonly key: VoiceKey
}

/** What `verifyTags` is given. */
export type VerifyInit = TagBatch & {
  /** Epoch tag of the member, from its credential. */
  readonly tag: Uint8Array
  readonly proof: Uint8Array
}

/** Voices that work in the thread of the caller, and keep it busy. */
export function inlineVoices(): Voices {
  return {
    createCredential: async (init) => createCredential(init),
    verifyCredential: async (swarm, bytes, ring) => verifyCredential(swarm, bytes, ring),
    tags: async (key, swarm, digests) => digests.map((digest) => recordTag(key, swarm, digest)),
    prove: async (batch) => proveTags(batch),
    verifyTags: async (batch) => verifyTags(batch)
  }
}
