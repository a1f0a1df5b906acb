/** Pages of the log of facts, the newest first. */
import type { DigestLog } from '../../crdt/index.ts'
import type { StoredFact } from '../fact-format/index.ts'

/** Facts, and the position to go on from; undefined at the end. */
export interface NewestFacts {
  readonly facts: readonly StoredFact[]
  readonly next?: number
}

/** Parts of the log that one page reads at most: of removed facts it has digests alone. */
const MAX_WINDOWS = 64

/**
 * At most `limit` facts before a position of the log. A fact that changed comes again, where it was
 * added or changed before.
 */
export async function newestFacts(
  log: Pick<DigestLog, 'end' | 'read'>,
  getMany: (digests: readonly Uint8Array[]) => Promise<readonly StoredFact[]>,
  { limit, before }: { readonly limit: number; readonly before: number }
): Promise<NewestFacts> {
  const facts = new Map<string, StoredFact>()
  let next = Math.min(before, log.end)
  for (let i = 0; i < MAX_WINDOWS && next > 0 && facts.size < limit; i++) {
    const from = Math.max(0, next - (limit - facts.size))
    const digests: Uint8Array[] = []
    for await (const part of log.read(from, next)) digests.push(...part.digests)
    for (const fact of await getMany(digests.toReversed())) {
      const name = Buffer.from(fact.digest).toString('latin1')
      if (!facts.has(name)) facts.set(name, fact)
    }
    next = from
  }
  return { facts: [...facts.values()], ...(next > 0 ? { next } : {}) }
}
