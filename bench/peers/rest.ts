/** A node that is started on a directory full of records, and is then asked for some of them. */
import { createHive } from 'noormme-hive'
import { benchFact } from '../fact-data.ts'
import { init, report, residentBytes } from './report.ts'

interface Init {
  readonly key: string
  readonly folder: string
  readonly records: number
  readonly questions: number
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rest.ts writes it
const { key, folder, records, questions } = init() as Init
const db = await createHive({ dataDir: folder, swarm: { key, k: 1 } })
const started = await residentBytes()
let found = 0
for (let i = 0; i < questions; i++) {
  const { content } = benchFact(Math.floor((i * records) / questions))
  const [first] = (await db.agent.cortex.knowledge.recall(content, { limit: 1, scope: 'hive' }))
    .items
  if (first?.fact.content === content) found += 1
}
report({
  address: db.multiaddrs[0] ?? '',
  started,
  searched: await residentBytes(),
  found
})
