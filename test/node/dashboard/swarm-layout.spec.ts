import assert from 'node:assert/strict'
import { dotSize, MIDDLE, placesOf, SIZE } from '../../../node/dashboard/pages/swarm-layout.ts'
import { randomOf } from '../../fixtures/random.ts'

describe('the graph of the swarm', () => {
  for (const count of [1, 5, 24, 100, 500]) {
    it(`shows each of ${count} peers apart from the others, within its square`, () => {
      const random = randomOf(count)
      const peers = Array.from({ length: count }, (_, i) =>
        i % 10 === 9 ? {} : { latency: 200 * random() ** 3 }
      )
      const places = placesOf(peers).map(({ x = NaN, y = NaN }) => [x, y] as const)
      const radius = dotSize(count)
      for (const [i, [x, y]] of places.entries()) {
        for (const each of [x, y]) assert.ok(each >= radius && each <= SIZE - radius, `${x} ${y}`)
        for (const [a, b] of places.slice(i + 1)) {
          assert.ok(Math.hypot(x - a, y - b) >= 2 * radius, `two dots overlap at ${x} ${y}`)
        }
      }
    })
  }

  it('puts a near peer nearer to the middle than a far one', () => {
    const [near = { x: 0, y: 0 }, far = { x: 0, y: 0 }] = placesOf([
      { latency: 2 },
      { latency: 180 }
    ])
    const distance = ({ x = 0, y = 0 }): number => Math.hypot(x - MIDDLE, y - MIDDLE)
    assert.ok(distance(near) < distance(far) / 1.5)
  })
})
