import assert from 'node:assert/strict'
import { once } from 'node:events'
import { memory } from '@libp2p/memory'
import { createHive } from '../../src/index.ts'
import { claimsOf, release } from '../fixtures/compat-releases.ts'
import { randomOf } from '../fixtures/random.ts'
import type { FactInput, HiveNode } from '../../src/index.ts'

const NODES = 5
const CHANGED = 400
const UNCHANGED = 600

describe('two releases of the compatibility data, shuffled over five partitioned nodes', () => {
  it('end on every node as the newer one, and as the older one for its time', async function () {
    this.timeout(120_000)
    const [older, newer] = [release('browser-compat-data-old'), release('@mdn/browser-compat-data')]
    const both = [...newer.values.keys()].filter((key) => older.values.has(key))
    const random = randomOf(11)
    const shuffled = shuffle(both, random)
    const isChanged = (key: string): boolean => older.values.get(key) !== newer.values.get(key)
    const keys = [
      ...shuffled.filter(isChanged).slice(0, CHANGED),
      ...shuffled.filter((key) => !isChanged(key)).slice(0, UNCHANGED)
    ]
    assert.equal(keys.length, CHANGED + UNCHANGED)

    await using stack = new AsyncDisposableStack()
    const nodes: HiveNode[] = []
    for (let i = 0; i < NODES; i++) {
      const node = await createHive({
        swarm: { k: 1, listen: [`/memory/release-${i}`], syncInterval: 0 },
        libp2p: { transports: [memory()] }
      })
      nodes.push(stack.use(node))
    }
    // Each claim goes to one or two of the nodes, in any order, with nobody connected.
    const said: [node: number, fact: FactInput][] = shuffle(
      [...claimsOf(older, keys), ...claimsOf(newer, keys)].flatMap((fact) => {
        const first = Math.floor(random() * NODES)
        const second = Math.floor(random() * NODES)
        return [...new Set([first, second])].map((node): [number, FactInput] => [node, fact])
      }),
      random
    )
    for (const [i, node] of nodes.entries()) {
      const facts = said.filter(([to]) => to === i).map(([, fact]) => fact)
      const { rejected } = await node.agent.cortex.knowledge.distillMany(facts)
      assert.deepEqual(rejected, [])
      const { withheld } = await node.agent.cortex.hive.broadcastKnowledge()
      assert.deepEqual(withheld, [])
    }
    await heal(nodes)
    for (const node of nodes) {
      assert.equal(await wrongAnswers(node, keys, newer.values, new Date()), 0)
      assert.equal(await wrongAnswers(node, keys, older.values, older.date), 0)
    }
    const [node] = nodes
    const [key = ''] = keys
    const [entity = '', attribute = ''] = key.split('\t')
    const recalled = (await node?.agent.cortex.knowledge.recall(attribute, { entity }))?.items
    const about = recalled?.filter(({ fact }) => fact.attribute === attribute)
    assert.deepEqual(
      about?.map(({ fact }) => fact.value),
      [newer.values.get(key)]
    )
  })
})

/** Connects all to the first and syncs until all are equal. */
async function heal(nodes: readonly HiveNode[]): Promise<void> {
  const [first, ...others] = nodes
  if (first === undefined) return
  for (const node of others) await node.dial(first.multiaddrs[0] ?? '')
  const isEqual = async (): Promise<boolean> =>
    new Set(await Promise.all(nodes.map((node) => node.digest()))).size === 1
  for (;;) {
    const change = Promise.race(nodes.map((node) => once(node, 'hive:change')))
    for (const node of others) await node.agent.cortex.hive.synchronize()
    if (await isEqual()) return
    await change
  }
}

async function wrongAnswers(
  { agent }: HiveNode,
  keys: readonly string[],
  expected: ReadonlyMap<string, string>,
  asOf: Date
): Promise<number> {
  let wrong = 0
  for (const key of keys) {
    const [entity = '', attribute = ''] = key.split('\t')
    const claims = await agent.cortex.knowledge.history(entity, attribute, { asOf })
    const current = claims.filter(({ state }) => state === 'current')
    if (current.length !== 1 || current[0]?.value !== expected.get(key)) wrong += 1
  }
  return wrong
}

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
