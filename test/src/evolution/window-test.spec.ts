import assert from 'node:assert/strict'
import { canImprove, judgeWindow } from '../../../src/evolution/window-test.ts'
import { randomOf } from '../../fixtures/random.ts'
import { budget } from '../../fixtures/budget.ts'
import type { Outcome } from '../../../src/evolution/window-test.ts'

const RUNS = budget(200, 4_000)

/** 1 %, and what chance may add in so few runs. */
const MAX_HARMFUL = budget(0.03, 0.0125)

interface World {
  readonly before: number
  readonly under: number
  readonly baseline?: number
  readonly size?: number
  /** Sessions up to which a window that looks better goes on. */
  readonly most?: number
  /** Share of the tasks that the mutation concerns; the others keep their rate. */
  readonly share?: number
}

/** The share of windows that end with the mutation kept, and their mean length. */
function keptShare(world: World, seed: number): { readonly kept: number; readonly length: number } {
  const { before, under, baseline = 60, size = 60, most = size, share = 1 } = world
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
      decision = judgeWindow(earlier, window, size, most).decision
    }
    if (decision === 'keep') kept += 1
    total += window.length
  }
  return { kept: kept / RUNS, length: total / RUNS }
}

/** Of windows that were kept, the share after which a second mutation is kept against them. */
function keptAfterKept(
  rates: { readonly before: number; readonly now: number; readonly under: number },
  seed: number
): number {
  const random = randomOf(seed)
  const windowOf = (baseline: readonly Outcome[], rate: number): Outcome[] | undefined => {
    const window: Outcome[] = []
    for (;;) {
      window.push(['all', random() < rate])
      const { decision } = judgeWindow(baseline, window, 40, 80)
      if (decision !== 'wait') return decision === 'keep' ? window : undefined
    }
  }
  let runs = 0
  let kept = 0
  while (runs < RUNS) {
    const baseline = Array.from({ length: 30 }, (): Outcome => ['all', random() < rates.before])
    const provisional = windowOf(baseline, rates.now)
    if (provisional === undefined) continue
    runs += 1
    if (windowOf(provisional, rates.under) !== undefined) kept += 1
  }
  return kept / runs
}

describe('the test of a window', () => {
  it('keeps at most 1 % of mutations that are 10 points worse, whatever the rate', () => {
    for (const before of [0.3, 0.5, 0.7, 0.9]) {
      for (const baseline of [50, 80, 200]) {
        const { kept } = keptShare({ before, under: before - 0.1, baseline }, 1)
        assert.ok(kept <= MAX_HARMFUL, `${before} ${baseline}: ${kept}`)
      }
    }
  })

  it('keeps at most 1 % of them too where windows that look better go on', () => {
    for (const before of [0.3, 0.5, 0.7, 0.9]) {
      for (const baseline of [30, 80]) {
        const world = { before, under: before - 0.1, baseline, size: 40, most: 80 }
        const { kept } = keptShare(world, 7)
        assert.ok(kept <= MAX_HARMFUL, `${before} ${baseline}: ${kept}`)
      }
    }
  })

  it('keeps at most 1 % of them against the window that the persona was kept by', () => {
    for (const [before, now] of [
      [0.1, 0.5],
      [0.5, 0.7],
      [0.4, 0.9],
      [0.6, 0.65]
    ] as const) {
      const kept = keptAfterKept({ before, now, under: now - 0.1 }, 11)
      assert.ok(kept <= MAX_HARMFUL, `${before} ${now}: ${kept}`)
    }
  })

  it('keeps few mutations without effect', () => {
    assert.ok(keptShare({ before: 0.6, under: 0.6 }, 6).kept <= 0.12)
    assert.ok(keptShare({ before: 0.6, under: 0.6, size: 40, most: 80 }, 6).kept <= 0.12)
  })

  it('goes on with a window that looks better at its end, and ends any other', () => {
    const mixed = outcomes('all', 40, 20)
    const judged = (successes: number, trials = 40): string =>
      judgeWindow(mixed, outcomes('all', trials, successes), 40, 80).reason
    assert.deepEqual(
      [judged(26), judged(21), judged(51, 80)],
      ['open', 'no-evidence', 'no-evidence']
    )
    assert.equal(judgeWindow(mixed, outcomes('all', 40, 26), 40).reason, 'no-evidence')
    // A gain of 20 points is shown in one window, where it took several.
    const world = { before: 0.5, under: 0.7, baseline: 30, size: 40 }
    const gained = keptShare({ ...world, most: 80 }, 12).kept - keptShare(world, 12).kept
    assert.ok(gained >= 0.1, String(gained))
  })

  it('keeps a gain of 40 points in 99 of 100 windows, and one of 20 points in most', () => {
    assert.ok(keptShare({ before: 0.5, under: 0.9 }, 2).kept >= 0.99)
    assert.ok(keptShare({ before: 0.6, under: 0.8 }, 3).kept >= 0.65)
  })

  it('finds a gain in one class of task among others', () => {
    const world = { before: 0.4, under: 0.95, share: 0.2, baseline: 100, size: 100 }
    const { kept } = keptShare(world, 4)
    assert.ok(kept >= 0.4, String(kept))
    const { decision, task } = judgeWindow(
      [...outcomes('a', 20, 5), ...outcomes('b', 180, 90)],
      [...outcomes('a', 20, 19), ...outcomes('b', 180, 90)],
      200
    )
    assert.deepEqual([decision, task], ['keep', 'a'])
  })

  it('ends the window of a loss of 30 points early', () => {
    const { length, kept } = keptShare({ before: 0.7, under: 0.4 }, 5)
    assert.ok(length <= 12 && kept === 0, String(length))
  })

  it('keeps no mutation that helps one class of task and harms the others more', () => {
    const before = [...outcomes('a', 30, 6), ...outcomes('b', 30, 27)]
    const under = [...outcomes('a', 30, 27), ...outcomes('b', 30, 3)]
    assert.notEqual(judgeWindow(before, under, 200).decision, 'keep')
  })

  it('waits for 10 outcomes, and ends at the size of the window', () => {
    const mixed = outcomes('all', 40, 20)
    assert.equal(judgeWindow(mixed, outcomes('all', 9, 9), 60).decision, 'wait')
    assert.deepEqual(
      [10, 0].map((successes) => judgeWindow(mixed, outcomes('all', 10, successes), 60).reason),
      ['better', 'worse']
    )
    assert.equal(judgeWindow(mixed, outcomes('all', 20, 10), 20).reason, 'no-evidence')
    assert.equal(judgeWindow(mixed, outcomes('all', 20, 10), 21).decision, 'wait')
  })

  it('sees no room above a baseline without failures', () => {
    assert.equal(canImprove(outcomes('all', 100, 100)), false)
    assert.equal(canImprove(outcomes('all', 100, 85)), true)
  })
})

function outcomes(task: string, trials: number, successes: number): Outcome[] {
  return Array.from({ length: trials }, (_, i): Outcome => [task, i < successes])
}
