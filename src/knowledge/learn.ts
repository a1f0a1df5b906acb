/** Learns one lesson, unless one about the same is known. */
import { areSimilarSummaries } from './similar-summaries.ts'
import { distillOne } from './distill-one.ts'
import { identifyFact } from '../facts/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { DisplayText } from '../foreign-text/index.ts'
import type { FactInput, LessonFields } from '../facts/index.ts'
import type { SearchOrigin } from '../search/index.ts'
import type { DistillComponents } from './distill-one.ts'
import type { RecallSearch } from './recall-search.ts'

/** A lesson to learn. It needs a detail, an action, or both. */
export interface LessonInput extends LessonFields, AbortOptions {
  /** What it is about, in one line of at most 512 bytes; an error text finds it by these words. */
  readonly summary: string
  /** What happened, and why. Line breaks stay. */
  readonly detail?: string
  /** At most 16, each of at most 64 bytes. */
  readonly tags?: readonly string[]
  /** The project that it was learned in; it stays on this node. Default: the node as a whole. */
  readonly project?: string
  /** A private lesson never leaves this node. */
  readonly private?: boolean
  /** 0 to 1; default 0.9. */
  readonly confidence?: number
  /** Where the agent learned it; stays on this node. */
  readonly source?: string
  /** Store it although a lesson about the same is known. */
  readonly force?: boolean
}

/** The outcome of a lesson. */
export interface Learned {
  /** SHA-256 of the lesson, in hex: of the stored one, or, if it is similar, of the one not stored. */
  readonly id: string
  /**
   * `new`: stored. `duplicate`: this node had it, or it came out of `recall`. `similar`: not stored,
   * since a lesson about the same is known here.
   */
  readonly status: 'new' | 'duplicate' | 'similar'
  /** The lesson that is known. */
  readonly similar?: {
    readonly id: string
    readonly summary: DisplayText
    readonly origin: SearchOrigin
  }
}

export interface LearnComponents extends DistillComponents {
  readonly recall: Pick<RecallSearch, 'find'>
}

const DEFAULT_CONFIDENCE = 0.9

/** Lessons that are compared: those that recall finds first for the summary. */
const COMPARED = 20

/** Throws `HiveError` (ARGUMENT_INVALID) or `LimitError`. */
export async function learn(
  components: LearnComponents,
  { summary, detail = '', project, force = false, signal, ...rest }: LessonInput
): Promise<Learned> {
  const input: FactInput = {
    ...rest,
    kind: 'lesson',
    entity: summary,
    content: detail,
    confidence: rest.confidence ?? DEFAULT_CONFIDENCE,
    ...(project === undefined ? {} : { projects: [project] }),
    // Compared below with more than near-duplicates.
    enableBloomHeuristic: true
  }
  const { digestKey } = identifyFact(input)
  const digest = Buffer.from(digestKey, 'latin1')
  if (!force && !(await components.facts.has(digest))) {
    const similar = await findSimilar(components, summary, { project, signal })
    if (similar !== undefined) return { id: digest.toString('hex'), status: 'similar', similar }
  }
  signal?.throwIfAborted()
  const { id, status } = await distillOne(components, input)
  return { id, status: status === 'duplicate' ? 'duplicate' : 'new' }
}

async function findSimilar(
  { recall }: Pick<LearnComponents, 'recall'>,
  summary: string,
  { project, signal }: Pick<LessonInput, 'project' | 'signal'>
): Promise<Learned['similar']> {
  const found = await recall.find(summary, { project, limit: COMPARED, signal })
  const similar = found.find(
    ({ fact }) => fact.kind === 'lesson' && areSimilarSummaries(fact.entity, summary)
  )
  if (similar === undefined) return undefined
  const { fact, origin } = similar
  return { id: fact.id, summary: fact.entity, origin }
}
