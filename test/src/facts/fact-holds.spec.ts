import assert from 'node:assert/strict'
import { FactStore, identifyFact, prepareFact } from '../../../src/facts/index.ts'
import { openStore } from '../../../crdt/index.ts'
import type { FactInput } from '../../../src/index.ts'

const prepared = (input: FactInput): ReturnType<typeof prepareFact> =>
  prepareFact(input, identifyFact(input), { agent: 'a', now: 0, heuristic: false })

const FACT = { entity: 'door', content: 'It opens at nine.', confidence: 0.9 }

describe('a fact that is held', () => {
  it('is changed and removed after that, and others meanwhile', async () => {
    const store = await openStore()
    const facts = new FactStore({ store })
    await facts.load()
    const fact = prepared(FACT)
    await facts.add([fact])
    const order: string[] = []
    const held = Promise.withResolvers<undefined>()
    const holding = facts.whileHeld([fact.digest], async ([stored]) => {
      assert.equal(stored?.private, false)
      await held.promise
      order.push('released')
    })
    // Another publication of it need not wait.
    await facts.whileHeld([fact.digest], async () => undefined)
    await facts.add([prepared({ ...FACT, content: 'It opens at ten.' })])
    const changes = [
      facts.add([prepared({ ...FACT, private: true })]).then(() => order.push('private')),
      facts.setStale(fact.digest, true).then(() => order.push('stale')),
      facts.forget([fact.digest]).then(() => order.push('removed'))
    ]
    assert.equal((await facts.get(fact.digest))?.private, false)
    held.resolve(undefined)
    await Promise.all([holding, ...changes])
    assert.deepEqual(order, ['released', 'private', 'stale', 'removed'])
    await store.close()
  })
})
