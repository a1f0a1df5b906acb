/** A full node that observes facts, number 0 and on, and keeps them on disk. */
import { createHive } from 'noormme-hive'
import { benchFact } from '../fact-data.ts'
import { init, report, residentBytes } from './report.ts'
import type { FactInput } from 'noormme-hive'

interface Init {
  readonly key: string
  readonly folder: string
  readonly facts: number
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- light.ts writes it
const { key, folder, facts } = init() as Init
const db = await createHive({ dataDir: folder, swarm: { key, k: 1 } })
await db.agent.cortex.knowledge.distillMany(numbered(facts))
report({
  address: db.multiaddrs[0] ?? '',
  facts: db.status.facts,
  resident: await residentBytes()
})

function* numbered(count: number): Generator<FactInput> {
  for (let i = 0; i < count; i++) yield benchFact(i)
}
