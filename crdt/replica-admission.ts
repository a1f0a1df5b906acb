/** Entries that peers bring: each is admitted in its turn, and an own one that comes back is shown. */
import type { AdmissionResult } from './admission/admitter.ts'
import type { ProofResult } from './admission/feed-windows.ts'
import type { SignedHeader } from './feeds/entry.ts'
import type { ReplicaParts } from './replica-parts.ts'

export class ReplicaAdmission {
  readonly #parts: ReplicaParts
  readonly #onUnhide: (author: Uint8Array, seq: number) => void

  constructor(parts: ReplicaParts, onUnhide: (author: Uint8Array, seq: number) => void) {
    this.#parts = parts
    this.#onUnhide = onUnhide
  }

  /** As `Replica.admit`. */
  async admit(bytes: Uint8Array, from: string | undefined): Promise<AdmissionResult> {
    const { admitter, turns } = this.#parts
    // Of an own entry that comes back too: it must take as long as that of another.
    await admitter.prepare(bytes, from)
    const result = await turns.run(bytes, from, () => this.#admitInTurn(bytes, from))
    if (!('isShown' in result)) return result
    const { isShown: _, ...shown } = result
    if (shown.outcome === 'admitted') {
      const { author, seq } = shown.entry
      await shown.durable
      this.#onUnhide(author, seq)
    }
    return shown
  }

  /** As `Replica.beginHidden`. */
  beginHidden(header: SignedHeader): Promise<ProofResult> {
    const { serial, refresh, visibility } = this.#parts
    return serial.run(async () => {
      await refresh()
      return visibility.begin(header)
    })
  }

  /** `isShown`: an own entry that was hidden until now. */
  async #admitInTurn(
    bytes: Uint8Array,
    from: string | undefined
  ): Promise<AdmissionResult | (AdmissionResult & { readonly isShown: true })> {
    const { serial, refresh, visibility, admitter, hidden } = this.#parts
    if (hidden.isEmpty) return admitter.admit(bytes, from)
    const shown = await serial.run(async () => {
      await refresh()
      return visibility.admitHidden(bytes, from)
    })
    return shown === undefined ? this.#admitAgain(bytes, from) : { ...shown, isShown: true }
  }

  /** An own feed that was damaged and emptied comes again from peers: they have it, so it is public. */
  async #admitAgain(bytes: Uint8Array, from: string | undefined): Promise<AdmissionResult> {
    const { serial, visibility, admitter, hidden } = this.#parts
    const result = await admitter.admit(bytes, from)
    if (result.outcome !== 'admitted') return result
    const { author, seq } = result.entry
    if (hidden.publicSeq(author) === undefined) return result
    await result.durable
    if (await serial.run(() => visibility.unhide(author, seq))) {
      this.#onUnhide(author, seq)
    }
    return result
  }
}
