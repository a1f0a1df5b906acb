/** A store with so many facts that its filter is saved, not rebuilt at each start. */
import { MemoryLevel } from 'memory-level'
import { identifyFact, prepareFact } from '../../src/facts/index.ts'
import { closeNode, NOW, openNode } from './store-node.ts'
import type { Database } from '../../crdt/index.ts'

/** More than the elements from which a filter is saved. */
const FACTS = 17_000

/** Returns what fills a database as one that was used before. */
export async function filledDatabase(): Promise<(database: Database) => Promise<void>> {
  const encoding = { keyEncoding: 'view', valueEncoding: 'view', storeEncoding: 'view' } as const
  const source = new MemoryLevel<Uint8Array, Uint8Array>(encoding)
  const node = await openNode(source)
  const facts = Array.from({ length: FACTS }, (_, i) => {
    const input = { entity: 'fill', content: `Filling text ${i}.`, confidence: 0.9 }
    return prepareFact(input, identifyFact(input), { agent: 'a', now: NOW, heuristic: false })
  })
  await node.facts.add(facts)
  await node.facts.filter.checkpoint()
  await closeNode(node)
  await source.open()
  const entries = await source.iterator().all()
  await source.close()
  return async (database) => {
    await database.open()
    await database.batch(entries.map(([key, value]) => ({ type: 'put', key, value })))
    await database.close()
  }
}
