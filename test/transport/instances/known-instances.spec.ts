import assert from 'node:assert/strict'
import { KnownInstances } from '../../../transport/instances/known-instances.ts'

describe('known instances of a peer', () => {
  let time: number
  let known: KnownInstances
  beforeEach(() => {
    time = 0
    known = new KnownInstances(() => time)
  })

  it('that follow each other are restarts', () => {
    for (const instance of ['a', 'b', 'c']) {
      known.add('peer', instance)
      known.add('peer', instance)
      assert.deepEqual(known.othersOf('peer', instance), [])
    }
  })

  it('that overlap run at once, for ten minutes after the last sign', () => {
    assert.equal(known.add('peer', 'a'), false)
    assert.equal(known.add('peer', 'b'), true)
    assert.equal(known.add('peer', 'a'), false)
    assert.deepEqual(known.othersOf('peer', 'a'), ['b'])
    assert.deepEqual(known.othersOf('peer', 'b'), ['a'])
    assert.deepEqual(known.othersOf('other', 'a'), [])
    time = 600_001
    known.add('peer', 'b')
    assert.deepEqual(known.othersOf('peer', 'b'), [])
  })

  it('are bounded', () => {
    for (let i = 0; i < 3_000; i++) known.add(`peer ${i}`, 'a')
    known.add('peer 0', 'b')
    known.add('peer 0', 'a')
    assert.deepEqual(known.othersOf('peer 0', 'b'), ['a'])
    for (let i = 0; i < 100; i++) known.add('peer 0', `many ${i}`)
    assert.deepEqual(known.othersOf('peer 0', 'a'), [])
  })
})
