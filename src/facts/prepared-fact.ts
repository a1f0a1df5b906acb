/**
 * Facts on their way into the store, with their bytes and the options that decide how they are
 * stored.
 */
import { canonicalTags, readRecord } from '../../crdt/index.ts'
import { readAll } from '../../crdt/bytes/index.ts'
import { canonicalProjects, encodeFact, writeFact } from '../fact-format/index.ts'
import type { FactInput, IdentifiedFact } from '../fact-format/index.ts'
import type { FactWrite, StoredFact } from '../fact-format/index.ts'

/** A fact on its way into the store. */
export interface PreparedFact extends FactWrite {
  /** Whether filters of peers are asked. */
  readonly heuristic: boolean
  readonly tags: readonly string[]
  readonly hasTime: boolean
  readonly entity: string
  readonly attribute?: string
  /** The agent, and when it learned the fact, in milliseconds since 1970. */
  readonly agent: string
  readonly recordedAt: number
}

const NO_TAGS: readonly string[] = []
const NO_PROJECTS: readonly string[] = []

/** Encodes a fact for the store. Throws `LimitError`. */
export function prepareFact(
  input: FactInput,
  { record, encoded, digestKey }: IdentifiedFact,
  { agent, now, heuristic }: { agent: string; now: number; heuristic: boolean }
): PreparedFact {
  const { confidence, validFrom, source, context } = input
  const tags = input.tags === undefined ? NO_TAGS : canonicalTags(input.tags)
  const projects = canonicalProjects(input.projects ?? NO_PROJECTS)
  const isPrivate = input.private === true
  const isStale = input.stale === true
  const bytes = encodeFact({
    record: encoded,
    confidence,
    isPrivate,
    recordedAt: now,
    validFrom: validFrom?.getTime(),
    agent,
    source,
    tags,
    context,
    projects,
    isStale
  })
  return {
    digest: Buffer.from(digestKey, 'latin1'),
    digestKey,
    bytes,
    confidence,
    isPrivate,
    isScoped: isStale || projects.length > 0,
    tags,
    hasTime: validFrom !== undefined,
    heuristic: input.enableBloomHeuristic ?? heuristic,
    entity: record.entity,
    attribute: record.attribute,
    agent,
    recordedAt: now
  }
}

/** A stored fact as a repetition of itself. */
export function prepareStored(fact: StoredFact): PreparedFact {
  const { digest, confidence, tags, validFrom } = fact
  const { entity, attribute } = readAll(fact.record, readRecord)
  return {
    digest,
    digestKey: Buffer.from(digest).toString('latin1'),
    bytes: writeFact(fact),
    confidence,
    isPrivate: fact.private,
    isScoped: fact.stale === true || fact.projects !== undefined,
    tags,
    hasTime: validFrom !== undefined,
    heuristic: false,
    entity,
    attribute,
    agent: fact.agent,
    recordedAt: fact.recordedAt.getTime()
  }
}
