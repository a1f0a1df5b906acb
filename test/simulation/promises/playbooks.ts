/** Steps that were inserted, and that nobody has removed, are in their playbook. */
import type { Quiet } from './quiet.ts'
import type { Subject } from '../subject.ts'

export async function lostSteps(
  { name, running }: Subject,
  { acknowledged, strangers }: Quiet
): Promise<string[]> {
  const lost: string[] = []
  // What builds on the edits of an author that is void does not count either.
  if (acknowledged.steps.isDoubted || strangers.length > 0) return lost
  for (const [goal, steps] of acknowledged.steps.all()) {
    const playbook = await running?.parts.replica.playbook(Buffer.from(goal, 'hex'))
    const known = new Set(playbook?.steps.map(({ id }) => id))
    for (const [step, node] of steps) {
      if (!known.has(step))
        lost.push(`${name} has lost step ${step} of ${goal}, which ${node} added`)
    }
  }
  return lost
}
