/** A share with its 95 % interval, by resampling questions: items of one question are not independent. */
import { randomOf } from '../../test/fixtures/random.ts'

const RESAMPLES = 1_000

export function interval(
  questions: readonly { readonly relevant: number; readonly shown: number }[]
): readonly [share: number, low: number, high: number] {
  const random = randomOf(1)
  const drawn = questions.filter(({ shown }) => shown > 0)
  const shares = Array.from({ length: RESAMPLES }, () => {
    let [relevant, shown] = [0, 0]
    for (let i = 0; i < drawn.length; i++) {
      const each = drawn[Math.floor(random() * drawn.length)]
      relevant += each?.relevant ?? 0
      shown += each?.shown ?? 0
    }
    return relevant / Math.max(1, shown)
  }).toSorted((a, b) => a - b)
  const sum = (key: 'relevant' | 'shown'): number => drawn.reduce((all, each) => all + each[key], 0)
  return [
    sum('relevant') / Math.max(1, sum('shown')),
    shares[Math.floor(RESAMPLES * 0.025)] ?? 0,
    shares[Math.floor(RESAMPLES * 0.975)] ?? 0
  ]
}
