/**
 * The quota of a node: the most facts and the most bytes of facts that it stores. Pending writes
 * count until they land, so that the quota is never exceeded.
 */
import { HiveError } from '../errors.ts'

export interface QuotaLimits {
  readonly facts?: number
  readonly bytes?: number
}

export interface QuotaUse {
  readonly facts: number
  readonly bytes: number
}

export class Quota {
  readonly #limits: QuotaLimits
  readonly #use: () => QuotaUse
  #facts = 0
  #bytes = 0

  constructor(limits: QuotaLimits, use: () => QuotaUse) {
    this.#limits = limits
    this.#use = use
  }

  /** Whether a pending fact may turn out to need no room. */
  get hasPending(): boolean {
    return this.#facts > 0
  }

  /** Reserves room for a fact. Throws `HiveError` (QUOTA_EXCEEDED) if there is none. */
  take(bytes: number): void {
    const { facts: maxFacts, bytes: maxBytes } = this.#limits
    if (maxFacts !== undefined || maxBytes !== undefined) {
      const use = this.#use()
      if (maxFacts !== undefined && use.facts + this.#facts >= maxFacts) {
        throw exceeded(`stores ${use.facts} facts; its quota is ${maxFacts} facts`)
      }
      if (maxBytes !== undefined && use.bytes + this.#bytes + bytes > maxBytes) {
        throw exceeded(`uses ${use.bytes} bytes; its quota is ${maxBytes} bytes`)
      }
    }
    this.#facts += 1
    this.#bytes += bytes
  }

  /** Returns reserved room: a stored fact is counted by the store, and a refused one needs none. */
  release(facts: number, bytes: number): void {
    this.#facts -= facts
    this.#bytes -= bytes
  }
}

function exceeded(what: string): HiveError {
  return new HiveError(
    'QUOTA_EXCEEDED',
    `This node ${what}. The new fact was not stored. Forget facts, or raise the quota.`
  )
}
