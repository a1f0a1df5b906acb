/** What nodes of a closed swarm do with entries of a later version: before they are updated, and after. */
import { readEntry } from '../../../crdt/index.ts'
import { ENTRY_FORMAT } from '../../../crdt/constants.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { isExcused } from './broken-promises.ts'
import type { Quiet } from './quiet.ts'
import type { LaterFeed, LieLedger } from '../lies/ledger.ts'
import type { Subject } from '../subject.ts'

/** Nothing of the later version is stored, and what its authors said before is. */
export async function wrongEnds(
  node: Subject,
  { later }: LieLedger,
  isAllThere: boolean
): Promise<string[]> {
  const broken: string[] = []
  const { name, running } = node
  if (running === undefined) return broken
  const { replica } = running.parts
  const heads = new Map(replica.heads().map((head) => [toHex(head.author), head]))
  for (const feed of later) {
    const author = feed.author.slice(0, 6)
    const { seq = 0, fork = 0 } = heads.get(feed.author) ?? {}
    if (fork > 0) broken.push(`${name} takes ${author} of a later version for void`)
    for await (const bytes of replica.entriesAfter(Buffer.from(feed.author, 'hex'), 0)) {
      const entry = readEntry(bytes)
      if (entry.format <= ENTRY_FORMAT) continue
      broken.push(`${name} stores entry ${entry.seq} of ${author}, which it cannot read`)
    }
    if (isAllThere && takesAll(node) && !mayEnd(feed, seq)) {
      const { plain, signed, base } = feed
      broken.push(
        `${name} has ${seq} entries of ${author}, which has ${plain} to ${signed}, and the base ${base}`
      )
    }
  }
  return broken
}

/** A light node takes nothing of others; one that is damaged may lack what it reports. */
function takesAll(node: Subject): boolean {
  return node.mode === 'full' && !isExcused(node)
}

/** Whether the feed ends there for who cannot read all of it: a known base removes what was said before it. */
function mayEnd({ plain, signed, base }: LaterFeed, seq: number): boolean {
  return (plain <= seq && seq <= signed) || (base > 1 && seq === base - 1)
}

/** What the later version said counts on a node that is updated. */
export async function unreadEntries(
  node: Subject,
  { lies, strangers, acknowledged }: Pick<Quiet, 'acknowledged' | 'lies' | 'strangers'>
): Promise<string[]> {
  const broken: string[] = []
  if (!takesAll(node)) return broken
  const { name, running } = node
  for (const { author, records } of lies.later) {
    for (const digest of records) {
      const id = toHex(digest)
      // Its agent is the same voice, and may have said something else later.
      if (strangers.some((each) => acknowledged.hasSaid(each, id))) continue
      const attested = await running?.parts.replica.get(digest)
      if ((attested?.standing.vouches ?? 0) > 0) continue
      broken.push(
        `${name} was updated, and does not have ${id.slice(0, 6)} of ${author.slice(0, 6)}`
      )
    }
  }
  return broken
}
