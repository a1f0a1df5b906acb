/**
 * Checks a mutation before it is applied: against the persona's own policies and traits, the goals
 * that it serves with their subgoals, and, as notes, the policies of other personas of this node.
 *
 * A check changes nothing. Text of others can only stop a mutation or flag it: nothing of it reaches
 * a persona.
 */
import { z } from 'zod'
import { parse, Signal } from '../arguments/index.ts'
import { HiveError } from '../errors.ts'
import { applyMutation, MutationSchema, PersonaSchema } from '../personas/index.ts'
import { MAX_FINDINGS, MAX_NAMED_GOALS, MAX_PERSONAS } from './constants.ts'
import { modelFinding, structuralFinding, undecidedText } from './finding.ts'
import { goalStances } from './goal-stances.ts'
import { walkGoals } from './goal-walk.ts'
import { movesOf, policyStances, stancesOf, startingAt } from './persona-stances.ts'
import { contradictions, stanceKey } from './stance.ts'
import { askAboutTexts, textChanges } from './text-question.ts'
import type { BackedGoal, Goals } from '../goals/index.ts'
import type { Models } from '../models/index.ts'
import type {
  Persona,
  PersonaMutationInit,
  PersonaPathChange,
  PersonaStore
} from '../personas/index.ts'
import type { Finding, Side } from './finding.ts'
import type { GoalWalk } from './goal-walk.ts'
import type { PersonaStance } from './persona-stances.ts'
import type { Stance } from './stance.ts'
import type { AskedItem, CheckBudget } from './text-question.ts'

export interface ReasonerComponents {
  readonly personas: Pick<PersonaStore, 'agents' | 'head' | 'persona'>
  readonly goals: Pick<Goals, 'backed'>
  readonly modelsOf: (agent: string) => Pick<Models, 'generate' | 'plan'>
}

/** A mutation to check. */
export interface CheckInit {
  readonly agent: string
  readonly mutation: PersonaMutationInit
  /** The persona before the mutation. Default: the current one of the agent. */
  readonly persona?: Persona
  /** The id or the title of a goal that the persona serves, beside those that its goal names. */
  readonly goal?: string
  /** Whether a model may be asked about changed texts. Default: false. */
  readonly model?: boolean
  /** Of the question to a model. Default: 0.20 USD and 20,000 tokens. */
  readonly budget?: CheckBudget
  readonly signal?: AbortSignal
}

/** The result of a check. */
export interface Check {
  /** `unknown`: nothing was found, and a text could not be decided. */
  readonly verdict: 'clear' | 'contradiction' | 'unknown'
  readonly findings: readonly Finding[]
  /** Goals and other personas that were examined. */
  readonly visited: { readonly goals: number; readonly personas: number }
  /** Whether a bound left goals, personas or findings out. */
  readonly truncated: boolean
  /** Cost of the question to a model; absent if its price is unknown. */
  readonly costUsd?: number
}

const DEFAULT_BUDGET: CheckBudget = { usd: '0.20', tokens: 20_000 }

const CheckInput = z.strictObject({
  agent: z.string().min(1),
  mutation: MutationSchema,
  persona: PersonaSchema.optional(),
  goal: z.string().trim().min(1).max(1_000).optional(),
  model: z.boolean().default(false),
  budget: z
    .strictObject({ usd: z.string().optional(), tokens: z.int().min(0).optional() })
    .default(DEFAULT_BUDGET),
  signal: Signal
})

/** Ids in the text of a goal: an ordinary word or a date has fewer digits. */
const IDS = /(?<![0-9a-z])[0-9a-f]{12,64}(?![0-9a-z])/giu

/** What is compared with the stances of the persona. */
interface OtherStance {
  readonly stance: Stance
  readonly side: Side
  /** The changed part that made it count, if the mutation did. */
  readonly through?: readonly string[]
}

/**
 * @example
 * ```ts
 * const { persona } = db.agent
 * await persona.edit({
 *   role: 'You review.',
 *   goal: 'Find defects.',
 *   policies: { few: { text: 'At most 3 remarks.', attribute: 'remarks', max: 3 } },
 *   traits: { remarks: { kind: 'number', value: 2, min: 0, max: 9 } }
 * })
 * const { verdict, findings } = await db.agent.cortex.reasoner.check({
 *   agent: db.agent.name,
 *   mutation: { do: 'move-number', trait: 'remarks', by: 4 }
 * })
 * console.log(verdict, findings[0]?.text)
 * ```
 */
