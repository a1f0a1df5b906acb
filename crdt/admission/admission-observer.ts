import type { RejectReason } from './validate-entry.ts'
import type { Entry } from '../feeds/entry.ts'
import type { StandingChange } from '../records/standing-change.ts'

/** Callbacks of admissions. */
export interface AdmissionObserver {
  /** An entry of another author is durable; `digests` are its subjects. */
  entryAdmitted(entry: Entry, digests: readonly Uint8Array[]): void
  /** An own entry that peers do not see yet is durable. */
  entryHidden(): void
  /** Whether anybody waits for `standingsChanged`. */
  readonly watchesStandings: boolean
  /** What others say of these records has changed, durably. */
  standingsChanged(changes: readonly StandingChange[]): void
  entryRejected(reason: RejectReason): void
  /** An author is void; `proof` is durable. */
  authorVoided(proof: Uint8Array): void
  /** The content of this document may have changed. */
  docChanged(doc: string): void
  /** An entry of a playbook was admitted; its feed has this base. */
  playbookEdited(entry: Entry, base: number): void
  /** The author's feed was reset: no resident state may continue from it. */
  feedReset(author: Uint8Array, doc: string): void
  /** Entries of the document were removed; it must be read again. */
  entriesRemoved(doc: string): void
}
