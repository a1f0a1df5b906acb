import assert from 'node:assert/strict'
import { browserFacts } from '../../../examples/demo/demo-facts.ts'
import { areVariants } from '../../../src/knowledge/variants.ts'
import { ALLOWED, FORBIDDEN, randomOf } from '../../fixtures/text-pairs.ts'

const PAIRS = 100_000

describe('variants', () => {
  const texts = browserFacts(20_000).map(({ content }) => content)
  const random = randomOf(7)
  const pick = (): string => texts[Math.floor(random() * texts.length)] ?? ''

  it(`are never texts that differ in a number, sign, unit, negation, date, name or identifier: 0 of ${PAIRS}`, function () {
    this.timeout(60_000)
    const changes = Object.entries(FORBIDDEN)
    let checked = 0
    for (let i = 0; checked < PAIRS; i++) {
      const text = pick()
      const [what, change = (same: string): string => same] = changes[i % changes.length] ?? []
      const other = change(text, random)
      if (other === text) continue
      checked += 1
      assert.equal(areVariants(text, other), false, `${what}: "${text}" and "${other}"`)
    }
  })

  for (const [what, change] of Object.entries(ALLOWED)) {
    it(`are texts that differ in ${what}`, () => {
      for (let i = 0; i < 2_000; i++) {
        const text = pick()
        const other = change(text, random)
        assert.equal(areVariants(text, other), true, `"${text}" and "${other}"`)
      }
    })
  }

  for (const [a, b] of [
    ['C++ is fast', 'C is fast'],
    ['it is -5 degrees', 'it is 5 degrees'],
    ['call gap()', 'call gap'],
    ['x is 5!', 'x is 5'],
    ['use node:sqlite', 'use node sqlite'],
    ['1,000 rows', '1.000 rows'],
    ['a >= b', 'a <= b'],
    ['AbortController', 'abortcontroller'],
    ['10\u2076 rows', '106 rows'],
    ['$5 a day', '\u20ac5 a day'],
    ['dogs chase cats', 'cats chase dogs'],
    ['it works', 'it works?']
  ] as const) {
    it(`are not "${a}" and "${b}"`, () => assert.equal(areVariants(a, b), false))
  }

  for (const [a, b] of [
    ['"it works," he said', 'it works he said'],
    ['well\u2014known', 'well-known'],
    ['since 84, chrome has gap', 'Chrome has gap since 84'],
    ['an of\ufb01ce', 'an office']
  ] as const) {
    it(`are "${a}" and "${b}"`, () => assert.equal(areVariants(a, b), true))
  }

  it('are found by a key in time linear in the text, whatever its words repeat', () => {
    const words = Array.from({ length: 20_000 }, () => 'a')
    const rotated = [...words, 'b', ...words.slice(0, 9_000)]
    const from = 12_345
    const other = [...rotated.slice(from), ...rotated.slice(0, from)]
    assert.equal(areVariants(rotated.join(' '), other.join(' ')), true)
    assert.equal(areVariants(rotated.join(' '), [...words, 'a', 'b'].join(' ')), false)
  })
})
