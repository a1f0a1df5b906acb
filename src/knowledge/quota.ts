/** The quota of a node: how many facts it may hold, and how much of the disk its store may take. */
import { HiveError } from '../errors.ts'

export interface QuotaLimits {
  readonly facts?: number
  readonly bytes?: number
}

export interface QuotaUse {
  readonly facts: number
  /** Undefined in memory. */
  readonly bytes?: number
}

export class Quota {
  readonly #limits: QuotaLimits
  readonly #use: () => QuotaUse

  constructor(limits: QuotaLimits, use: () => QuotaUse) {
    this.#limits = limits
    this.#use = use
  }

  /** Throws `HiveError` (QUOTA_EXCEEDED) when nothing more may be stored. */
  check(): void {
    const { facts, bytes } = this.#limits
    if (facts === undefined && bytes === undefined) return
    const use = this.#use()
    if (facts !== undefined && use.facts >= facts) {
      throw exceeded(`holds ${use.facts} facts, and its quota is ${facts}`)
    }
    if (bytes !== undefined && (use.bytes ?? 0) >= bytes) {
      throw exceeded(`takes ${use.bytes} bytes, and its quota is ${bytes}`)
    }
  }
}

function exceeded(what: string): HiveError {
  return new HiveError(
    'QUOTA_EXCEEDED',
    `This node ${what}. Forget facts, or raise the quota; nothing stored was lost.`
  )
}
