/**
 * Echoes: what `recall` returned and an agent distils again. An echo is no new finding, so it adds
 * no fact and no voice of this node to what others say. It is an echo only if it adds nothing: the
 * same claim, no higher confidence, no further tag, no other time. The node remembers the latest
 * recalled texts until it stops or the fact is forgotten.
 */
import { hash } from 'node:crypto'
import { recordVariantKey } from './record-variant.ts'
import type { Fact, FactInput, IdentifiedFact, LessonFields } from '../facts/index.ts'
import type { SearchOrigin } from '../search/index.ts'

/** About 20 MB: of the texts only hashes are kept. */
const MAX_ECHOES = 50_000

/** A recalled fact or insight, with its text as it is stored. */
export interface RecalledText extends Pick<
  Fact,
  TextField | 'confidence' | 'id' | 'projects' | 'stale' | 'validFrom'
> {
  readonly origin: SearchOrigin
}

type TextField = 'attribute' | 'content' | 'entity' | 'kind' | 'tags' | 'value' | keyof LessonFields

interface Remembered extends Pick<
  RecalledText,
  'confidence' | 'id' | 'origin' | 'projects' | 'stale' | 'tags' | 'validFrom'
> {
  readonly variant: string
}

export class Echoes {
  /** By id, the latest last. */
  readonly #recalled = new Map<string, Remembered>()
  /** Ids by the hash of the variant key of their record. */
  readonly #byVariant = new Map<string, Set<string>>()

  remember(recalled: RecalledText): void {
    const { id, confidence, tags, validFrom, origin, projects, stale, ...text } = recalled
    const variant = keyOf(text)
    this.#drop(id)
    const remembered = { id, variant, confidence, tags, validFrom, origin, projects, stale }
    this.#recalled.set(id, remembered)
    const ids = this.#byVariant.get(variant)
    if (ids === undefined) this.#byVariant.set(variant, new Set([id]))
    else ids.add(id)
    const [oldest] = this.#recalled.keys()
    if (this.#recalled.size > MAX_ECHOES && oldest !== undefined) this.#drop(oldest)
  }

  /** The recalled facts and insights that this one repeats without adding to them. */
  find(input: FactInput, { record }: IdentifiedFact): readonly Pick<Remembered, 'id' | 'origin'>[] {
    if (this.#recalled.size === 0) return []
    const ids = this.#byVariant.get(keyOf(record)) ?? []
    return [...ids].flatMap((id) => {
      const recalled = this.#recalled.get(id)
      return recalled !== undefined && addsNothing(input, recalled) ? [recalled] : []
    })
  }

  /** Drops what repeats a fact of this node that is gone. */
  forget(text: Omit<Pick<RecalledText, TextField>, 'tags'>): void {
    for (const id of this.#byVariant.get(keyOf(text)) ?? []) this.#drop(id)
  }

  #drop(id: string): void {
    const recalled = this.#recalled.get(id)
    if (recalled === undefined) return
    this.#recalled.delete(id)
    const ids = this.#byVariant.get(recalled.variant)
    ids?.delete(id)
    if (ids?.size === 0) this.#byVariant.delete(recalled.variant)
  }
}

function keyOf(text: Parameters<typeof recordVariantKey>[0]): string {
  return hash('sha256', recordVariantKey(text), 'base64url')
}

function addsNothing(
  { confidence, tags = [], validFrom, private: isPrivate, projects = [] }: FactInput,
  recalled: Remembered
): boolean {
  return (
    confidence <= recalled.confidence &&
    isPrivate !== true &&
    recalled.stale !== true &&
    isWithin(projects, recalled.projects) &&
    tags.every((tag) => recalled.tags.includes(tag)) &&
    (validFrom === undefined || validFrom.getTime() === recalled.validFrom?.getTime())
  )
}

/** Whether what is of some projects, or of none, adds nothing to where the recalled text is known. */
function isWithin(projects: readonly string[], known: readonly string[] = []): boolean {
  if (known.length === 0) return true
  return projects.length > 0 && projects.every((project) => known.includes(project))
}
