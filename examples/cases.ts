/** Two agents disagree; a person decides, and takes the decision back. */
import { createHive } from 'noormme-hive'

await using db = await createHive({ swarm: false })
const claim = { attribute: 'runtime', enableBloomHeuristic: true }
const ada = db.agents.create('ada').cortex
const bob = db.agents.create('bob').cortex
await ada.knowledge.distill('build server', 'It runs Node 22.', 0.9, { ...claim, value: 'Node 22' })
await bob.knowledge.distill('build server', 'It runs Node 24.', 0.9, { ...claim, value: 'Node 24' })

const { cases, knowledge } = db.agent.cortex
const { id, sides } = await cases.open({ entity: 'build server', attribute: 'runtime' })
for (const { value, evidence } of sides) console.log(`${value}: ${evidence.length} fact`)

// Without a model the case stays open, and the result states why.
const outcome = await cases.propose(id)
console.log(outcome.status === 'proposed' ? outcome.proposal.why : outcome.code)

const choose = sides.find(({ value }) => value === 'Node 24')?.id ?? 'none'
await cases.decide(id, { choose, why: 'The server was updated.', by: 'Cy' })
console.log(await states())
await cases.reverse(id, { why: 'It was another server.', by: 'Cy' })
console.log(await states())

async function states(): Promise<string> {
  const claims = await knowledge.history('build server', 'runtime')
  return claims
    .map(({ value, state }) => `${value} ${state}`)
    .toSorted()
    .join(', ')
}
