import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { setImmediate as immediate } from 'node:timers/promises'
import { createHive } from '../../src/index.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { HiveNode, Step } from '../../src/index.ts'
import type { TemporaryDirectory } from '../fixtures/temporary.ts'

const KEY_K = { k: 1, syncInterval: 0 } as const
const AGENTS = 3
const STEPS = 20

function start(dataDir?: string): Promise<HiveNode> {
  return createHive({ dataDir, swarm: KEY_K, anonymity: { knownNames: [] } })
}

/** Syncs with the first until all hold the same. */
async function heal(nodes: readonly HiveNode[], signal: AbortSignal): Promise<void> {
  const [first, ...others] = nodes
  for (const node of others) {
    if (node.status.peers.length === 0) await node.dial(first?.multiaddrs[0] ?? '', { signal })
  }
  while (new Set(await Promise.all(nodes.map((node) => node.digest()))).size > 1) {
    for (const node of others) await node.agent.cortex.hive.synchronize({ signal })
    // Not all of them may be connected yet, and then nothing here waits for anything.
    await immediate(undefined, { signal })
  }
}

async function read(node: HiveNode, goal: string): Promise<readonly Step[]> {
  using playbook = node.agent.cortex.hive.goals.playbook(goal)
  return playbook.steps()
}

describe('one playbook on three partitioned nodes', function () {
  this.timeout(60_000)
  let directory: TemporaryDirectory
  beforeEach(async () => (directory = await temporaryDirectory()))
  afterEach(() => directory[Symbol.asyncDispose]())

  it('keeps all steps in the same order with the same text, on a late node and after a restart too', async () => {
    const signal = AbortSignal.timeout(50_000)
    const dir = (i: number): string => join(directory.path, `${i}`)
    const title = 'Ship version 2'
    let goal = ''
    const inserted = new Set<string>()
    let shared = ''
    {
      // Together: the goal, and a step that all will write into.
      await using stack = new AsyncDisposableStack()
      const nodes: HiveNode[] = []
      for (let i = 0; i < AGENTS; i++) nodes.push(stack.use(await start(dir(i))))
      const [first] = nodes
      assert.ok(first !== undefined)
      const { goals } = first.agent.cortex.hive
      ;({ id: goal } = await goals.add({ title }))
      using playbook = goals.playbook(goal)
      shared = await playbook.insert(0, { title: 'Check', body: 'start middle end' })
      inserted.add(shared)
      await heal(nodes, signal)
    }
    // Apart: nobody is connected to anybody.
    await using stack = new AsyncDisposableStack()
    const nodes: HiveNode[] = []
    for (let i = 0; i < AGENTS; i++) nodes.push(stack.use(await start(dir(i))))
    await Promise.all(
      nodes.map(async (node, i) => {
        assert.equal(node.status.peers.length, 0)
        using playbook = node.agent.cortex.hive.goals.playbook(goal)
        for (let step = 0; step < STEPS; step++) {
          const { length } = await playbook.steps()
          const at = (step * 7 + i) % (length + 1)
          const text = { title: `step ${step} of ${i}`, body: `do ${step}` }
          inserted.add(await playbook.insert(at, text))
        }
        const words = ['start', 'middle', 'end']
        const word = words[i] ?? ''
        const [{ body } = { body: '' }] = (await playbook.steps()).filter(({ id }) => id === shared)
        await playbook.edit(shared, { body: body.replace(word, `${word} (${i})`) })
        await playbook.mark(shared, {
          from: body.indexOf(word),
          to: body.indexOf(word) + 2,
          mark: 'bold'
        })
        await playbook.move(shared, i * 5)
      })
    )
    await heal(nodes, signal)
    const [steps, ...others] = await Promise.all(nodes.map((node) => read(node, goal)))
    for (const other of others) assert.deepEqual(other, steps)
    assert.deepEqual(new Set(steps?.map(({ id }) => id)), inserted)
    assert.equal(steps?.length, 1 + AGENTS * STEPS)
    const check = steps?.find(({ id }) => id === shared)
    assert.equal(check?.body, 'start (0) middle (1) end (2)')
    assert.equal(check?.spans.filter(({ marks }) => marks.includes('bold')).length, 3)

    // A node that comes later reads the same, and writes on.
    await using late = await start()
    await heal([...nodes, late], signal)
    assert.deepEqual(await read(late, goal), steps)
    const [first] = nodes
    assert.ok(first !== undefined)
    using watched = first.agent.cortex.hive.goals.playbook(goal)
    const changed = once(watched, 'change', { signal })
    using playbook = late.agent.cortex.hive.goals.playbook(goal)
    await playbook.remove(shared)
    await late.agent.cortex.hive.synchronize({ signal })
    await changed
    assert.equal((await watched.steps()).length, AGENTS * STEPS)

    await stack.disposeAsync()
    await using again = await start(dir(0))
    await heal([again, late], signal)
    assert.deepEqual(await read(again, goal), await read(late, goal))
    assert.equal((await read(again, goal)).length, AGENTS * STEPS)
  })
})

describe('goals of a swarm', function () {
  this.timeout(30_000)

  it('are one forest on every node when links that make a loop were made at once', async () => {
    const signal = AbortSignal.timeout(25_000)
    await using stack = new AsyncDisposableStack()
    const nodes: HiveNode[] = []
    for (let i = 0; i < 2; i++) nodes.push(stack.use(await start()))
    const [a, b] = nodes.map((node) => node.agent.cortex.hive.goals)
    assert.ok(a !== undefined && b !== undefined)
    for (const goals of [a, b]) {
      await goals.add({ title: 'Write docs' })
      await goals.add({ title: 'Ship version 2' })
    }
    const { id: docs } = await a.add({ title: 'Write docs' })
    const { id: ship } = await a.add({ title: 'Ship version 2' })
    await a.decompose(ship, [{ title: 'Write docs' }])
    await b.decompose(docs, [{ title: 'Ship version 2' }])
    await a.status(docs, 'active')
    await b.status(docs, 'achieved')
    // The same goal in other typography, added at once.
    await a.add({ title: 'Freeze the API' })
    await b.add({ title: 'freeze the API.' })
    await heal(nodes, signal)
    const [one, two] = await Promise.all([a.list(), b.list()])
    assert.deepEqual(one, two)
    assert.equal(one?.length, 3)
    const [least, other] = [docs, ship].toSorted()
    const parents = new Map(one?.map(({ id, parent }) => [id, parent]))
    assert.equal(parents.get(least ?? ''), undefined)
    assert.equal(parents.get(other ?? ''), least)
    assert.equal((await b.get(docs))?.status, 'achieved')
    assert.deepEqual((await a.get(docs))?.statusCounts, { active: 1, achieved: 1 })
  })
})
