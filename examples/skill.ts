/** A skill is taken in, fails at what it was not made for, and is repaired without a model. */
import { createHive } from 'noormme-hive'

await using db = await createHive({ swarm: false })
const { capabilities } = db.agent.cortex

const { id, status, tests } = await capabilities.registerCapability({
  name: 'parse-version',
  description: 'Reads the version of a package.',
  kind: 'code',
  source: `export default function parse(text) {
    const match = /^(\\d+)\\.(\\d+)\\.(\\d+)$/.exec(text)
    if (match === null) throw new Error('no version: ' + text)
    return match.slice(1).map(Number)
  }`,
  tests: [
    { input: '1.2.3', output: [1, 2, 3] },
    { input: 'latest', throws: 'no version' }
  ]
})
console.log(`${status}: ${tests?.passed} of ${tests?.total} tests passed`)

for (const version of ['2.0.0-rc.1', '3.1.4-beta.2']) {
  await capabilities.invoke(id, version).catch((error: Error) => console.log(error.message))
}
const { synthesized } = await capabilities.discoverAndSynthesize()
for (const made of synthesized) {
  console.log(`${made.repaired} of ${made.failures} repaired: ${made.how.join(', ')}`)
  const { output } = await capabilities.invoke(made.id, '2.0.0-rc.1')
  console.log(output)
}
