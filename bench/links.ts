/**
 * Which author keys changed votes link: nodes vote on records, and each changes each of its votes at a
 * random moment of a day, every vote under a key of its own. A linker has all retractions and entries
 * with the times at which they became public. For each retraction it names the key of the new vote.
 *
 * Retractions and votes of one record have that record in common. So the linker is compared with a
 * guess among the votes on the same record that came in the hours in which the next vote comes.
 */
import { digestOf, openReplica, openStore, writeEntry } from '../crdt/index.ts'
import { toHex } from '../crdt/bytes/index.ts'
import { voteTiming } from '../crdt/publishing/vote-timing.ts'
import { formatNumber } from './table.ts'
import type { Entry, Publication, Replica, Retraction } from '../crdt/index.ts'
import type { Benchmark } from './benchmark.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What peers see of one record. */
interface Sightings {
  /** By node, when its vote was retracted. */
  readonly retracted: Map<number, number>
  /** By node, when its next vote came. The node is the truth, which the linker does not read. */
  readonly voted: Map<number, number>
}

/** Names for each retraction a vote of the same record; both as numbers of nodes. */
type Linker = (sightings: Sightings) => Map<number, number>

export const links: Benchmark<'changes'> = {
  about: 'author keys that changed votes link, by how many nodes change their votes on a record',
  defaults: { changes: 1_000 },

  async run({ changes }) {
    console.log(`links: ${formatNumber(changes)} changed votes, all of another author key\n`)
    for (const voters of [1, 2, 5, 20]) {
      const seen = await changeVotes(voters, Math.ceil(changes / voters))
      const total = voters * seen.length
      const percent = (hits: number): string => `${formatNumber((100 * hits) / total, 1)} %`
      const named = Object.entries(LINKERS).map(([name, linker]) => {
        const hits = seen.reduce((sum, each) => sum + hitsOf(linker(each)), 0)
        return `${name} ${percent(hits)}`
      })
      const chance = seen.reduce((sum, each) => sum + chanceOf(each), 0)
      const heading = `${voters} of a record`.padEnd(14)
      console.log(`${heading} a guess ${percent(chance)}; ${named.join(', ')}`)
    }
  }
}

const LINKERS: Readonly<Record<string, Linker>> = {
  'the first vote': (seen) => matched(seen, (votes) => votes[0]),
  'the last': (seen) => matched(seen, (votes) => votes.at(-1)),
  'in order': (seen) => inOrder(seen),
  'the one with the fewest choices first': (seen) => byElimination(seen)
}

/** Of a retraction: votes on its record that may be the next one, the earliest first. */
function candidatesOf({ voted }: Sightings, at: number): number[] {
  return [...voted]
    .filter(([, time]) => time - at >= HOUR && time - at <= 6 * HOUR + 2 * MINUTE)
    .toSorted(([, a], [, b]) => a - b)
    .map(([node]) => node)
}

function matched(
  seen: Sightings,
  choose: (votes: readonly number[]) => number | undefined
): Map<number, number> {
  const named = new Map<number, number>()
  for (const [node, at] of seen.retracted) {
    const vote = choose(candidatesOf(seen, at))
    if (vote !== undefined) named.set(node, vote)
  }
  return named
}

function byTime(times: Map<number, number>): number[] {
  return [...times].toSorted(([, a], [, b]) => a - b).map(([node]) => node)
}

/** The first retraction to the first vote, and so on. */
function inOrder({ retracted, voted }: Sightings): Map<number, number> {
  const votes = byTime(voted)
  return new Map(byTime(retracted).map((node, i) => [node, votes[i] ?? -1]))
}

/** No vote is the next one of two retractions. */
function byElimination(seen: Sightings): Map<number, number> {
  const open = new Map([...seen.retracted].map(([node, at]) => [node, candidatesOf(seen, at)]))
  const named = new Map<number, number>()
  while (open.size > 0) {
    const [next] = [...open].toSorted(([, a], [, b]) => a.length - b.length)
    if (next === undefined) break
    const [node, votes] = next
    const vote = votes[Math.floor(Math.random() * votes.length)]
    open.delete(node)
    if (vote === undefined) continue
    named.set(node, vote)
    for (const [other, left] of open)
      open.set(
        other,
        left.filter((each) => each !== vote)
      )
  }
  return named
}

