/**
 * The keys of a member, from one seed of 32 bytes: a signing key for doors and certificates, and a
 * voice key. Neither is an author's key or the key of a peer.
 */
import { hkdfSync, randomBytes } from 'node:crypto'
import { DOMAIN } from '../constants.ts'
import { fromHex, signingKeyOf, toHex } from '../bytes/index.ts'
import { MemberError } from '../errors.ts'
import { voiceKeyOf } from '../voices/voice-key.ts'
import type { SigningKey } from '../bytes/index.ts'

/** Bytes of a member's seed. */
const SEED_BYTES = 32

/** What a member has: `key` and `sign` are the signing key. */
export interface MemberKeys extends SigningKey {
  /** 32 secret bytes. */
  readonly seed: Uint8Array
  /** The public voice key, 32 bytes. */
  readonly voice: Uint8Array
}

/** A new random seed of a member. */
export function createMemberSeed(): Uint8Array {
  return new Uint8Array(randomBytes(SEED_BYTES))
}

/** The keys of a seed of 32 bytes. */
export function memberKeysOf(seed: Uint8Array): MemberKeys {
  const signing = hkdfSync('sha256', seed, '', `${DOMAIN}/member-signing`, 32)
  return { seed, voice: voiceKeyOf(seed).key, ...signingKeyOf(new Uint8Array(signing)) }
}

/** The text of `member.json`. It is a secret: the file must be readable by its owner only. */
export function memberFileText({ seed }: Pick<MemberKeys, 'seed'>): string {
  return `${JSON.stringify({ version: 1, seed: toHex(seed) }, undefined, 2)}\n`
}

/** The keys in the text of `member.json`. Throws `MemberError` (MEMBER_FILE_INVALID). */
export function readMemberFile(text: string): MemberKeys {
  const seed = seedIn(text)
  if (seed === undefined) {
    throw new MemberError(
      'MEMBER_FILE_INVALID',
      'This is not the file of a member. Restore the file, or delete it and ask for a new invite.'
    )
  }
  return memberKeysOf(seed)
}

function seedIn(text: string): Uint8Array | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('version' in value)) return undefined
    if (value.version !== 1 || !('seed' in value) || typeof value.seed !== 'string')
      return undefined
    return fromHex(value.seed, SEED_BYTES)
  } catch {
    return undefined
  }
}
