/** What a node shows is what its disk says: one that is opened from a copy of the disk shows the same. */
import { toHex } from '../../../crdt/bytes/index.ts'
import { simulated } from '../environment/simulated.ts'
import { ANSWERS, commonLines, productViewOf } from './product-view.ts'
import { wrongTotals } from './totals.ts'
import type { Life } from '../subject.ts'
import type { SimulatedNode } from '../simulated-node.ts'

/** Times that a node may change while it is looked at. */
const TRIES = 4

const ALL = { limit: 1_000 } as const

/** Milliseconds in which a node writes again what it could not write before. */
const REPEATED = 2_500

type View = (life: Life) => Promise<Record<string, string>>

/** What differs, in words. Nothing is said of a node whose disk is full, or that changes all the time. */
export async function lookAgain(node: SimulatedNode): Promise<string[]> {
  const differences = await compare(node, viewOf)
  if (differences.length > 0) return differences
  const before = await compare(node, productViewOf)
  if (before.length === 0) return []
  // Skills and spending may be ahead of a disk that was full.
  await simulated().time.wait(REPEATED)
  return compare(node, productViewOf)
}

async function compare(node: SimulatedNode, view: View): Promise<string[]> {
  const { running, disk } = node
  if (running === undefined) return []
  const { store, replica } = running.parts
  for (let i = 0; i < TRIES; i++) {
    if (disk.isFull) return []
    // A start removes at once what this node is about to remove.
    await running.run(() => replica.whenCompacted())
    await store.flush()
    const { landed } = disk
    const fork = disk.fork()
    const shown = await running.run(() => view(running))
    await store.flush()
    if (disk.isFull || node.running !== running) return []
    if (disk.landed !== landed) continue
    await using copy = await node.openCopy(fork)
    await copy.run(() => copy.parts.replica.whenCompacted())
    const read = await copy.run(() => view(copy))
    const wrong = await copy.run(() => wrongTotals(copy))
    if (wrong.length > 0) return wrong
    return Object.entries(shown).flatMap(([part, text]) => {
      const other = read[part] ?? ''
      const [ours, theirs] =
        part === ANSWERS ? [commonLines(text, other), commonLines(other, text)] : [text, other]
      return ours === theirs ? [] : `shows other ${part} than its disk: ${differing(ours, theirs)}`
    })
  }
  return []
}

/** What a node knows and shows to peers, by part, as lines. */
async function viewOf({ hive, parts }: Life): Promise<Record<string, string>> {
  const { replica, facts } = parts
  const { publicView, published, retractions } = replica
  const [records, shown, denied, facets]: string[][] = [[], [], [], []]
  for await (const { digest, record, standing } of replica.attestedRecords()) {
    const id = toHex(digest)
    const vote = await replica.voteOn(digest)
    records?.push(`${id} ${record.kind} ${vote ?? ''} ${JSON.stringify(standing)}`)
    const [body] = await publicView.bodies([digest])
    if (body !== undefined) shown?.push(id)
    if (body !== undefined && !published.has(replica.elementOf(digest))) denied?.push(id)
  }
  for await (const stored of facts.all()) {
    for (const { digest, record: _, ...fact } of stored) {
      facets?.push(`${toHex(digest)} ${JSON.stringify(fact)}`)
    }
  }
  const { hive: shared } = hive.agent.cortex
  const listed: string[] = []
  for (const state of ['quarantined', 'released', 'disputed'] as const) {
    for (const { id } of await shared.getGlobalInsights({ state, ...ALL })) {
      listed.push(`${state} ${id}`)
    }
  }
  const posted = await shared.goals.list({ limit: 100 })
  return {
    heads: linesOf(replica.heads().map(textOf)),
    'public heads': linesOf(publicView.heads().map(textOf)),
    digest: toHex(replica.digest()),
    'public digest': toHex(publicView.digest()),
    retractions: `${toHex(retractions.digest())} ${JSON.stringify(retractions.waiting)}`,
    records: linesOf(records ?? []),
    'public records': linesOf(shown ?? []),
    'denied records': linesOf(denied ?? []),
    facts: linesOf(facets ?? []),
    lists: linesOf(listed),
    goals: linesOf(posted.map(({ id, title }) => `${id} ${title}`))
  }
}

function textOf({
  author,
  base,
  seq,
  fork,
  head
}: ReturnType<Life['parts']['replica']['headOf']>): string {
  return `${toHex(author)} ${base} ${seq} ${fork} ${toHex(head)}`
}

function linesOf(lines: readonly string[]): string {
  return lines.toSorted().join('\n')
}

/** The first line of either that the other one lacks. */
function differing(shown: string, read: string): string {
  const [linesShown, linesRead] = [shown.split('\n'), read.split('\n')]
  const more = linesShown.find((line) => !linesRead.includes(line))
  const less = linesRead.find((line) => !linesShown.includes(line))
  return `${more ?? '(nothing)'} | ${less ?? '(nothing)'}`
}
