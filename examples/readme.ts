import { createHive } from 'noormme-hive'

await using db = await createHive({ dataDir: './hive-data' })
const { knowledge, hive } = db.agent.cortex

const { id, status } = await knowledge.distill('CSS gap', 'Flex containers support gap.', 0.95)
console.log(status, id) // new, or duplicate when this node knows it

const { promoted } = await hive.broadcastKnowledge() // anonymised, signed, told to all peers
console.log(`${promoted} promoted`)

for (const insight of await hive.getGlobalInsights({ limit: 5 })) console.log(insight.content)
