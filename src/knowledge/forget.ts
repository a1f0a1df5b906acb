/**
 * Forgets a fact: the fact, the variants merged into it, what is kept with them, and this node's votes
 * on what was published of them leave in one commit.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import { factOf } from '../facts/index.ts'
import type { Operation } from '../../crdt/index.ts'
import type { Annotations, FactStore } from '../facts/index.ts'
import type { Candidates } from './candidates.ts'
import type { Echoes } from './echoes.ts'
import type { NearDuplicates } from './near-duplicates.ts'

/** The result of `forget`. */
export interface Forgotten {
  /** Whether the fact was on this node. */
  readonly forgotten: boolean
  /** Whether this node's vote on the published record was retracted. */
  readonly retracted: boolean
}

export interface ForgetComponents {
  readonly facts: Pick<FactStore, 'forget' | 'getMany' | 'giveUp'>
  readonly annotations: Pick<Annotations, 'forget'>
  readonly candidates: Pick<Candidates, 'forget' | 'promotedAs' | 'publications'>
  readonly nearDuplicates: Pick<NearDuplicates, 'runExclusive' | 'variantsOf'>
  readonly echoes: Pick<Echoes, 'forget'>
  /** Called with the ids of what was forgotten: of facts, and of what was published of them. */
  readonly onForget: (ids: readonly string[]) => Promise<void>
  /**
   * Retracts the votes on published records, and writes `operations` in the same commit; false if
   * there was no vote.
   */
  readonly retract: (
    digests: readonly Uint8Array[],
    operations: readonly Operation[]
  ) => Promise<boolean>
  /** Erases what was deleted from the files. */
  readonly erase: (operations: readonly Operation[]) => void
}

/** `digest`: that of a fact, or that of a variant, which is forgotten alone. */
export function forget(components: ForgetComponents, digest: Uint8Array): Promise<Forgotten> {
  const { candidates, nearDuplicates } = components
  // What is being published of it meanwhile is retracted with it.
  return nearDuplicates.runExclusive(() =>
    candidates.publications.runExclusive(() => forgetAlone(components, digest))
  )
}

async function forgetAlone(components: ForgetComponents, digest: Uint8Array): Promise<Forgotten> {
  const { facts, annotations, candidates, echoes, nearDuplicates } = components
  const { retract, erase, onForget } = components
  const variants = await nearDuplicates.variantsOf(digest)
  const digests = [digest, ...variants.map((variant) => variant.digest)]
  const stored = await facts.getMany(digests)
  const published = await candidates.promotedAs(digests)
  const others = [...(await candidates.forget(digests)), ...(await annotations.forget(digests))]
  let retracted = false
  const forgotten = await facts.forget(digests, async (removal) => {
    const operations = [...removal, ...others]
    retracted = await retract(published, operations)
    erase(operations)
  })
  // A later fact with these words must not be referred to one that is gone.
  for (const fact of stored) echoes.forget(factOf(fact))
  if (forgotten) await onForget([...digests, ...published].map(toHex))
  // Of what damage took, only the mark is left.
  const wasLost = !forgotten && (await facts.giveUp(digest))
  return { forgotten: forgotten || wasLost, retracted }
}
