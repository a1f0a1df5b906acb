/** A world with a known optimum: the success rate is a sum over three traits, 0.9 at best. */
import type { Choices, Family, Task } from './family.ts'

const GAINS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  plan: { none: 0, short: 0.2, long: 0.05, wild: -0.2 },
  check: { never: 0, once: 0.2, twice: 0.05, wrong: -0.15 },
  style: { plain: 0, terse: 0, verbose: 0, odd: -0.1 }
}

const START = 0.5

export const synthetic: Family = {
  name: 'synthetic, known optimum',
  options: Object.fromEntries(
    Object.entries(GAINS).map(([trait, gains]) => [trait, Object.keys(gains)])
  ),
  draw(): Task {
    return {
      kind: 'all',
      isSolved(choices: Choices, random) {
        const gains = Object.entries(choices).map(([trait, name]) => GAINS[trait]?.[name] ?? 0)
        return random() < START + gains.reduce((sum, gain) => sum + gain, 0)
      }
    }
  }
}
