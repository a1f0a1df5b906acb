/** Families of tasks: each has right answers that come from data of a package, or a known optimum. */
import type { PersonaInit } from 'noormme-hive'
import type { Random } from '../../test/fixtures/random.ts'

/** Values of the traits of a persona that decide how it solves tasks. */
export type Choices = Readonly<Record<string, string>>

export interface Task {
  /** The class of task. */
  readonly kind: string
  /** Whether an agent with these choices finds the right answer. */
  isSolved(choices: Choices, random: Random): boolean
}

export interface Family {
  readonly name: string
  /** Options of each trait; an agent begins with the first of each. */
  readonly options: Readonly<Record<string, readonly string[]>>
  draw(random: Random): Task
}

/** A persona that begins with the first option of each trait. */
export function personaOf({ name, options }: Family): PersonaInit {
  return {
    role: `You solve tasks of the family "${name}".`,
    goal: 'Give the right answer.',
    traits: Object.fromEntries(
      Object.entries(options).map(([trait, names]) => [
        trait,
        {
          kind: 'choice' as const,
          value: names[0] ?? '',
          options: Object.fromEntries(names.map((option) => [option, `Work by "${option}".`]))
        }
      ])
    )
  }
}

/** All combinations of options. */
export function armsOf({ options }: Family): Choices[] {
  return Object.entries(options).reduce<Choices[]>(
    (arms, [trait, names]) =>
      arms.flatMap((arm) => names.map((name) => ({ ...arm, [trait]: name }))),
    [{}]
  )
}

export function firstChoices({ options }: Family): Choices {
  return Object.fromEntries(
    Object.entries(options).map(([trait, names]) => [trait, names[0] ?? ''])
  )
}

const TRIALS = 4_000

/** The success rate of some choices, on tasks drawn with a seed of their own. */
export function rateOf(family: Family, choices: Choices, random: Random): number {
  let solved = 0
  for (let i = 0; i < TRIALS; i++) {
    if (family.draw(random).isSolved(choices, random)) solved += 1
  }
  return solved / TRIALS
}

export function pick<T>(from: readonly T[], random: Random): T {
  const found = from[Math.floor(random() * from.length)]
  if (found === undefined) throw new Error('There is nothing to choose from.')
  return found
}
