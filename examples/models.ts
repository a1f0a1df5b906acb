// Models by task. Without a key everything is answered by rule, offline, and says so.
import { createHive } from 'noormme-hive'
import { z } from 'zod'

await using db = await createHive({ swarm: false })
const { models } = db.agent.cortex

const report =
  'The build failed twice on Monday. The cache was full: it had 40 GB of old images. ' +
  'Clearing the cache fixed the build. Nobody had a reminder to clear it.'
const messages = [{ role: 'user' as const, content: report }]

console.log(models.plan({ task: 'summarise', messages }).route[0]?.model)

const { text, offline, cost } = await models.generate({ task: 'summarise', messages })
console.log(`${text} (offline: ${offline}, ${cost} USD)`)

const schema = z.object({ state: z.enum(['build failed', 'all well']), facts: z.array(z.string()) })
const { value } = await models.generate({ task: 'extract', messages, schema })
console.log(value.state, value.facts.length)

for await (const part of models.stream({ task: 'propose', messages })) {
  if (part.type === 'text') process.stdout.write(part.text)
}
