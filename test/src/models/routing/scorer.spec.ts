import assert from 'node:assert/strict'
import { HiveError } from '../../../../src/index.ts'
import { featuresOf } from '../../../../src/models/routing/prompt-features.ts'
import { Scorer } from '../../../../src/models/routing/scorer.ts'
import type { Features } from '../../../../src/models/routing/prompt-features.ts'

function of(content: string): Features {
  return featuresOf({ task: 'test', messages: [{ role: 'user', content }] })
}

/** A text of `length` letters or more that begins with `word`. */
function textOf(word: string, length: number): string {
  return `${word} ${'material '.repeat(length / 9)}`
}

const LENGTHS = [20, 60, 120, 200]

/** Learns 400 outcomes; `gains` decides on each by its word and its length. */
function trained(gains: (word: string, length: number) => boolean): Scorer {
  const scorer = new Scorer()
  for (let i = 0; i < 400; i++) {
    const word = i % 2 === 0 ? 'prove' : 'print'
    // Each word occurs with each length.
    const length = LENGTHS[Math.floor(i / 2) % LENGTHS.length] ?? 0
    scorer.learn(of(textOf(word, length)), 'test', gains(word, length))
  }
  return scorer
}

describe('scorer', () => {
  it('predicts by text where words decide', () => {
    const scorer = trained((word) => word === 'prove')
    const { tasks, outcomes } = scorer.state
    assert.deepEqual([tasks.map(({ by }) => by), outcomes], [['text'], 400])
    const { advantage } = tasks[0] ?? {}
    assert.ok(advantage?.error !== undefined && advantage.mean > advantage.error)
    for (const length of LENGTHS) {
      const [prove, print] = ['prove', 'print'].map((word) =>
        scorer.predict(of(textOf(word, length)), 'test')
      )
      assert.ok((prove?.chance ?? 0) > 0.5 && (print?.chance ?? 1) < 0.5)
      assert.equal(prove?.by, 'text')
    }
  })

  it('predicts by length alone where text tells nothing more, and says so', () => {
    // Outcomes of four requests each, which no feature tells apart.
    let count = 0
    const scorer = trained(() => (count++ * 7_919) % 11 < 4)
    assert.equal(scorer.state.tasks[0]?.by, 'length')
    const { by, chance } = scorer.predict(of(textOf('prove', 120)), 'test')
    assert.equal(by, 'length')
    assert.equal(chance, scorer.chanceBy('length', of(textOf('print', 120))))
    assert.ok(Math.abs(chance - 4 / 11) < 0.1)
  })

  it('learns from length that long requests gain', () => {
    const scorer = trained((_, length) => length >= 120)
    const [short, long] = [20, 200].map((length) =>
      scorer.chanceBy('length', of(textOf('print', length)))
    )
    assert.ok((long ?? 0) > 0.8 && (short ?? 1) < 0.2)
  })

  it('predicts by length for a task without outcomes, whatever serves for another', () => {
    const scorer = trained((word) => word === 'prove')
    const asked = of(textOf('prove', 120))
    assert.deepEqual(
      ['test', 'other'].map((task) => scorer.predict(asked, task).by),
      ['text', 'length']
    )
  })

  it('forgets the comparison of the task that is longest without an outcome', () => {
    const scorer = new Scorer()
    for (let i = 0; i < 70; i++) {
      for (const task of ['first', `task ${i}`]) scorer.learn(of('copy this'), task, false)
    }
    const { tasks } = scorer.export()
    const names = tasks.map(([task]) => task)
    assert.deepEqual([names.length, names.includes('task 69')], [64, true])
    // All of its 70 outcomes.
    const [, first] = tasks.find(([task]) => task === 'first') ?? []
    assert.ok((first?.weight ?? 0) > 60)
  })

  it('predicts the same after export and import', () => {
    const scorer = trained((word) => word === 'prove')
    const copy = new Scorer()
    copy.import(structuredClone(scorer.export()))
    const asked = of(textOf('prove', 120))
    assert.deepEqual(
      [copy.predict(asked, 'test'), copy.state],
      [scorer.predict(asked, 'test'), scorer.state]
    )
  })

  it('refuses weights of an earlier label or another size', () => {
    const scorer = new Scorer()
    const { length, ...rest } = scorer.export()
    for (const wrong of [
      { format: 1, outcomes: 3, ...rest.text },
      { ...rest, length: rest.text },
      { ...rest, length: { ...length, squares: length.weights } }
    ]) {
      assert.throws(
        () => scorer.import(wrong),
        (error) => error instanceof HiveError && error.code === 'ARGUMENT_INVALID'
      )
    }
  })
})
