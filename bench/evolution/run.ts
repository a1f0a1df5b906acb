/** One persona that solves tasks of a family for a number of sessions, with an evolution or without. */
import { judgeWindow } from '../../src/evolution/window-test.ts'
import { randomOf } from '../../test/fixtures/random.ts'
import { armsOf, firstChoices, personaOf, pick, rateOf } from './family.ts'
import type { Agent, HiveNode } from 'noormme-hive'
import type { Random } from '../../test/fixtures/random.ts'
import type { Outcome } from '../../src/evolution/window-test.ts'
import type { Choices, Family } from './family.ts'

/** What is known of each family before: the true rate of each combination of options. */
export class Rates {
  readonly #family: Family
  readonly #rates = new Map<string, number>()
  readonly optimum: number

  constructor(family: Family) {
    this.#family = family
    this.optimum = Math.max(...armsOf(family).map((arm) => this.of(arm)))
  }

  of(choices: Choices): number {
    const key = Object.values(choices).join('\n')
    const known = this.#rates.get(key)
    if (known !== undefined) return known
    const rate = rateOf(this.#family, choices, randomOf(1))
    this.#rates.set(key, rate)
    return rate
  }
}

export interface Run {
  /** The true rate of the persona in each session. */
  readonly rates: readonly number[]
  /** Mutations whose true rate was 10 points or more below the persona's, and those taken back. */
  readonly harmful: number
  readonly harmfulInverted: number
  /** The longest stay 10 points or more below the persona before a mutation, in sessions. */
  readonly longestBelow: number
}

export const HARM = 0.1

/** Sessions of a persona on a node, one step of its evolution after each. */
export async function evolved(
  db: HiveNode,
  name: string,
  { family, rates, horizon }: { family: Family; rates: Rates; horizon: number },
  seed: number
): Promise<Run> {
  const agent = await db.agents.create(name, { persona: personaOf(family) })
  const random = randomOf(seed)
  const course = new Course(rates)
  for (let i = 0; i < horizon; i++) {
    course.add(await solveOne(agent, family, random))
    const { settled, started } = await agent.cortex.evolution.advance()
    if (settled.status === 'inverted' || settled.status === 'kept') course.end()
    if (started?.version !== undefined) {
      course.begin(choicesOf(await agent.persona.at(started.version - 1)))
    }
  }
  const trials = await agent.cortex.evolution.getMutationHistory({ limit: 1_000 })
  for (const { version = 0, status } of trials) {
    const before = rates.of(choicesOf(await agent.persona.at(version - 1)))
    const under = rates.of(choicesOf(await agent.persona.at(version)))
    if (status !== 'running' && under <= before - HARM) course.addHarmful(status === 'inverted')
  }
  return course.run()
}

/** Returns the choices with which it was solved. */
export async function solveOne(agent: Agent, family: Family, random: Random): Promise<Choices> {
  const choices = choicesOf(await agent.persona.get())
  const task = family.draw(random)
  await agent.session({ task: task.kind }, (session) =>
    session.end({ outcome: task.isSolved(choices, random) ? 'success' : 'failure' })
  )
  return choices
}

export function choicesOf(
  persona: { readonly traits: Readonly<Record<string, { readonly value: unknown }>> } | undefined
): Choices {
  return Object.fromEntries(
    Object.entries(persona?.traits ?? {}).map(([trait, { value }]) => [trait, String(value)])
  )
}

/** The true rates of a persona, and how long it stayed below what it was before a mutation. */
class Course {
  readonly #of: Rates
  readonly #rates: number[] = []
  #harmful = 0
  #inverted = 0
  #before: number | undefined
  #below = 0
  #longest = 0

  constructor(of: Rates) {
    this.#of = of
  }

  /** A mutation of these choices begins. */
  begin(before: Choices): void {
    this.#before = this.#of.of(before)
    this.#below = 0
  }

  /** A harmful mutation that was kept still counts. */
  end(): void {
    if (this.#below === 0) this.#before = undefined
  }

  add(choices: Choices): void {
    const rate = this.#of.of(choices)
    this.#rates.push(rate)
    const isBelow = this.#before !== undefined && rate <= this.#before - HARM
    this.#below = isBelow ? this.#below + 1 : 0
    this.#longest = Math.max(this.#longest, this.#below)
  }

  addHarmful(isInverted: boolean): void {
    this.#harmful += 1
    if (isInverted) this.#inverted += 1
  }

  run(): Run {
    return {
      rates: this.#rates,
      harmful: this.#harmful,
      harmfulInverted: this.#inverted,
      longestBelow: this.#longest
    }
  }
}

type Policy = (next: {
  readonly choices: Choices
  readonly ok: boolean
  readonly kind: string
}) => Choices

const WINDOW = 60
const EVERY = 30

/** Baselines: what decides the choices of the next session. */
export const BASELINES: Readonly<Record<string, (family: Family, random: Random) => Policy>> = {
  'no mutation':
    () =>
    ({ choices }) =>
      choices,

  'random mutation, every 30 sessions': (family, random) => {
    let sessions = 0
    return ({ choices }) =>
      ++sessions % EVERY === 0 ? neighbour(family, choices, random) : choices
  },

  'the same windows, without inversion': (family, random) => {
    let baseline: Outcome[] = []
    let window: Outcome[] | undefined
    return ({ choices, ok, kind }) => {
      if (window === undefined) {
        baseline.push([kind, ok])
        if (baseline.length < 20) return choices
        window = []
        return neighbour(family, choices, random)
      }
      window.push([kind, ok])
      if (judgeWindow(baseline, window, WINDOW).decision === 'wait') return choices
      baseline = window
      window = []
      return neighbour(family, choices, random)
    }
  },

  'Thompson sampling over all combinations': (family, random) => {
    const arms = armsOf(family).map((choices) => ({ choices, won: 1, lost: 1 }))
    const byKey = new Map(arms.map((arm) => [JSON.stringify(arm.choices), arm]))
    return ({ choices, ok }) => {
      const arm = byKey.get(JSON.stringify(choices))
      if (arm !== undefined && ok) arm.won += 1
      else if (arm !== undefined) arm.lost += 1
      const draws = arms.map(({ won, lost }) => betaDraw(won, lost, random))
      return arms[draws.indexOf(Math.max(...draws))]?.choices ?? choices
    }
  }
}

export function simulated(
  policyOf: (family: Family, random: Random) => Policy,
  { family, rates, horizon }: { family: Family; rates: Rates; horizon: number },
  seed: number
): Run {
  const random = randomOf(seed)
  const policy = policyOf(family, random)
  const course = new Course(rates)
  let choices = firstChoices(family)
  for (let i = 0; i < horizon; i++) {
    course.add(choices)
    const task = family.draw(random)
    choices = policy({ choices, ok: task.isSolved(choices, random), kind: task.kind })
  }
  return course.run()
}

/** Another option of one trait. */
function neighbour({ options }: Family, choices: Choices, random: Random): Choices {
  const trait = pick(Object.keys(options), random)
  const others = (options[trait] ?? []).filter((name) => name !== choices[trait])
  return { ...choices, [trait]: pick(others, random) }
}

/** Beta with whole parameters, by the order statistic of uniform numbers. */
function betaDraw(won: number, lost: number, random: Random): number {
  const gamma = (shape: number): number => {
    let sum = 0
    for (let i = 0; i < shape; i++) sum -= Math.log(1 - random())
    return sum
  }
  const up = gamma(won)
  return up / (up + gamma(lost))
}
