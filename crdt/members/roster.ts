/**
 * The voices of an epoch, and the rings that they are cut into.
 *
 * A node makes credentials in the ring that it is in, without members that are revoked or void, and
 * without keys that share a ring id (two keys of one id take 2^64 attempts). It accepts rings by a
 * wider rule: signatures up to a root, and dates that contain the begin of the epoch. Nothing that arrives later ends an acceptance, so that all nodes accept the same entries.
 */
import { concat, seqBytes, sha256, toHex } from '../bytes/index.ts'
import { EPOCH_SECONDS } from './constants.ts'
import { labelledFor } from './domain.ts'
import { epochBegin } from './epoch.ts'
import { MAX_RING_KEYS } from '../voices/credential.ts'
import { ringIdOf } from '../voices/voice-key.ts'
import type { Certificate } from './certificate.ts'
import type { Chains } from './chains.ts'
import type { StatementIndex } from './statement-index.ts'

/** What a roster is made from. */
export interface RosterInit {
  readonly swarm: string
  readonly index: StatementIndex
  readonly chains: Chains
  /** Seconds of an epoch. */
  readonly epochSeconds?: number
}

/** Epochs whose voices are remembered: the one before, the current one, and the next. */
const REMEMBERED = 3

/** Decides who has a voice in an epoch, from the statements that are known now. */
export class Roster {
  readonly #init: RosterInit
  readonly #remembered = new Map<number, readonly Uint8Array[]>()
  #revision = -1

  constructor(init: RosterInit) {
    this.#init = init
  }

  /** Seconds of an epoch. */
  get epochSeconds(): number {
    return this.#init.epochSeconds ?? EPOCH_SECONDS
  }

  /** Voice keys of the epoch, in the order of the rings. */
  voices(epoch: number): readonly Uint8Array[] {
    const { revision } = this.#init.index
    if (revision !== this.#revision) this.#remembered.clear()
    this.#revision = revision
    const known = this.#remembered.get(epoch)
    if (known !== undefined) return known
    const voices = this.#compute(epoch)
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size < REMEMBERED) break
      this.#remembered.delete(oldest)
    }
    this.#remembered.set(epoch, voices)
    return voices
  }

  /** The ring of the epoch that the voice key is in; undefined if it has no voice then. */
  ringFor(epoch: number, voice: Uint8Array): Uint8Array[] | undefined {
    const voices = this.voices(epoch)
    const position = voices.findIndex((each) => Buffer.compare(each, voice) === 0)
    if (position === -1) return undefined
    const rings = Math.ceil(voices.length / MAX_RING_KEYS)
    const at = Math.floor((position * rings) / voices.length)
    // The ring begins at the first position that the same division gives.
    const begin = Math.ceil((at * voices.length) / rings)
    return voices.slice(begin, Math.ceil(((at + 1) * voices.length) / rings))
  }

  /**
   * The voice keys of ring ids of 16 bytes, in their order; undefined while one is unknown. Of several
   * keys with one id the lowest.
   */
  keysOfRing(epoch: number, ids: readonly Uint8Array[]): Uint8Array[] | undefined {
    const keys = ids.flatMap((id) => this.#keysOf(epoch, id).slice(0, 1))
    return keys.length === ids.length ? keys : undefined
  }

  #keysOf(epoch: number, id: Uint8Array): Uint8Array[] {
    const begin = epochBegin(epoch, this.epochSeconds)
    const keys = this.#init.index
      .certificatesOfRingId(toHex(id))
      .filter(({ certificate }) => hasVoice(certificate, begin))
      .map(({ certificate }) => certificate.voice)
    return distinct(keys)
  }

  #compute(epoch: number): Uint8Array[] {
    const { swarm, index, chains } = this.#init
    const begin = epochBegin(epoch, this.epochSeconds)
    const voices: Uint8Array[] = []
    for (const node of index.certificates()) {
      const { certificate } = node
      if (!hasVoice(certificate, begin) || chains.faultOf(node, epoch) !== undefined) continue
      voices.push(certificate.voice)
    }
    const prefix = labelledFor(swarm, 'ring-order', seqBytes(epoch))
    return distinct(voices)
      .filter((voice) => this.#keysOf(epoch, ringIdOf(voice)).length === 1)
      .map((voice) => ({ voice, order: sha256(concat(prefix, voice)) }))
      .toSorted((a, b) => Buffer.compare(a.order, b.order))
      .map(({ voice }) => voice)
  }
}

function hasVoice({ role, notBefore, notAfter }: Certificate, begin: number): boolean {
  return role !== 'light' && notBefore <= begin && begin < notAfter
}

/** Different keys, in ascending order: renewals have the key of the certificate before. */
function distinct(keys: readonly Uint8Array[]): Uint8Array[] {
  const sorted = keys.toSorted((a, b) => Buffer.compare(a, b))
  return sorted.filter((key, i) => i === 0 || Buffer.compare(sorted[i - 1] ?? key, key) !== 0)
}