export class Reasoner {
  readonly #components: ReasonerComponents

  constructor(components: ReasonerComponents) {
    this.#components = components
  }

  /**
   * Compares a mutation with what the agent must keep to. Throws `HiveError` (ARGUMENT_INVALID,
   * GOAL_UNKNOWN, ID_AMBIGUOUS, MUTATION_INVALID, PERSONA_UNKNOWN).
   */
  async check(init: CheckInit): Promise<Check> {
    const { agent, mutation, goal, model, budget, signal, ...given } = parse(
      CheckInput,
      init,
      'reasoner.check'
    )
    signal?.throwIfAborted()
    const before = given.persona ?? (await this.#personaOf(agent))
    const { persona: after, inverse } = applyMutation(before, mutation)
    const walk = await this.#goals(after, goal, signal)
    const others = await this.#others(agent, signal)
    const isRetargeted = before.goal !== after.goal
    const compared = compare(agent, before, after, inverse.changes, [
      ...walk.visited.flatMap(({ goal: served, chain }) =>
        goalStances(served).map((stance) => ({
          stance: startingAt(stance, after),
          side: { goals: chain },
          ...(isRetargeted ? { through: ['goal'] } : {})
        }))
      ),
      ...others.stances
    ])
    const texts = textChanges(inverse.changes)
    const asked = await this.#texts(agent, after, texts, walk, { model, budget, signal })
    const findings = [...compared, ...asked.findings]
    return {
      verdict: verdictOf(findings),
      findings: findings.slice(0, MAX_FINDINGS),
      visited: { goals: walk.visited.length, personas: others.count },
      truncated: walk.truncated || others.truncated || findings.length > MAX_FINDINGS,
      ...(asked.costUsd === undefined ? {} : { costUsd: asked.costUsd })
    }
  }

  async #personaOf(agent: string): Promise<Persona> {
    const { personas } = this.#components
    const persona = await personas.persona(agent, await personas.head(agent))
    if (persona !== undefined) return persona
    throw new HiveError(
      'PERSONA_UNKNOWN',
      `The agent "${agent}" has no persona that can be read. Give it one with persona.edit.`
    )
  }

  /** The goals that the persona serves, and their subgoals. */
  async #goals(
    { goal: text }: Persona,
    given: string | undefined,
    signal: AbortSignal | undefined
  ): Promise<GoalWalk> {
    const { goals } = this.#components
    const read = (id: string): Promise<BackedGoal | undefined> => goals.backed(id, { signal })
    const served: BackedGoal[] = []
    if (given !== undefined) {
      const goal = await read(given)
      if (goal === undefined) {
        throw new HiveError(
          'GOAL_UNKNOWN',
          `No released goal has the id or the title "${given}". "hive goals" lists the goals.`
        )
      }
      served.push(goal)
    }
    const names = [...new Set([text, ...(text.match(IDS) ?? [])])].slice(0, MAX_NAMED_GOALS + 1)
    for (const name of names) {
      const goal = await read(name).catch(unlessAmbiguous)
      if (goal !== undefined) served.push(goal)
    }
    return walkGoals(served, read, signal)
  }

  /** The policies of the other personas of this node, in order of name. */
  async #others(
    agent: string,
    signal: AbortSignal | undefined
  ): Promise<{ stances: OtherStance[]; count: number; truncated: boolean }> {
    const { personas } = this.#components
    const stances: OtherStance[] = []
    let count = 0
    for await (const { name, version } of personas.agents()) {
      if (name === agent) continue
      if (count === MAX_PERSONAS) return { stances, count, truncated: true }
      signal?.throwIfAborted()
      count += 1
      const persona = await personas.persona(name, version)
      if (persona === undefined) continue
      for (const { stance, path } of policyStances(persona)) {
        stances.push({ stance, side: { agent: name, path, isOther: true } })
      }
    }
    return { stances, count, truncated: false }
  }

  async #texts(
    agent: string,
    persona: Persona,
    changes: readonly PersonaPathChange[],
    { visited }: GoalWalk,
    { model, budget, signal }: Required<Pick<CheckInit, 'budget' | 'model'>> & AbortInit
  ): Promise<{ findings: Finding[]; costUsd?: number }> {
    const [first] = changes
    if (first === undefined) return { findings: [], costUsd: 0 }
    const undecided = (why: string): Finding[] =>
      changes.map(({ path }) => undecidedText(path, `the text was not compared, since ${why}`))
    if (!model) return { findings: undecided('no model was asked'), costUsd: 0 }
    const question = { persona, changes, goals: visited.map(({ goal }) => goal) }
    const {
      contradictions: found,
      problem,
      costUsd
    } = await askAboutTexts(this.#components.modelsOf(agent), question, budget, signal)
    const cost = costUsd === undefined ? {} : { costUsd }
    if (found === undefined) return { findings: undecided(problem ?? 'no model answered'), ...cost }
    const sideOf = (item: AskedItem): Side =>
      'policy' in item
        ? { agent, path: ['policies', item.policy], isOther: false }
        : { goals: visited.find(({ goal }) => goal === item.goal)?.chain ?? [item.goal] }
    return {
      findings: found.map(({ item, why }) => modelFinding(first.path, sideOf(item), why)),
      ...cost
    }
  }
}

