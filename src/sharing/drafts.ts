/**
 * Drafts: the form in which a fact would leave this node, or the reason why it stays. Promotion
 * publishes drafts and a preview shows them, so that the preview shows exactly what leaves.
 */
import {
  canonicalRecord,
  canonicalTags,
  digestOf,
  LimitError,
  MAX_TAG_BYTES,
  readRecord
} from '../../crdt/index.ts'
import { readAll } from '../../crdt/bytes/index.ts'
import { dayOf } from '../judgement/index.ts'
import type { Publication } from '../../crdt/index.ts'
import type { Clock } from '../../transport/index.ts'
import type { Anonymized, Anonymizer } from '../anonymity/index.ts'
import type { StoredFact } from '../facts/index.ts'

export interface PublicationDraft {
  readonly digest: Uint8Array
  readonly publication: Publication
}

export interface DraftsComponents {
  readonly anonymizer: Anonymizer
  readonly clock: Clock
  /**
   * Number of authors that must vouch before an insight is released; from 2 on, authors must not be
   * traceable.
   */
  readonly k: number
  /**
   * Peers may know that this node found facts recorded up to this time; milliseconds since 1970.
   */
  readonly observedUntil: number
}

/** The result of drafting a fact. */
export interface DraftResult {
  readonly anonymized: Anonymized
  /** A reason if the fact is withheld. */
  readonly draft: PublicationDraft | string
}

const TRACEABLE =
  'the fact was stored while k was 1, when peers could read which facts this node found; they could link the fact to this node'

/** Why a fact is not drafted at all; undefined for one that is. */
export function reasonToStay(fact: StoredFact): string | undefined {
  if (fact.private) return 'the fact is private'
  return fact.stale === true ? 'the fact is stale' : undefined
}

export class Drafts {
  readonly #components: DraftsComponents

  constructor(components: DraftsComponents) {
    this.#components = components
  }

  /** Whether the anonymiser finds nothing in a text. */
  isClear(text: string): boolean {
    const { verdict, findings } = this.#components.anonymizer.anonymize({
      entity: '',
      content: text
    })
    return verdict === 'clear' && findings.length === 0
  }

  draftFrom(fact: StoredFact): DraftResult {
    const { k, observedUntil, anonymizer, clock } = this.#components
    const { kind, verify, ...fields } = readAll(fact.record, readRecord)
    const anonymized = anonymizer.anonymize({ ...fields, tags: fact.tags })
    if (anonymized.verdict === 'withheld') return { anonymized, draft: anonymized.reason }
    if (k > 1 && fact.recordedAt.getTime() <= observedUntil) return { anonymized, draft: TRACEABLE }
    const { tags, ...left } = anonymized.record
    try {
      // The id of a skill of the hive discloses nothing.
      const record = canonicalRecord({ kind, ...left, verify })
      const publication: Publication = {
        record,
        confidence: fact.confidence,
        day: dayOf(clock.now()),
        // A placeholder may be longer than the text that it replaces.
        tags: canonicalTags(tags.filter((tag) => Buffer.byteLength(tag) <= MAX_TAG_BYTES)),
        validFrom: fact.validFrom?.getTime()
      }
      return { anonymized, draft: { publication, digest: digestOf(record) } }
    } catch (error) {
      // Placeholders may be longer than the text that they replace.
      if (error instanceof LimitError) return { anonymized, draft: error.message }
      throw error
    }
  }
}
