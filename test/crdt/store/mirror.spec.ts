import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { digestOf, Mirror, openReplica } from '../../../crdt/index.ts'
import { FactStore, identifyFact, prepareFact } from '../../../src/facts/index.ts'
import { storeWithFailingCopies } from '../../fixtures/failing-copies.ts'
import { publication } from '../../fixtures/publications.ts'

const KEY = Buffer.from('key')
const VALUE = Buffer.from('value')

describe('the copy of a section', () => {
  it('is deleted later where that fails behind the commit', async () => {
    await using given = await storeWithFailingCopies()
    const { store, copies, failNext } = given
    const mirror = new Mirror({ store, name: 'votes' })
    await mirror.prepare([[KEY, VALUE]])
    failNext('votes')
    await mirror.finish([KEY])
    const copy = copies.section('votes')
    assert.equal(await copy.has(KEY), true)
    while (await copy.has(KEY)) await nextTurn()
  })

  it('stays where it was written again before it is deleted', async () => {
    await using given = await storeWithFailingCopies()
    const { store, copies, failNext } = given
    const mirror = new Mirror({ store, name: 'votes' })
    const other = Buffer.from('other')
    await mirror.prepare([
      [KEY, VALUE],
      [other, VALUE]
    ])
    failNext('votes')
    await mirror.finish([KEY, other])
    await mirror.prepare([[KEY, VALUE]])
    const copy = copies.section('votes')
    while (await copy.has(other)) await nextTurn()
    assert.equal(await copy.has(KEY), true)
  })

  it('is read where the value is damaged, one by one and all together', async () => {
    await using given = await storeWithFailingCopies()
    const { store } = given
    const mirror = new Mirror({ store, name: 'votes' })
    const other = Buffer.from('other')
    const pairs = [KEY, other].map((key) => [key, VALUE] as const)
    await mirror.prepare(pairs)
    await store.commit(pairs.map(([key]) => mirror.put(key, VALUE)))
    const damaged = Buffer.from('!votes!key')
    await store.commit([{ type: 'put', key: damaged, value: new Uint8Array(12) }])
    assert.equal(await store.section('votes').has(KEY), false)
    assert.deepEqual((await mirror.get(KEY))?.toString(), VALUE.toString())
    const all = await mirror.readAll((key) => Buffer.from(key).toString())
    assert.deepEqual([...all.values()].toSorted(), ['key', 'other'])
  })

  it('must be written before the commit', async () => {
    await using given = await storeWithFailingCopies()
    const { store, failNext } = given
    const mirror = new Mirror({ store, name: 'votes' })
    failNext('votes')
    await assert.rejects(mirror.prepare([[KEY, VALUE]]), { code: 'STORE_WRITE_FAILED' })
    failNext('votes')
    await assert.rejects(mirror.remove([KEY]), { code: 'STORE_WRITE_FAILED' })
  })
})

describe('what is done while copies cannot be written', () => {
  it('is a retraction that is on disk, and peers hear of it', async () => {
    await using given = await storeWithFailingCopies()
    const { store, failNext } = given
    const replica = await openReplica({ store })
    const said = publication('A fact.')
    await replica.publish([said])
    const shown: number[] = []
    replica.on('retraction:show', ({ length }) => shown.push(length))
    failNext('vouched')
    assert.notEqual(await replica.retract(digestOf(said.record)), undefined)
    assert.deepEqual(shown, [1])
  })

  it('is the forgetting of a fact', async () => {
    await using given = await storeWithFailingCopies()
    const { store, copies, failNext } = given
    const facts = new FactStore({ store })
    await facts.load()
    const input = { entity: 'door', content: 'It opens at nine.', confidence: 0.9 }
    const fact = prepareFact(input, identifyFact(input), { agent: 'a', now: 0, heuristic: false })
    await facts.add([fact])
    const digest = fact.digest.slice()
    failNext('forgotten-facts')
    assert.equal(await facts.forget([digest]), true)
    const marks = copies.section('forgotten-facts')
    while (!(await marks.has(digest))) await nextTurn()
    await facts.add([fact])
    assert.equal(await marks.has(digest), false)
  })
})
