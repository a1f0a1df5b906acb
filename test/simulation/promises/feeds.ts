/** Feeds are whole, and only liars are void. */
import { toHex } from '../../../crdt/bytes/index.ts'
import type { Life, Subject } from '../subject.ts'
import type { Quiet } from './quiet.ts'

/** Only liars are void. */
export function wrongForks({ parts }: Life, { lies }: Quiet): string[] {
  const liars = new Set(lies.forks.map(({ author }) => author))
  return parts.replica
    .heads()
    .filter(({ author, fork }) => fork > 0 && !liars.has(toHex(author)))
    .map(({ author }) => `the author ${toHex(author).slice(0, 6)} is void, and has not lied`)
}

/** What nobody may take is nowhere. */
export async function takenLies({ name, running }: Subject, { lies }: Quiet): Promise<string[]> {
  const taken: string[] = []
  for (const digest of lies.refused) {
    const attested = await running?.parts.replica.get(digest)
    if (attested !== undefined) taken.push(`${name} has ${toHex(digest).slice(0, 6)} of a liar`)
  }
  return taken
}

/** Who has signed two entries for one place is void where one of them is known: both were shown. */
export function unknownForks({ name, running }: Subject, { lies, areLiesShown }: Quiet): string[] {
  if (!areLiesShown) return []
  const heads = new Map(running?.parts.replica.heads().map((head) => [toHex(head.author), head]))
  return lies.forks
    .filter(({ author, seq, entries }) => {
      const head = heads.get(author)
      // In a closed swarm another begin ends a feed.
      if (new Set(entries.map(({ base }) => base)).size > 1) return false
      // Of a feed that begins later nobody can tell.
      return head !== undefined && head.fork === 0 && head.base <= seq && seq <= head.seq
    })
    .map(({ author, seq }) => `${name} does not know that ${author.slice(0, 6)} forks at ${seq}`)
}

/** What feeds no longer have is removed from the disk, also where that failed at first. */
export async function leftRemovals({ parts: { store } }: Life): Promise<string[]> {
  const left: string[] = []
  for await (const [author] of store.section('unswept').entries()) left.push(toHex(author))
  return left.map((author) => `entries of the author ${author.slice(0, 6)} are not removed`)
}

/** Each entry follows the one before. */
export async function brokenChains({ parts: { replica } }: Life): Promise<string[]> {
  const broken: string[] = []
  for (const { author, base, seq: last, fork } of replica.heads()) {
    const end = fork > 0 ? fork - 1 : last
    for (let seq = base + 1; seq <= end; seq++) {
      const [before, entry] = await Promise.all([
        replica.headerAt(author, seq - 1),
        replica.headerAt(author, seq)
      ])
      if (before === undefined || entry === undefined) continue
      if (toHex(entry.prev) === toHex(before.hash)) continue
      broken.push(`entry ${seq} of the author ${toHex(author).slice(0, 6)} follows no other`)
    }
  }
  return broken
}
