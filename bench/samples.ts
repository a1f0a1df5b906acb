/**
 * Samples: one number a repetition. A repetition runs all that is compared, one after the other, so
 * that what else the machine does falls on all of it; ratios are taken within a repetition.
 */
export type Samples = readonly number[]

export async function repeat<Name extends string>(
  repetitions: number,
  once: (repetition: number) => Promise<Record<Name, number>>
): Promise<(name: Name) => Samples> {
  const all: Record<Name, number>[] = []
  for (let i = 0; i < repetitions; i++) all.push(await once(i))
  return (name) => all.map((each) => each[name])
}

export function median(samples: Samples): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return (
    ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
  )
}

export function ratios(of: Samples, to: Samples): Samples {
  return of.map((value, i) => value / (to[i] ?? Number.NaN))
}

/** How many a second. */
export async function rate(count: number, task: () => unknown): Promise<number> {
  return count / (await seconds(task))
}

export async function seconds(task: () => unknown): Promise<number> {
  const started = performance.now()
  await task()
  return (performance.now() - started) / 1000
}

/** The value that `share` (0 to 1) of the samples are not above. */
export function percentile(samples: Samples, share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