interface AbortInit {
  readonly signal?: AbortSignal
}

/** The contradictions that a mutation makes, or does not make smaller. */
function compare(
  agent: string,
  before: Persona,
  after: Persona,
  changes: readonly PersonaPathChange[],
  foreign: readonly OtherStance[]
): Finding[] {
  const known = new Set(stancesOf(before).map(keyOf))
  const stances = stancesOf(after)
  const moves = movesOf(before, after)
  const changed = [...stances.filter((each) => !known.has(keyOf(each))), ...moves]
  const own: OtherStance[] = stances.map(({ stance, path }) => ({
    stance: startingAt(stance, after),
    side: { agent, path, isOther: false }
  }))
  const others = Map.groupBy([...own, ...foreign], ({ stance }) => stance.attribute)
  const findings: Finding[] = []
  const add = (
    one: PersonaStance,
    { stance, side }: OtherStance,
    change: readonly string[]
  ): void => {
    if (isSamePart(one.path, side, agent)) return
    // A number may move as far as a bound.
    const started = moves.includes(one) ? one.stance : startingAt(one.stance, after)
    for (const { reason, gap } of contradictions(started, stance)) {
      if (reason === 'bounds' && gap < gapBefore(one, stance, before)) continue
      findings.push(structuralFinding(change, one.stance, stance, side, reason))
    }
  }
  for (const one of changed) {
    const path = changes.find((change) => isWithin(change.path, one.path))?.path ?? one.path
    for (const other of others.get(one.stance.attribute) ?? []) add(one, other, path)
  }
  // A goal that the persona serves since the mutation can contradict any part of it.
  for (const one of stances.filter((each) => !changed.includes(each))) {
    for (const other of others.get(one.stance.attribute) ?? []) {
      if (other.through !== undefined) add(one, other, other.through)
    }
  }
  return findings
}

/** How far the same part was from these bounds before; 0 if it contradicted nothing. */
function gapBefore({ path }: PersonaStance, other: Stance, before: Persona): number {
  const gaps = stancesOf(before)
    .filter((each) => each.path.join('/') === path.join('/'))
    .flatMap(({ stance }) => contradictions(stance, other))
    .map(({ gap }) => gap)
  return Math.max(0, ...gaps)
}

function keyOf({ stance, path }: PersonaStance): string {
  return `${path.join('/')} ${stanceKey(stance)}`
}

function isSamePart(path: readonly string[], side: Side, agent: string): boolean {
  return 'path' in side && side.agent === agent && isWithin(path, side.path)
}

function isWithin(path: readonly string[], part: readonly string[]): boolean {
  const length = Math.min(path.length, part.length)
  return path.slice(0, length).join('/') === part.slice(0, length).join('/')
}

function verdictOf(findings: readonly Finding[]): Check['verdict'] {
  if (findings.some(({ weight }) => weight === 'contradiction')) return 'contradiction'
  return findings.some(({ weight }) => weight === 'unknown') ? 'unknown' : 'clear'
}

/** A text may name an id that many goals begin with; then it names none. */
function unlessAmbiguous(error: unknown): undefined {
  if (error instanceof HiveError && error.code === 'ID_AMBIGUOUS') return undefined
  throw error
}
