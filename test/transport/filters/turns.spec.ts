import assert from 'node:assert/strict'
import { ROUNDS, Turns } from '../../../transport/filters/turns.ts'
import { randomOf } from '../../fixtures/random.ts'

describe('the turns of peers to be asked for their filters', () => {
  it('come soon, then once in each interval, and not together for peers that connect together', () => {
    const turns = new Turns(randomOf(1))
    const peers = Array.from({ length: 100 }, (_, i) => `peer ${i}`)
    for (const peer of peers) turns.add(peer)
    const round = (): string[] => peers.filter((peer) => turns.isDue(peer))

    assert.equal(new Set([...round(), ...round()]).size, 100)
    // Until all have had their second turn.
    for (let i = 0; i < ROUNDS; i++) round()
    const interval = Array.from({ length: ROUNDS }, round)
    assert.deepEqual(interval.flat().toSorted(), peers.toSorted())
    assert.ok(Math.max(...interval.map(({ length }) => length)) < 30)
  })

  it('end with the connection', () => {
    const turns = new Turns(() => 0)
    turns.add('a')
    turns.delete('a')
    assert.equal(turns.has('a'), false)
    assert.equal(turns.isDue('a'), false)
  })
})
