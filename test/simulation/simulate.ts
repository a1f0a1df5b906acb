/** Runs one seed. */
import { enter, simulated } from './environment/simulated.ts'
import { endAllWorkers } from './environment/simulated-worker.ts'
import { Seeded } from './environment/seeded-bytes.ts'
import { VirtualTime } from './environment/virtual-time.ts'
import { planOf } from './plan/plan.ts'
import { World } from './world.ts'
import type { PlanSettings } from './plan/plan.ts'
import type { Plan } from './plan/step.ts'

export interface Outcome {
  readonly plan: Plan
  readonly broken: readonly string[]
  readonly trace: string
  readonly story: string
  /** Milliseconds of the simulation, and what ran in it. */
  readonly virtualMs: number
  readonly events: number
}

/** The same seed, settings and number of steps give the same outcome. */
export async function simulate(
  seed: number,
  settings: PlanSettings,
  steps = Infinity
): Promise<Outcome> {
  const random = new Seeded(seed)
  const plan = planOf(seed, random.stream('plan'), settings)
  const shortened = { ...plan, steps: plan.steps.slice(0, steps) }
  const { begin, turn } = plan
  enter({ time: new VirtualTime(begin), random: random.stream('product'), turn })
  const world = new World(shortened, random)
  const unhandled: string[] = []
  const onUnhandled = (error: unknown): void => {
    unhandled.push(`Unhandled: ${error instanceof Error ? (error.stack ?? '') : String(error)}`)
  }
  process.on('unhandledRejection', onUnhandled)
  process.on('uncaughtException', onUnhandled)
  try {
    await world.run()
  } catch (error) {
    world.broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
  } finally {
    for (const node of world.nodes) node.crash('process')
    await endAllWorkers()
    process.off('unhandledRejection', onUnhandled)
    process.off('uncaughtException', onUnhandled)
  }
  const { time } = simulated()
  return {
    plan,
    broken: [...world.broken, ...unhandled],
    trace: world.trace.hash,
    story: world.story.text,
    virtualMs: time.now,
    events: time.events
  }
}

/** The shortest beginning of the plan that still fails, if each longer one does. */
export async function shrink(
  seed: number,
  settings: PlanSettings,
  length: number
): Promise<Outcome> {
  let [passes, fails] = [-1, length]
  let failed = await simulate(seed, settings, length)
  while (fails - passes > 1) {
    const half = Math.floor((passes + fails) / 2)
    const outcome = await simulate(seed, settings, half)
    if (outcome.broken.length === 0) passes = half
    else {
      fails = half
      failed = outcome
    }
  }
  return failed
}
