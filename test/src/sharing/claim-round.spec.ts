import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { ClaimRound, MAX_COMPARED } from '../../../src/sharing/claim-round.ts'

describe('the claims that a broadcast compares', () => {
  it('are limited, and all of them have their turn', () => {
    const round = new ClaimRound()
    const waiting = Array.from({ length: 5_000 }, (_, i) =>
      hash('sha256', `claim ${i}`, 'buffer')
    ).toSorted((a, b) => Buffer.compare(a, b))
    const compared = Array.from({ length: 6 }, () => {
      round.begin()
      const taken = waiting.filter((digest) => round.takes(digest, true))
      round.end()
      return taken
    })
    assert.deepEqual(
      compared.map(({ length }) => length),
      [MAX_COMPARED, MAX_COMPARED, 1_000, MAX_COMPARED, MAX_COMPARED, 1_000]
    )
    assert.deepEqual(compared.slice(0, 3).flat(), waiting)
    assert.deepEqual(compared.slice(3).flat(), waiting)
  })

  it('are also new ones, where room is left', () => {
    const round = new ClaimRound()
    round.begin()
    const news = Array.from({ length: 3_000 }, (_, i) => hash('sha256', `new ${i}`, 'buffer'))
    assert.equal(news.filter((digest) => round.takes(digest, false)).length, MAX_COMPARED)
    round.end()
    // New ones that found no room wait, and come first.
    round.begin()
    assert.ok(
      news
        .toSorted((a, b) => Buffer.compare(a, b))
        .every((digest, i) => i >= MAX_COMPARED || round.takes(digest, true))
    )
  })
})
