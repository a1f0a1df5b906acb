/** Two nodes that nothing connects edit one playbook, meet, and read the same. */
import { once } from 'node:events'
import { createHive } from 'noormme-hive'

await using a = await createHive({ swarm: { k: 1 } })
await using b = await createHive({ swarm: { k: 1 } })
const [goals, others] = [a.agent.cortex.hive.goals, b.agent.cortex.hive.goals]

// The same goal, found on both: its id is what it says.
const { id } = await goals.add({ title: 'Ship version 2', tags: ['release'] })
await others.add({ title: 'Ship version 2' })

using mine = goals.playbook(id)
using theirs = others.playbook(id)
await mine.insert(0, { title: 'Freeze the API', body: 'Nothing new from Monday on.' })
await theirs.insert(0, { title: 'Test on three systems' })

await b.dial(a.multiaddrs[0] ?? '')
while ((await a.digest()) !== (await b.digest())) {
  await Promise.race([a, b].map((node) => once(node, 'hive:change')))
}

const titles = async (playbook: typeof mine): Promise<string> =>
  (await playbook.steps()).map(({ title }) => title).join(', ')
console.log((await titles(mine)).split(', ').toSorted().join(', '))
console.log((await titles(mine)) === (await titles(theirs)))
