/** The agents that a node knows. */
import { HiveError } from '../../src/index.ts'
import { didYouMean } from '../command-line/nearest.ts'
import type { HiveNode } from '../../src/index.ts'

/**
 * Resolves for an agent of this run, and for one with a persona, stored facts, limits or a freeze.
 * Throws `HiveError` (AGENT_UNKNOWN), which names the nearest agent.
 */
export async function requireAgent(db: HiveNode, name: string): Promise<void> {
  const stored = await db.agents.stored()
  const known = new Set([
    ...db.agents.list().map((agent) => agent.name),
    ...stored.map((agent) => agent.name),
    ...db.agent.cortex.governor.agents()
  ])
  if (known.has(name)) return
  throw new HiveError(
    'AGENT_UNKNOWN',
    `This node has no agent named "${name}".${didYouMean(name, known)}`
  )
}
