/**
 * What one member of a closed swarm may make this node store in a day. A member can make author
 * keys and entries without end, and each node would store and pass on all of them; what is over the
 * quota waits until the next day, and is no offence of who passes it on. Own entries do not count.
 * Counters are in memory: a restart begins a new day, which helps nobody who cannot restart the node.
 */
import { toHex } from '../bytes/index.ts'

/** The most of one voice in a day. */
export interface QuotaLimits {
  readonly authors: number
  /** Records, votes and retractions. */
  readonly values: number
  /** Unpacked. */
  readonly bytes: number
}

/** A million facts of one member in an hour are far below: 2 million values, 300 MB. */
export const VOICE_QUOTA: QuotaLimits = {
  authors: 1_024,
  values: 10_000_000,
  bytes: 2 * 1024 ** 3
}

export interface VoiceQuotaInit {
  /** The number of the day. */
  readonly day: () => number
  readonly limits?: QuotaLimits
}

interface Used {
  authors: number
  values: number
  bytes: number
}

export class VoiceQuota {
  readonly #init: VoiceQuotaInit
  readonly #limits: QuotaLimits
  /** By the tag of the epoch: one for each member that publishes, two where an epoch begins. */
  readonly #used = new Map<string, Used>()
  #day: number | undefined

  constructor(init: VoiceQuotaInit) {
    this.#init = init
    this.#limits = init.limits ?? VOICE_QUOTA
  }

  /** Counts an entry of the voice; false, and nothing counted, if it does not fit. */
  take(tag: Uint8Array, entry: Readonly<Used>): boolean {
    const day = this.#init.day()
    if (day !== this.#day) this.#used.clear()
    this.#day = day
    const name = toHex(tag)
    const used = this.#used.get(name) ?? { authors: 0, values: 0, bytes: 0 }
    const after = {
      authors: used.authors + entry.authors,
      values: used.values + entry.values,
      bytes: used.bytes + entry.bytes
    }
    const { authors, values, bytes } = this.#limits
    if (after.authors > authors || after.values > values || after.bytes > bytes) return false
    this.#used.set(name, after)
    return true
  }
}
