/**
 * Many agents on one node: memory of an idle agent with a persona and a session, and the time to
 * open all agents after a restart, beside the bare start of the node.
 */
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createHive } from 'noormme-hive'
import { seconds } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import { inFolder } from './temporary.ts'
import type { HiveNode, PersonaInit } from 'noormme-hive'
import type { Benchmark } from './benchmark.ts'

const KILOBYTE = 1_000
const MILLISECOND = 1e-3

const COLLECTIONS = 10

/** Interactions of the session of each agent. */
const INTERACTIONS = 4

export const agents: Benchmark<'agents'> = {
  about: 'memory and opening time of agents with personas and sessions',
  defaults: { agents: 1_000 },

  async run({ agents: count }) {
    await inFolder(async (folder) => {
      const dataDir = join(folder, 'node')
      const names = Array.from({ length: count }, (_, i) => `agent-${i}`)
      const created = await seconds(() => createAll(dataDir, names))
      let db: HiveNode | undefined
      const started = await seconds(async () => {
        db = await createHive({ dataDir, swarm: false })
      })
      if (db === undefined) throw new Error('The node did not start.')
      await using node = db
      // What is loaded at the first use is no agent's.
      await node.agent.persona.get()
      const before = await collectedBytes()
      const opened = await seconds(() => Promise.all(names.map((name) => node.agents.open(name))))
      const idle = await collectedBytes()
      const sessions: unknown[] = []
      for (const agent of node.agents.list().slice(1)) {
        await agent.persona.prompt()
        sessions.push(await agent.resumeSession('first'))
      }
      const used = await collectedBytes()
      for (const agent of node.agents.list()) void agent.cortex.knowledge
      const whole = await collectedBytes()
      const each = (to: number): number[] => [(to - before) / count / KILOBYTE]
      printTable(
        [
          `agents: ${formatNumber(count)} agents, each with a persona and a session of ${INTERACTIONS} interactions, on disk`,
          'kB an agent: heap and buffers of the process after gc, less those before the agents were opened'
        ],
        [
          { figure: 'opened', measured: each(idle), digits: 2 },
          { figure: 'prompted, its session resumed', measured: each(used), digits: 2 },
          { figure: '  and its cortex used', measured: each(whole), digits: 2 },
          {
            figure: 'all opened, ms',
            measured: [opened / MILLISECOND],
            reference: { name: 'start of the node', measured: [started / MILLISECOND] },
            digits: 1
          },
          { figure: 'created and recorded, agents/s', measured: [count / created] }
        ]
      )
      if (sessions.length !== count) throw new Error('A session is missing.')
    })
  }
}

async function createAll(dataDir: string, names: readonly string[]): Promise<void> {
  await using db = await createHive({ dataDir, swarm: false })
  await Promise.all(
    names.map(async (name, i) => {
      const agent = await db.agents.create(name, { persona: personaOf(i) })
      const session = await agent.session({ id: 'first' })
      for (let n = 0; n < INTERACTIONS; n++) {
        await session.recordInteraction({
          role: 'user',
          content: `Question ${n} of ${name}. `.repeat(20)
        })
      }
    })
  )
}

/** About 3 kB. */
function personaOf(index: number): PersonaInit {
  const text = `Agent ${index} weighs what it reads before it acts on it. `
  const eight = Array.from({ length: 8 }, (_, i) => `part-${i}`)
  return {
    role: text.repeat(5),
    goal: text.repeat(5),
    policies: Object.fromEntries(
      eight.map((id) => [id, { text: text.repeat(2), attribute: id, max: index }])
    ),
    skills: Object.fromEntries(eight.map((id) => [id, 0.5])),
    traits: Object.fromEntries(eight.map((id) => [id, { kind: 'flag', value: true, on: text }]))
  }
}

/** Finalizers run in later turns, and free more. */
async function collectedBytes(): Promise<number> {
  for (let i = 0; i < COLLECTIONS; i++) {
    globalThis.gc?.()
    await nextTurn()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
