import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { RecentFacts } from '../../../src/facts/recent-facts.ts'

function name(i: number): string {
  return hash('sha256', String(i), 'binary')
}

describe('facts seen lately', () => {
  it('are known through growth, all but a few, and never in place of another', () => {
    const recent = new RecentFacts()
    const count = 100_000
    for (let i = 0; i < count; i++) {
      recent.put({ digestKey: name(i), confidence: 0.5, isPrivate: false })
    }
    let known = 0
    for (let i = 0; i < count; i++) {
      if (recent.isRedundant(name(i), 0.5, false)) known += 1
      assert.ok(!recent.isRedundant(name(i), 0.5, true), 'none of them is private')
    }
    assert.ok(known > 0.97 * count, `${known} of ${count}`)
    for (let i = count; i < 2 * count; i++) assert.ok(!recent.isRedundant(name(i), 0, false))
  })

  it('cover what adds nothing: no higher confidence, no new privacy', () => {
    const recent = new RecentFacts()
    recent.put({ digestKey: name(1), confidence: 0.5, isPrivate: false })
    recent.put({ digestKey: name(2), confidence: 0.5, isPrivate: true })
    assert.ok(recent.isRedundant(name(1), 0.5, false))
    assert.ok(!recent.isRedundant(name(1), 0.6, false))
    assert.ok(!recent.isRedundant(name(1), 0.5, true))
    assert.ok(recent.isRedundant(name(2), 0.4, false))
    assert.ok(recent.isRedundant(name(2), 0.5, true))
    recent.put({ digestKey: name(1), confidence: 0.9, isPrivate: true })
    assert.ok(recent.isRedundant(name(1), 0.9, true))
  })

  it('are found behind those that were forgotten, and forgotten alone', () => {
    const recent = new RecentFacts()
    const count = 30_000
    for (let i = 0; i < count; i++)
      recent.put({ digestKey: name(i), confidence: 1, isPrivate: false })
    const known = Array.from({ length: count }, (_, i) => i).filter((i) =>
      recent.isRedundant(name(i), 1, false)
    )
    for (const i of known) if (i % 2 === 0) recent.delete(name(i))
    for (const i of known) assert.equal(recent.isRedundant(name(i), 1, false), i % 2 === 1)
    for (const i of known) recent.put({ digestKey: name(i), confidence: 1, isPrivate: false })
    const again = known.filter((i) => recent.isRedundant(name(i), 1, false)).length
    assert.ok(again > 0.97 * known.length, `${again} of ${known.length}`)
  })
})