function hitsOf(named: Map<number, number>): number {
  return [...named].filter(([node, vote]) => node === vote).length
}

/** Hits of one who guesses among the candidates of each retraction. */
function chanceOf(seen: Sightings): number {
  return [...seen.retracted.values()].reduce(
    (sum, at) => sum + 1 / candidatesOf(seen, at).length,
    0
  )
}

/** Nodes vote on the records and change each vote; what an observer sees of each record. */
async function changeVotes(voters: number, records: number): Promise<Sightings[]> {
  let now = Date.UTC(2026, 0, 1)
  await using stack = new AsyncDisposableStack()
  const open = async (): Promise<Replica> => {
    const store = await openStore()
    stack.defer(() => store.close())
    return openReplica({ store, timing: voteTiming(() => now) })
  }
  const observer = await open()
  const items = Array.from({ length: records }, (_, i) => itemOf(i))
  const seen = new Map<string, Sightings>()
  for (const { record } of items) {
    seen.set(toHex(digestOf(record)), { retracted: new Map(), voted: new Map() })
  }
  const see = (digests: readonly Uint8Array[], node: number, kind: keyof Sightings): void => {
    for (const digest of digests) seen.get(toHex(digest))?.[kind].set(node, now)
  }
  const nodes: Node[] = []
  /** Of each author key. */
  const nodeOf = new Map<string, number>()
  for (let node = 0; node < voters; node++) {
    const replica = await open()
    const shown: Retraction[] = []
    replica.on('retraction:show', (retractions) => void shown.push(...retractions))
    /** What has left since the last call. */
    const deliver = async (entries: readonly Entry[]): Promise<void> => {
      const retractions = shown.splice(0)
      await observer.retractions.admit(retractions)
      see(
        retractions.map(({ digest }) => digest),
        node,
        'retracted'
      )
      for (const entry of entries) {
        nodeOf.set(toHex(entry.author), node)
        const admission = await observer.admit(writeEntry(entry))
        if (admission.outcome === 'admitted') await admission.durable
      }
    }
    nodes.push({ replica, deliver })
  }
  observer.on('entry:admit', ({ author }, digests) =>
    see(digests, nodeOf.get(toHex(author)) ?? -1, 'voted')
  )
  const publishAs = async (
    node: number,
    publish: () => Promise<readonly Entry[]>
  ): Promise<void> => {
    nodes[node]?.replica.rotateAuthor()
    await nodes[node]?.deliver(await publish())
  }
  for (const [node, { replica }] of nodes.entries()) {
    for (const item of items) {
      await publishAs(node, async () => (await replica.publish([item])).entries)
    }
  }
  const changes = nodes
    .flatMap(({ replica }, node) =>
      items.map((item) => ({ replica, node, item, at: now + Math.floor(Math.random() * DAY) }))
    )
    .toSorted((a, b) => b.at - a.at)
  for (const end = now + DAY + 7 * HOUR; now < end; now += MINUTE) {
    for (let next = changes.at(-1); next !== undefined && next.at <= now; next = changes.at(-1)) {
      const { replica, node, item } = next
      changes.pop()
      await publishAs(node, () => replica.revise({ ...item, vote: 'dispute' }))
    }
    for (const [node, { replica }] of nodes.entries()) {
      if (replica.retractions.waiting.votes === 0) continue
      await publishAs(node, () => replica.publishHeld())
    }
  }
  return [...seen.values()]
}

interface Node {
  readonly replica: Replica
  readonly deliver: (entries: readonly Entry[]) => Promise<void>
}

function itemOf(number: number): Publication {
  const record = { kind: 'fact', entity: 'e', content: `claim ${number}` } as const
  return { record, confidence: 0.9, day: 20_000 }
}
