import assert from 'node:assert/strict'
import fc from 'fast-check'
import { FairQueue } from '../../../crdt/voices/fair-queue.ts'
import type { FairItem } from '../../../crdt/voices/fair-queue.ts'

interface Item extends FairItem {
  readonly name: string
}

function itemOf(peer: string, voice: string, name: string, cost = 1): Item {
  return { source: { peer, voice }, cost, name }
}

function drain(queue: FairQueue<Item>, most = Infinity): string[] {
  const names: string[] = []
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    names.push(item.name)
    if (names.length >= most) break
  }
  return names
}

describe('a queue that is fair by source', () => {
  it('serves a peer next whatever another one waits with', () => {
    const queue = new FairQueue<Item>()
    for (let i = 0; i < 100; i++) queue.push(itemOf('flood', `voice ${i}`, 'flood'))
    assert.deepEqual(drain(queue, 5), Array(5).fill('flood'))
    queue.push(itemOf('quiet', 'a', 'first'))
    queue.push(itemOf('quiet', 'a', 'second'))
    const order = drain(queue, 4)
    assert.ok(order.indexOf('first') <= 1 && order.indexOf('second') <= 3, order.join())
    // What was idle has saved up nothing.
    for (let i = 0; i < 10; i++) queue.push(itemOf('quiet', 'a', 'late'))
    assert.equal(drain(queue, 20).filter((name) => name === 'late').length, 10)
    assert.equal(queue.size, 100 - 5 - 2 - 10)
  })

  it('gives a peer no more turns that waits with one request at a time', () => {
    const queue = new FairQueue<Item>()
    for (let i = 0; i < 20; i++) queue.push(itemOf('quiet', 'a', 'quiet'))
    const order: string[] = []
    for (let i = 0; i < 20; i++) {
      // Another one as soon as the last is served, each time of another voice.
      if (i === 0 || order.at(-1) === 'again') queue.push(itemOf('eager', `v${i}`, 'again'))
      order.push(...drain(queue, 1))
    }
    const turns = order.filter((name) => name === 'again').length
    assert.ok(turns >= 9 && turns <= 11, order.join())
  })

  it('divides the share of a peer among the voices that it brings', () => {
    const queue = new FairQueue<Item>()
    for (let i = 0; i < 50; i++) queue.push(itemOf('relay', 'loud', 'loud'))
    queue.push(itemOf('relay', 'soft', 'soft'))
    assert.ok(drain(queue, 3).includes('soft'))
  })

  it('counts costs, not requests, and keeps the order of one source', () => {
    const queue = new FairQueue<Item>()
    for (let i = 0; i < 20; i++) queue.push(itemOf('dear', 'a', `dear ${i}`, 10))
    for (let i = 0; i < 200; i++) queue.push(itemOf('cheap', 'b', `cheap ${i}`, 1))
    const order = drain(queue, 110)
    const dear = order.filter((name) => name.startsWith('dear'))
    assert.ok(dear.length >= 9 && dear.length <= 11, `${dear.length} of ${order.length}`)
    assert.deepEqual(
      dear,
      dear.map((_, i) => `dear ${i}`)
    )
  })

  it('gives up the last of those that wait with most, and nothing of its own', () => {
    const queue = new FairQueue<Item>()
    for (let i = 0; i < 3; i++) queue.push(itemOf('', 'own', `own ${i}`))
    for (let i = 0; i < 2; i++) queue.push(itemOf('flood', 'a', `flood ${i}`))
    queue.push(itemOf('quiet', 'a', 'quiet'))
    assert.equal(queue.dropLast()?.name, 'flood 1')
    assert.equal(queue.dropLast()?.name, 'flood 0')
    assert.equal(queue.dropLast()?.name, 'quiet')
    assert.equal(queue.dropLast(), undefined)
    assert.deepEqual(drain(queue), ['own 0', 'own 1', 'own 2'])
  })

  it('serves all that was pushed once, whatever is taken away between', () => {
    const step = fc.record({
      peer: fc.integer({ min: 0, max: 3 }),
      voice: fc.integer({ min: 0, max: 2 }),
      cost: fc.integer({ min: 1, max: 9 }),
      act: fc.constantFrom('push', 'push', 'push', 'shift', 'drop', 'remove')
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new FairQueue<Item>()
        const left = new Set<string>()
        const gone = (item: Item | undefined): void => {
          if (item !== undefined) assert.ok(left.delete(item.name), item.name)
        }
        for (const [at, { peer, voice, cost, act }] of steps.entries()) {
          const source = `p${peer}`
          if (act === 'push') {
            queue.push(itemOf(source, `v${voice}`, String(at), cost))
            left.add(String(at))
          } else if (act === 'shift') gone(queue.shift())
          else if (act === 'drop') gone(queue.dropLast())
          else for (const item of queue.remove((each) => each.source.peer === source)) gone(item)
          assert.equal(queue.size, left.size)
        }
        assert.deepEqual(new Set(drain(queue)), left)
      })
    )
  })
})
