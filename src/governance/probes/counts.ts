/**
 * Whether the numbers of facts, in all and by agent, equal a fresh count. A count takes many slices;
 * what was added or removed in between is in the log of facts, and then the count is dropped.
 */
import { readFact } from '../../facts/index.ts'
import { scan } from './probe.ts'
import type { Store } from '../../../crdt/index.ts'
import type { FactStore } from '../../facts/index.ts'
import type { Probe, ProbeFinding } from './probe.ts'

export interface CountsProbeComponents {
  readonly store: Pick<Store, 'flush' | 'section'>
  readonly facts: Pick<FactStore, 'agents' | 'count' | 'logEnd'>
}

export function countsProbe({ store, facts }: CountsProbeComponents): Probe {
  const section = store.section('facts')
  let counts = new Map<string, number>()
  /** The end of the log when the count began; undefined for a count that was begun elsewhere. */
  let began: number | undefined
  return {
    name: 'counts',
    async run(after, isOver) {
      if (after === undefined) {
        // A fact is in the counts before it is on disk.
        began = facts.logEnd
        counts = new Map()
        await store.flush()
      }
      const slice = await scan(section, { after, isOver }, async (digest, bytes) => {
        const { agent } = readFact(digest, bytes)
        counts.set(agent, (counts.get(agent) ?? 0) + 1)
        return []
      })
      if (slice.next !== undefined || facts.logEnd !== began) return slice
      return { ...slice, findings: differences(counts, facts) }
    }
  }
}

function differences(
  counts: ReadonlyMap<string, number>,
  facts: CountsProbeComponents['facts']
): ProbeFinding[] {
  const kept = new Map(facts.agents.counts())
  const findings = [...new Set([...kept.keys(), ...counts.keys()])].flatMap((agent) => {
    const [expected, found] = [kept.get(agent) ?? 0, counts.get(agent) ?? 0]
    const text = `${expected} facts are counted for the agent, and ${found} are stored.`
    return expected === found ? [] : [{ probe: 'counts' as const, id: agent, text }]
  })
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (total === facts.count) return findings
  const text = `${facts.count} facts are counted, and ${total} are stored.`
  return [{ probe: 'counts', id: 'all', text }, ...findings]
}
