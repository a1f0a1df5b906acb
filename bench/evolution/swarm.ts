/** Personas on nodes of one swarm: sessions until each is near the best, alone and together. */
import { createHive } from 'noormme-hive'
import { randomOf } from '../../test/fixtures/random.ts'
import { firstChoices, personaOf } from './family.ts'
import { solveOne } from './run.ts'
import type { Agent, HiveNode } from 'noormme-hive'
import type { Random } from '../../test/fixtures/random.ts'
import type { Family } from './family.ts'
import type { Rates } from './run.ts'

/** How near to the best rate a persona is there. */
const NEAR = 0.9

/** Sessions between two exchanges. */
const EXCHANGE = 5

export interface SwarmWorld {
  readonly family: Family
  readonly rates: Rates
  readonly horizon: number
  readonly nodes: number
  /** Nodes that publish rules at random and never learn; each has an author key of its own. */
  readonly liars: number
  /** False: no node hears of another. */
  readonly isShared: boolean
  /** Authors that must vouch for a rule before it is tried. */
  readonly k: number
  readonly seed: number
}

interface Solver {
  readonly db: HiveNode
  readonly agent: Agent
  readonly random: Random
}

/** For each honest persona, the sessions until it was near the best; the horizon if it never was. */
export async function sessionsToBest(world: SwarmWorld): Promise<number[]> {
  const { family, rates, horizon, nodes, liars, isShared, k, seed } = world
  await using stack = new AsyncDisposableStack()
  const solvers: Solver[] = []
  const lying: Solver[] = []
  let bootstrap: string[] = []
  for (let i = 0; i < nodes; i++) {
    const db = stack.use(await openNode(bootstrap, isShared, k))
    bootstrap = bootstrap.length === 0 ? db.multiaddrs.slice(0, 1) : bootstrap
    const agent = await db.agents.create(`solver-${seed}-${i}`, { persona: personaOf(family) })
    const solver = { db, agent, random: randomOf(1_000 * seed + i) }
    if (i < liars) lying.push(solver)
    else solvers.push(solver)
  }
  for (const liar of lying) await lie(liar, family, rates)
  const reached = solvers.map(() => horizon)
  for (let done = 0; done < horizon; done += EXCHANGE) {
    for (const [i, { agent, random }] of solvers.entries()) {
      for (let session = done; session < done + EXCHANGE; session++) {
        const rate = rates.of(await solveOne(agent, family, random))
        if (rate >= NEAR * rates.optimum) reached[i] = Math.min(reached[i] ?? horizon, session)
        const { rules } = await agent.cortex.evolution.advance()
        if (rules > 0) await agent.cortex.hive.broadcastKnowledge()
      }
    }
    if (reached.every((sessions) => sessions < horizon)) break
    if (isShared) {
      for (const { agent } of solvers) await agent.cortex.hive.synchronize()
    }
  }
  return reached
}

function openNode(bootstrap: readonly string[], isShared: boolean, k: number): Promise<HiveNode> {
  return createHive({
    evolution: { interval: 0 },
    swarm: isShared
      ? { listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap: [...bootstrap], k, stem: false }
      : false
  })
}

/** Claims that the worst option of each trait is the best; the same ones of all liars. */
async function lie({ agent }: Solver, family: Family, rates: Rates): Promise<void> {
  const { knowledge, hive } = agent.cortex
  const first = firstChoices(family)
  for (const [trait, names] of Object.entries(family.options)) {
    const worst = names
      .slice(1)
      .toSorted((a, b) => rates.of({ ...first, [trait]: a }) - rates.of({ ...first, [trait]: b }))
    const value = worst[0] ?? ''
    await knowledge.distill(
      `persona trait ${trait}`,
      `Agents succeed more often with the trait "${trait}" at "${value}".`,
      0.99,
      { attribute: 'better for all', value, tags: ['persona-rule'] }
    )
  }
  await hive.broadcastKnowledge()
}
