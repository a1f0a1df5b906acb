import assert from 'node:assert/strict'
import { canImprove, judgeWindow } from '../../../src/evolution/window-test.ts'
import { randomOf } from '../../fixtures/random.ts'
import { budget } from '../../fixtures/budget.ts'
import type { Outcome } from '../../../src/evolution/window-test.ts'

const RUNS = budget(200, 4_000)

interface World {
  readonly before: number
  readonly under: number
  readonly baseline?: number
  readonly size?: number
  /** Share of the tasks that the mutation concerns; the others keep their rate. */
  readonly share?: number
}

/** The share of windows that end with the mutation kept, and their mean length. */
function keptShare(world: World, seed: number): { readonly kept: number; readonly length: number } {
  const { before, under, baseline = 60, size = 60, share = 1 } = world
  const random = randomOf(seed)
  const outcome = (isUnder: boolean): Outcome => {
    const isConcerned = random() < share
    const rate = isUnder && isConcerned ? under : before
    return [isConcerned ? 'a' : 'b', random() < rate]
  }
  let kept = 0
  let total = 0
  for (let run = 0; run < RUNS; run++) {
    const earlier = Array.from({ length: baseline }, () => outcome(false))
    const window: Outcome[] = []
    let decision: 'invert' | 'keep' | 'wait' = 'wait'
    while (decision === 'wait') {
      window.push(outcome(true))
      decision = judgeWindow(earlier, window, size).decision
    }
    if (decision === 'keep') kept += 1
    total += window.length
  }
  return { kept: kept / RUNS, length: total / RUNS }
}

describe('the test of a window', () => {
  it('keeps at most 1 % of mutations that are 10 points worse, whatever the rate', () => {
    for (const before of [0.3, 0.5, 0.7, 0.9]) {
      for (const baseline of [20, 60, 200]) {
        const { kept } = keptShare({ before, under: before - 0.1, baseline }, 1)
        assert.ok(kept <= 0.0125, `${before} ${baseline}: ${kept}`)
      }
    }
  })

  it('keeps a gain of 40 points in 99 of 100 windows, and one of 25 points in most', () => {
    assert.ok(keptShare({ before: 0.5, under: 0.9 }, 2).kept >= 0.99)
    assert.ok(keptShare({ before: 0.6, under: 0.85, baseline: 100 }, 3).kept >= 0.6)
  })

  it('finds a gain in one class of task among others', () => {
    const { kept } = keptShare({ before: 0.4, under: 0.95, share: 0.4, baseline: 100 }, 4)
    assert.ok(kept >= 0.9, String(kept))
  })

  it('ends the window of a loss of 30 points early', () => {
    const { length, kept } = keptShare({ before: 0.7, under: 0.4 }, 5)
    assert.ok(length <= 25 && kept === 0, String(length))
  })

  it('keeps no mutation that helps one class of task and harms the others more', () => {
    const outcomes = (a: number, b: number): Outcome[] => [
      ...Array.from({ length: 30 }, (_, i): Outcome => ['a', i < a]),
      ...Array.from({ length: 30 }, (_, i): Outcome => ['b', i < b])
    ]
    const verdict = judgeWindow(outcomes(6, 27), outcomes(27, 3), 200)
    assert.ok(verdict.logWealth > Math.log(10))
    assert.equal(verdict.task, 'a')
    assert.notEqual(verdict.decision, 'keep')
  })

  it('waits for 8 outcomes, and ends at the size of the window', () => {
    const all = (length: number, ok: boolean): Outcome[] =>
      Array.from({ length }, (): Outcome => ['all', ok])
    const mixed = [...all(15, true), ...all(15, false)]
    assert.equal(judgeWindow(mixed, all(7, true), 60).decision, 'wait')
    assert.deepEqual(
      [judgeWindow(mixed, all(9, true), 60).reason, judgeWindow(mixed, all(9, false), 60).reason],
      ['better', 'worse']
    )
    const same = Array.from({ length: 20 }, (_, i): Outcome => ['all', i % 2 === 0])
    assert.equal(judgeWindow(mixed, same, 20).decision, 'invert')
  })

  it('sees no room above a baseline without failures', () => {
    assert.equal(canImprove(Array.from({ length: 100 }, (): Outcome => ['all', true])), false)
    assert.equal(canImprove(Array.from({ length: 100 }, (_, i): Outcome => ['all', i > 15])), true)
  })
})
