/** What is counted with each change is what a count of all finds. */
import { SEAL_BYTES, toHex } from '../../../crdt/bytes/index.ts'
import { sumVotes } from '../../../crdt/records/standing.ts'
import { readFact } from '../../../src/fact-format/index.ts'
import type { Life } from '../subject.ts'

/** Of a life in which nothing changes meanwhile. */
export async function wrongTotals(life: Life): Promise<string[]> {
  return [...(await wrongFactTotals(life)), ...(await wrongVoteTotals(life))]
}

async function wrongFactTotals({ parts: { store, facts } }: Life): Promise<string[]> {
  let [count, bytes] = [0, 0]
  const agents = new Map<string, number>()
  for await (const [digest, stored] of store.section('facts').entries()) {
    const { agent } = readFact(digest, stored)
    count += 1
    bytes += stored.length + SEAL_BYTES
    agents.set(agent, (agents.get(agent) ?? 0) + 1)
  }
  const counted = `${facts.count} facts of ${facts.bytes} bytes, ${textOf(facts.agents.counts())}`
  const found = `${count} facts of ${bytes} bytes, ${textOf(agents)}`
  return counted === found ? [] : [`counts ${counted}; it has ${found}`]
}

async function wrongVoteTotals({ parts: { replica } }: Life): Promise<string[]> {
  const wrong: string[] = []
  for await (const { digest, standing } of replica.attestedRecords()) {
    const votes = await Array.fromAsync(replica.votes(digest))
    const sums = sumVotes(votes.map(({ register }) => ({ register, isRetracted: false })))
    const [counted, found] = [standing, sums].map((each) =>
      JSON.stringify([each?.vouches ?? 0, each?.disputes ?? 0, each?.stales ?? 0, each?.counters])
    )
    if (counted !== found) wrong.push(`counts ${counted} for ${toHex(digest)}; it has ${found}`)
  }
  const retractions = await Array.fromAsync(replica.retractions.all())
  if (retractions.length !== replica.retractions.size) {
    wrong.push(`counts ${replica.retractions.size} retractions; it has ${retractions.length}`)
  }
  return wrong
}

function textOf(counts: Iterable<readonly [agent: string, facts: number]>): string {
  const some = [...counts].filter(([, facts]) => facts !== 0)
  return JSON.stringify(some.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
