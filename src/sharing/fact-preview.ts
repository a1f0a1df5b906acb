/** Previews: the form in which a local fact would leave this node, before it does. */
import { toHex } from '../../crdt/bytes/index.ts'
import { reasonToStay } from './drafts.ts'
import type { FindingKind } from '../anonymity/index.ts'
import type { StoredFact } from '../facts/index.ts'
import type { Drafts } from './drafts.ts'

/** The form in which a fact would leave this node. */
export interface Preview {
  /** The fact's id on this node. */
  readonly id: string
  readonly verdict: 'clear' | 'withheld'
  /** Why the fact would stay; undefined if it would leave. */
  readonly reason?: string
  /** Residual risk, 0 to 1; from 0.6 on a record is withheld. */
  readonly score: number
  /** Number of replacements of each kind. */
  readonly placeholders: Readonly<Partial<Record<FindingKind, number>>>
  /** Exactly what would leave; undefined if nothing would. */
  readonly insight?: {
    /** Its id in the hive: equal for the same strategy from another machine. */
    readonly id: string
    /** Absent for a plain fact. */
    readonly kind?: 'lesson'
    readonly entity: string
    readonly content: string
    readonly attribute?: string
    readonly value?: string
    readonly action?: string
    readonly versions?: string
    readonly verify?: string
    readonly tags: readonly string[]
    readonly confidence: number
    /** The publication is dated to the day, UTC. */
    readonly day: string
    /** ISO 8601. */
    readonly validFrom?: string
  }
}

const DAY = 24 * 60 * 60 * 1000

export function previewOf(fact: StoredFact, drafts: Pick<Drafts, 'draftFrom'>): Preview {
  const { anonymized, draft } = drafts.draftFrom(fact)
  const id = toHex(fact.digest)
  const { score, findings } = anonymized
  const placeholders: Partial<Record<FindingKind, number>> = {}
  for (const { kind } of findings) placeholders[kind] = (placeholders[kind] ?? 0) + 1
  const reason = reasonToStay(fact) ?? draft
  if (typeof reason === 'string') return { id, verdict: 'withheld', reason, score, placeholders }
  const { digest, publication } = reason
  const { record, tags, confidence, day, validFrom } = publication
  const { kind, entity, content, attribute, value, action, versions, verify } = record
  const insight = {
    id: toHex(digest),
    ...(kind === 'lesson' ? { kind } : {}),
    entity,
    content,
    ...(attribute === undefined || value === undefined ? {} : { attribute, value }),
    ...(action === undefined ? {} : { action }),
    ...(versions === undefined ? {} : { versions }),
    ...(verify === undefined ? {} : { verify }),
    tags: tags ?? [],
    confidence,
    day: new Date(day * DAY).toISOString().slice(0, 10),
    ...(validFrom === undefined ? {} : { validFrom: new Date(validFrom).toISOString() })
  }
  return { id, verdict: 'clear', score, placeholders, insight }
}
