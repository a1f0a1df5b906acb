import assert from 'node:assert/strict'
import fc from 'fast-check'
import { IncomingRoom } from '../../../transport/filters/incoming-room.ts'

describe('the room for filters on their way', () => {
  it('gives a smaller filter the place of the largest, and equal ones none', () => {
    const room = new IncomingRoom(100)
    const ended: string[] = []
    const take = (name: string, bytes: number): (() => void) | undefined =>
      room.take(bytes, () => ended.push(name))
    assert.ok(take('large', 60) !== undefined)
    const leave = take('small', 30)
    assert.equal(take('as large', 60), undefined)
    assert.ok(take('smaller', 40) !== undefined)
    assert.deepEqual(ended, ['large'])
    assert.equal(room.bytes, 70)
    leave?.()
    assert.equal(room.bytes, 40)
    leave?.()
    assert.equal(room.bytes, 40)
  })

  it('ends nothing where all are as small', () => {
    const room = new IncomingRoom(100)
    const fail = (): void => assert.fail('ended')
    for (const bytes of [45, 40, 15]) assert.ok(room.take(bytes, fail) !== undefined)
    assert.equal(room.take(45, fail), undefined)
    assert.equal(room.bytes, 100)
  })

  it('is never exceeded, and what a filter has is never given to a larger one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 })), (sizes) => {
        const room = new IncomingRoom(100)
        for (const bytes of sizes) {
          room.take(bytes, () => {})
          assert.ok(room.bytes <= 100)
        }
        // The smallest of all got in, since only smaller ones take the place of others.
        if (sizes.length > 0) assert.ok(room.bytes >= Math.min(...sizes))
      })
    )
  })
})
