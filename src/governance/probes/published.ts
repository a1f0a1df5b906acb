/** Whether what this node published is public, is known here, and has its provenance. */
import { equalBytes, toHex } from '../../../crdt/bytes/index.ts'
import { readFact } from '../../facts/index.ts'
import { scan } from './probe.ts'
import type { Replica, Store } from '../../../crdt/index.ts'
import type { NearDuplicates, Publications } from '../../knowledge/index.ts'
import type { Probe, ProbeFinding, ProbeSlice } from './probe.ts'

export interface PublishedProbeComponents {
  readonly store: Pick<Store, 'section'>
  readonly publications: Pick<Publications, 'isIndexed' | 'of'>
  readonly nearDuplicates: Pick<NearDuplicates, 'stored'>
  readonly replica: Pick<Replica, 'get' | 'voteOn'>
}

/** Of each promoted fact: no private and no forgotten one is published, and its agent is known. */
export function publishedProbe(components: PublishedProbeComponents): Probe {
  const { store, publications, nearDuplicates, replica } = components
  const facts = store.section('facts')
  const check = async (fact: Uint8Array, record: Uint8Array): Promise<ProbeFinding[]> => {
    const finding = (text: string): ProbeFinding => ({ probe: 'published', id: toHex(fact), text })
    const found: ProbeFinding[] = []
    const bytes = (await facts.get(fact)) ?? (await nearDuplicates.stored([fact]))[0]
    if ((await replica.voteOn(record)) === 'vouch') {
      const id = toHex(record)
      if (bytes === undefined) found.push(finding(`A forgotten fact is published as ${id}.`))
      else if (readFact(fact, bytes).private) {
        found.push(finding(`A private fact is published as ${id}.`))
      }
      const own = (await publications.of(record)).find((each) => equalBytes(each.fact, fact))
      if (own === undefined || !(await publications.isIndexed(own))) {
        found.push(finding(`The publication of ${id} has no agent or time.`))
      }
    }
    return found
  }
  return {
    name: 'published',
    run: (after, isOver) => scan(store.section('promoted'), { after, isOver }, check)
  }
}

/** Of each vote: a fact of this node stands on the record, or another author vouches for it. */
export function votesProbe({ store, publications, replica }: PublishedProbeComponents): Probe {
  const check = async (record: Uint8Array): Promise<ProbeFinding[]> => {
    if ((await replica.voteOn(record)) !== 'vouch') return []
    if ((await publications.of(record)).length > 0) return []
    const attested = await replica.get(record)
    if (attested === undefined || attested.standing.vouches > 1) return []
    const { kind } = attested.record
    if (kind !== 'fact' && kind !== 'lesson') return []
    const text = 'Only this node vouches for the record, and none of its facts was published as it.'
    return [{ probe: 'votes', id: toHex(record), text }]
  }
  return {
    name: 'votes',
    run: (after, isOver): Promise<ProbeSlice> =>
      scan(store.section('vouched'), { after, isOver }, check)
  }
}
