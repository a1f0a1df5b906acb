/**
 * The voices of a closed swarm, for its replica: who has one according to the statements that are
 * held, and this node's own. A credential is checked once, in the thread of voices; verdicts that
 * rest on statements which may still come are not kept.
 */
import { equalBytes, sha256, toHex } from '../bytes/index.ts'
import { MalformedError, MemberError } from '../errors.ts'
import { readCredential } from '../voices/credential.ts'
import { epochKeyOf } from '../voices/epoch-key.ts'
import { epochTag } from '../voices/tags.ts'
import { voiceKeyOf } from '../voices/voice-key.ts'
import type { CredentialVerdict, Membership, OwnVoice, TagClaim } from '../membership.ts'
import type { Credential } from '../voices/credential.ts'
import type { CheckSource } from '../voices/fair-queue.ts'
import type { VoiceKey } from '../voices/voice-key.ts'
import type { Voices } from '../voices/voices.ts'

/** Whose keys the rings of an epoch have. */
export interface Rings {
  /** The voice keys with these ids, in their order; undefined if one is not known. */
  keysOfRing(epoch: number, ids: readonly Uint8Array[]): readonly Uint8Array[] | undefined
  /** The ring that a voice key is in; undefined where it has no voice in the epoch. */
  ringFor(epoch: number, voiceKey: Uint8Array): readonly Uint8Array[] | undefined
}

/** Options of `MemberVoices`. */
export interface MemberVoicesInit {
  readonly swarm: string
  readonly rings: Rings
  readonly voices: Voices
  /** The seed of this node's member keys. */
  readonly seed: Uint8Array
  /** The epoch of now. */
  readonly epoch: () => number
  /** The day of now, for quotas; default: one day for ever. */
  readonly day?: () => number
  /** Whole hours since the epoch began; default: the first one for ever. */
  readonly hour?: () => number
  /** Throws `MemberError` where this node may not publish. */
  readonly assertVoice: () => void
}

/** Checked credentials that are remembered: one for each member and epoch. */
const MAX_CHECKED = 4_096

/** Clocks differ, and credentials are issued before the epoch begins. */
const EPOCHS_AHEAD = 1

/** The membership of one node. */
export class MemberVoices implements Membership {
  readonly #init: MemberVoicesInit
  readonly #key: VoiceKey
  /** By hash; the last used at the end. */
  readonly #checked = new Map<string, Promise<CredentialVerdict>>()
  #own: { readonly epoch: number; readonly voice: Promise<OwnVoice> } | undefined

  constructor(init: MemberVoicesInit) {
    this.#init = init
    this.#key = voiceKeyOf(init.seed)
  }

  epoch(): number {
    return this.#init.epoch()
  }

  day(): number {
    return this.#init.day?.() ?? 0
  }

  hour(): number {
    return this.#init.hour?.() ?? 0
  }

  async checkCredential(bytes: Uint8Array, source?: CheckSource): Promise<CredentialVerdict> {
    const name = toHex(sha256(bytes))
    const known = this.#checked.get(name)
    if (known !== undefined) return known
    let credential: Credential
    try {
      credential = readCredential(bytes)
    } catch (error) {
      if (error instanceof MalformedError) return { status: 'invalid' }
      throw error
    }
    const { epoch, ring } = credential
    if (epoch > this.epoch() + EPOCHS_AHEAD) return { status: 'unknown' }
    const keys = this.#init.rings.keysOfRing(epoch, ring)
    if (keys === undefined) return { status: 'unknown' }
    const verdict = this.#verify(bytes.slice(), credential, keys, source)
    this.#remember(name, verdict)
    verdict.catch(() => this.#checked.delete(name))
    return verdict
  }

  checkTags(claim: TagClaim, proof: Uint8Array, source?: CheckSource): Promise<boolean> {
    const { swarm, voices } = this.#init
    return voices.verifyTags({ swarm, ...claim, proof }, source)
  }

  async ownVoice(epoch = this.epoch()): Promise<OwnVoice> {
    this.#init.assertVoice()
    if (this.#own?.epoch === epoch) return this.#own.voice
    const voice = this.#makeOwn(epoch)
    const own = { epoch, voice }
    this.#own = own
    voice.catch(() => {
      if (this.#own === own) this.#own = undefined
    })
    return voice
  }

  ownTag(epoch: number): Uint8Array {
    return epochTag(this.#key, this.#init.swarm, epoch)
  }

  async #verify(
    bytes: Uint8Array,
    { epoch, tag, signer }: Credential,
    keys: readonly Uint8Array[],
    source: CheckSource | undefined
  ): Promise<CredentialVerdict> {
    const { swarm, voices } = this.#init
    if (!(await voices.verifyCredential(swarm, bytes, keys, source))) return { status: 'invalid' }
    return { status: 'valid', epoch, tag: tag.slice(), signer: signer.slice() }
  }

  async #makeOwn(epoch: number): Promise<OwnVoice> {
    const { swarm, voices, rings, seed } = this.#init
    const key = this.#key
    const ring = rings.ringFor(epoch, key.key)
    if (ring === undefined || !ring.some((each) => equalBytes(each, key.key))) {
      throw new MemberError(
        'VOICE_BEGINS_LATER',
        'This member has a voice from the next epoch on, and cannot publish before. "hive members" shows when it begins.'
      )
    }
    const epochKey = epochKeyOf(seed, swarm, epoch)
    const signer = epochKey.key
    const credential = await voices.createCredential({ swarm, epoch, ring, key, signer })
    return {
      epoch,
      tag: this.ownTag(epoch),
      signer,
      credential,
      sign: (message) => epochKey.sign(message),
      tags: (digests) => voices.tags(key, swarm, digests),
      prove: ({ context, digests, tags }) =>
        voices.prove({ swarm, epoch, key, context, digests, tags })
    }
  }

  #remember(name: string, verdict: Promise<CredentialVerdict>): void {
    this.#checked.set(name, verdict)
    for (const oldest of this.#checked.keys()) {
      if (this.#checked.size <= MAX_CHECKED) break
      this.#checked.delete(oldest)
    }
  }
}
