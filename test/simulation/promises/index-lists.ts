/** What a node derives from its replica agrees with it: lists, releases, filters. */
import { toHex } from '../../../crdt/bytes/index.ts'
import type { Life, Subject } from '../subject.ts'

/** The lists of the index agree with what the replica says of each record. */
export async function checkLists(
  { hive, parts }: Life,
  report: (text: string) => void
): Promise<void> {
  const shared = hive.agent.cortex.hive
  const listed = new Map<string, string>()
  for (const state of ['quarantined', 'released', 'disputed'] as const) {
    for (const { id } of await shared.getGlobalInsights({ state, limit: 1000 })) {
      listed.set(id, state)
    }
  }
  for await (const { digest, record } of parts.replica.attestedRecords()) {
    if (record.kind !== 'fact') continue
    const id = toHex(digest)
    const state = (await shared.get(id))?.state
    if (state !== listed.get(id)) {
      report(
        `lists ${id.slice(0, 6)} as ${listed.get(id) ?? 'nothing'}; it is ${state ?? 'nothing'}`
      )
    }
  }
}

/** A filter never denies what it stands for. */
export async function checkFilters({ parts }: Life, report: (text: string) => void): Promise<void> {
  const { replica, facts } = parts
  for await (const { digest } of replica.attestedRecords()) {
    const [shown] = await replica.publicView.bodies([digest])
    if (shown !== undefined && !replica.published.has(replica.elementOf(digest))) {
      report(`the filter of published records denies ${toHex(digest).slice(0, 6)}`)
    }
  }
  for await (const stored of facts.all()) {
    for (const { digest } of stored) {
      if (!facts.filter.has(digest))
        report(`the filter of facts denies ${toHex(digest).slice(0, 6)}`)
    }
  }
}

/** What is released has its vouchers, and what waits influences nothing. */
export async function wrongReleases({ name, running }: Subject): Promise<string[]> {
  if (running === undefined) return []
  const { hive, parts } = running
  const { cortex } = hive.agent
  const broken: string[] = []
  const held = new Set<string>()
  for (const state of ['quarantined', 'disputed'] as const) {
    for (const { id } of await cortex.hive.getGlobalInsights({ state, limit: 1000 })) held.add(id)
  }
  for (const { id, corroboration, stale = 0 } of await cortex.hive.getGlobalInsights({
    state: 'released',
    limit: 1000
  })) {
    const own = await parts.replica.voteOn(Buffer.from(id, 'hex'))
    // An author that calls it stale says that it held.
    if (corroboration + stale < parts.k && own !== 'vouch' && own !== 'stale') {
      broken.push(`${name} released ${id.slice(0, 6)} with ${corroboration} vouchers`)
    }
    if (held.has(id)) broken.push(`${name} lists ${id.slice(0, 6)} as released and as held back`)
  }
  const { items } = await cortex.knowledge.recall('Deploy step restart before wait seconds', {
    limit: 100,
    maxWait: Infinity,
    scope: 'hive'
  })
  for (const {
    fact: { id }
  } of items) {
    if (held.has(id)) broken.push(`${name} recalls ${id.slice(0, 6)}, which is held back`)
  }
  return broken
}
