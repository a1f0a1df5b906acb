/**
 * Agents of one node that all work at once: each distils, recalls, runs a skill, asks a model (a
 * provider in this process) and ends a session, again and again. Throughput, latency and fairness of
 * many agents beside one.
 */
import { createHive, scriptedProvider } from 'noormme-hive'
import { percentile } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import { inFolder } from './temporary.ts'
import type { Agent, HiveNode } from 'noormme-hive'
import type { Benchmark } from './benchmark.ts'

const MILLISECONDS = 1_000

interface Load {
  /** Rounds of each agent. */
  readonly rounds: readonly number[]
  /** Milliseconds of each round. */
  readonly times: readonly number[]
  readonly seconds: number
}

export const load: Benchmark<'agents' | 'seconds'> = {
  about: 'agents that distil, recall, run a skill, ask a model and end a session at once',
  defaults: { agents: 1_000, seconds: 30 },

  async run({ agents, seconds }) {
    const one = await measure(1, seconds)
    const many = await measure(agents, seconds)
    printTable(
      [
        `load: ${formatNumber(agents)} agents at once for ${seconds} s, on disk`,
        'a round: distil, recall, run a skill, ask a model, end a session; the reference is one agent'
      ],
      [
        {
          figure: 'rounds a second, all agents',
          measured: perSecond(many),
          reference: { name: 'one agent', measured: perSecond(one) }
        },
        {
          figure: 'p99 of a round, ms',
          measured: tail(many),
          reference: { name: 'one agent', measured: tail(one) },
          digits: 1
        },
        { figure: 'fairness index of rounds', measured: [fairness(many.rounds)], digits: 3 },
        { figure: 'least rounds of an agent', measured: [Math.min(...many.rounds)] },
        { figure: 'most rounds of an agent', measured: [Math.max(...many.rounds)] }
      ]
    )
  }
}

async function measure(count: number, seconds: number): Promise<Load> {
  let result: Load | undefined
  await inFolder(async (dataDir) => {
    await using db = await open(`${dataDir}/node`)
    const { id } = await db.agent.cortex.capabilities.registerCapability({
      name: 'text-length',
      description: 'Counts the units of a text.',
      kind: 'code',
      source: 'export default (text) => text.length',
      tests: [{ input: 'four', output: 4 }]
    })
    const persona = { role: 'You count.', goal: 'Count well.' }
    const agents = await Promise.all(
      Array.from({ length: count }, (_, i) => db.agents.create(`agent-${i}`, { persona }))
    )
    const times: number[] = []
    const started = performance.now()
    const until = started + seconds * MILLISECONDS
    const rounds = await Promise.all(
      agents.map(async (agent) => {
        let done = 0
        while (performance.now() < until) {
          const began = performance.now()
          await round(agent, id, done)
          times.push(performance.now() - began)
          done += 1
        }
        return done
      })
    )
    result = { rounds, times, seconds: (performance.now() - started) / MILLISECONDS }
  })
  if (result === undefined) throw new Error('Nothing was measured.')
  return result
}

async function round(agent: Agent, skill: string, number: number): Promise<void> {
  const { knowledge, capabilities, models } = agent.cortex
  await agent.session({ task: 'count' }, async (session) => {
    const text = `Item ${number} of ${agent.name} weighs ${number} grams.`
    await knowledge.distill(`item ${number} of ${agent.name}`, text, 0.5)
    await knowledge.recall(`weight of item ${number}`, { limit: 3 })
    await session.act('text-length', () => capabilities.invoke(skill, text))
    const messages = [{ role: 'user' as const, content: text }]
    await session.act('ask', () =>
      models.generate({ task: 'count', messages, maxOutputTokens: 50 })
    )
  })
}

function open(dataDir: string): Promise<HiveNode> {
  const usage = { input: 10, cacheRead: 0, cacheWrite: 0, output: 5 }
  const provider = scriptedProvider('local', () => ({ text: 'counted', usage }))
  return createHive({
    dataDir,
    swarm: false,
    models: { providers: { local: provider }, tiers: { fast: ['local/one'] } }
  })
}

function perSecond({ rounds, seconds }: Load): number[] {
  return [sumOf(rounds) / seconds]
}

function tail({ times }: Load): number[] {
  return [percentile(times, 0.99)]
}

/** Jain, Chiu and Hawe, 1984: 1 if all have the same, 1/n if one has all. */
function fairness(values: readonly number[]): number {
  return sumOf(values) ** 2 / (values.length * sumOf(values.map((value) => value ** 2)))
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
