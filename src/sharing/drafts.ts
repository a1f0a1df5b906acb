/**
 * Drafts: the form in which a fact would leave this node, or the reason why it stays. Promotion
 * publishes drafts and a preview shows them, so that the preview shows exactly what leaves.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  canonicalTags,
  encodedRecord,
  LimitError,
  MAX_TAG_BYTES,
  readRecord
} from '../../crdt/index.ts'
import { readAll } from '../../crdt/bytes/index.ts'
import { dayOf } from '../judgement/index.ts'
import type { HiveRecord, Publication } from '../../crdt/index.ts'
import type { Clock } from '../../transport/index.ts'
import type {
  Anonymized,
  Anonymizer,
  AnonymizerInput,
  AnonymizerThread
} from '../anonymity/index.ts'
import type { StoredFact } from '../facts/index.ts'

export interface PublicationDraft {
  readonly digest: Uint8Array
  readonly publication: Publication
}

export interface DraftsComponents {
  readonly anonymizer: Anonymizer
  /** The anonymiser in a thread of its own. */
  readonly startThread: () => AnonymizerThread
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
  /** Whether an id is that of a skill of this node. */
  readonly isSkill: (id: string) => boolean
}

/** The result of drafting a fact. */
export interface DraftResult {
  readonly anonymized: Anonymized
  /** A reason if the fact is withheld. */
  readonly draft: PublicationDraft | string
}

/** A fact, its record, and what the anonymiser gets of it. */
interface ReadFact {
  readonly fact: StoredFact
  readonly record: HiveRecord
  readonly input: AnonymizerInput
}

/** Bytes of facts that are anonymised in one turn of the event loop: about 5 ms. */
const TURN_BYTES = 49_152

/** Bytes of facts of one message to the thread: fewer messages, fewer turns of two threads. */
const PART_BYTES = 4 * TURN_BYTES

/** What a fact costs whatever its length, in bytes. */
const FACT_COST = 512

/** A claim on an attribute. */
interface Claimed {
  readonly entity: string
  readonly attribute: string
  readonly value: string
}

const TRACEABLE =
  'the fact was stored while k was 1, when peers could read which facts this node found; they could link the fact to this node'

/** Why a fact is not drafted at all; undefined for one that is. */
export function reasonToStay(fact: StoredFact): string | undefined {
  if (fact.private) return 'the fact is private'
  return fact.stale === true ? 'the fact is stale' : undefined
}

/** What was learned in a project leaves the node by `promote` alone: its owner decides. */
export function isOfProject({ projects = [] }: StoredFact): boolean {
  return projects.length > 0
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

  /** A claim as it would be published; undefined for one that may disclose too much. */
  clearClaim(claim: Claimed): Claimed | undefined {
    const { attribute, value } = claim
    const content = `${attribute}: ${value}`
    const anonymized = this.#components.anonymizer.anonymize({ ...claim, content })
    if (anonymized.verdict === 'withheld') return undefined
    const { record } = anonymized
    return {
      entity: record.entity,
      attribute: record.attribute ?? '',
      value: record.value ?? ''
    }
  }

  /** For `draftAll`; it ends when it is disposed of. */
  startThread(): AnonymizerThread {
    return this.#components.startThread()
  }

  draftFrom(fact: StoredFact): DraftResult {
    const read = readOf(fact)
    return this.#draftOf(read, this.#components.anonymizer.anonymize(read.input))
  }

  /** Drafts of all facts, in their order; anonymised in the thread if it is ready. */
  async draftAll(
    facts: readonly StoredFact[],
    thread: AnonymizerThread | undefined
  ): Promise<DraftResult[]> {
    const drafts: Promise<DraftResult[]>[] = []
    for (const part of turnsOf(facts, thread?.isReady === true ? PART_BYTES : TURN_BYTES)) {
      const read = part.map((fact) => readOf(fact))
      const draft = this.#draftPart(read, thread)
      // Awaited with all others, which may be turns later.
      draft.catch(() => undefined)
      drafts.push(draft)
      await nextTurn()
    }
    return (await Promise.all(drafts)).flat()
  }

  async #draftPart(
    read: readonly ReadFact[],
    thread: AnonymizerThread | undefined
  ): Promise<DraftResult[]> {
    const { anonymizer } = this.#components
    const anonymized = await thread?.anonymizeAll(read.map(({ input }) => input))
    return read.map((each, i) =>
      this.#draftOf(each, anonymized?.[i] ?? anonymizer.anonymize(each.input))
    )
  }

  #draftOf({ fact, record: read }: ReadFact, anonymized: Anonymized): DraftResult {
    const { k, observedUntil, clock, isSkill } = this.#components
    const { kind, verify: check = '' } = read
    if (anonymized.verdict === 'withheld') return { anonymized, draft: anonymized.reason }
    if (k > 1 && fact.recordedAt.getTime() <= observedUntil) return { anonymized, draft: TRACEABLE }
    const { tags, ...left } = anonymized.record
    try {
      // The id of a skill discloses nothing; other digits might be a key.
      const verify = isSkill(check) ? check : undefined
      const encoded = encodedRecord({ kind, ...left, verify })
      const publication: Publication = {
        record: encoded.record,
        encoded,
        confidence: fact.confidence,
        day: dayOf(clock.now()),
        // A placeholder may be longer than the text that it replaces.
        tags: canonicalTags(tags.filter((tag) => Buffer.byteLength(tag) <= MAX_TAG_BYTES)),
        validFrom: fact.validFrom?.getTime()
      }
      return { anonymized, draft: { publication, digest: encoded.digest } }
    } catch (error) {
      // Placeholders may be longer than the text that they replace.
      if (error instanceof LimitError) return { anonymized, draft: error.message }
      throw error
    }
  }
}

function readOf(fact: StoredFact): ReadFact {
  const record = readAll(fact.record, readRecord)
  const { kind: _, verify: _check, ...fields } = record
  return { fact, record, input: { ...fields, tags: fact.tags } }
}

/** Runs of facts that one turn of the event loop anonymises. */
function* turnsOf(facts: readonly StoredFact[], limit: number): Generator<StoredFact[]> {
  let turn: StoredFact[] = []
  let cost = 0
  for (const fact of facts) {
    turn.push(fact)
    cost += fact.record.length + FACT_COST
    if (cost < limit) continue
    yield turn
    turn = []
    cost = 0
  }
  if (turn.length > 0) yield turn
}
