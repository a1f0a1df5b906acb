/** As many voices say something as nodes were promised. */
import { toHex } from '../../../crdt/bytes/index.ts'
import { COUNTER } from '../agent/vote-work.ts'
import type { Stance } from '../agent/acknowledged.ts'
import type { Life, Subject } from '../subject.ts'
import type { Quiet } from './quiet.ts'

const COUNTED: readonly Exclude<Stance, 'none'>[] = ['vouch', 'dispute', 'stale']

/** As many voices say it as nodes were promised. */
export async function wrongCounts({ parts }: Life, quiet: Quiet): Promise<string[]> {
  const { acknowledged, voices } = quiet
  const broken: string[] = []
  for (const id of acknowledged.records()) {
    const attested = await parts.replica.get(Buffer.from(id, 'hex'))
    if (isSelfVouched(attested?.record.kind)) continue
    for (const stance of COUNTED) {
      const [least, most] = acknowledged.bounds(id, stance, voices)
      const counted = countOf(attested?.standing, stance)
      const all = most + strangersOn(id, stance, quiet)
      if (counted < least || counted > all) {
        broken.push(`${counted} voices ${stance} ${id.slice(0, 6)}; expected ${least} to ${all}`)
      }
    }
  }
  return broken
}

/** Nodes vouch by themselves for skills, and for goals that no call has acknowledged yet. */
function isSelfVouched(kind: string | undefined): boolean {
  return kind === 'skill' || kind === 'goal'
}

/** How many voices of a stranger may hold the stance: its own, and those that it has made up. */
function strangersOn(id: string, stance: Stance, { acknowledged, ...quiet }: Quiet): number {
  const { strangers, members, lies } = quiet
  const own = strangers.filter((name) => acknowledged.hadStance(name, id, stance)).length
  const others = lies.authorsOn(id)
  // All of a member are one voice.
  return members === undefined ? own + others : Math.min(1, own + others)
}

/** What a member has counted stays counted, under all of its authors. */
export async function wrongCounters(
  { parts }: Life,
  { acknowledged, names: everyone, voices }: Quiet
): Promise<string[]> {
  const broken: string[] = []
  for (const id of acknowledged.counted()) {
    // Of nodes with one voice the last one that counts may not know what the others have counted.
    const single = voices.flatMap((names) => (names.length === 1 ? names : []))
    const least = single.reduce((sum, name) => sum + acknowledged.countOf(name, id).least, 0)
    const most = everyone.reduce((sum, name) => sum + acknowledged.countOf(name, id).most, 0)
    const attested = await parts.replica.get(Buffer.from(id, 'hex'))
    const counted = new Map(attested?.standing.counters).get(COUNTER) ?? 0
    // Where nobody votes any longer there is no record to ask for.
    if (attested === undefined || (counted >= least && counted <= most)) continue
    broken.push(`${id.slice(0, 6)} was counted ${counted} times; expected ${least} to ${most}`)
  }
  return broken
}

/** A member has one vote on a record. */
export async function tooManyVotes({ parts }: Life, { members }: Quiet): Promise<string[]> {
  const broken: string[] = []
  if (members === undefined) return broken
  for await (const { digest, standing } of parts.replica.attestedRecords()) {
    const { vouches, disputes, stales } = standing
    const votes = vouches + disputes + stales
    if (votes <= members) continue
    broken.push(`${toHex(digest).slice(0, 6)} has ${votes} votes of ${members} members`)
  }
  return broken
}

export function countOf(
  standing:
    | { readonly vouches: number; readonly disputes: number; readonly stales: number }
    | undefined,
  stance: Exclude<Stance, 'none'>
): number {
  if (standing === undefined) return 0
  if (stance === 'vouch') return standing.vouches
  return stance === 'dispute' ? standing.disputes : standing.stales
}

/** What an author said that is void counts no longer, as soon as the node says that it is void. */
export async function voidVotes(
  { parts }: Life,
  { author, seq }: { readonly author: string; readonly seq: number },
  { acknowledged, lies, names, members }: Pick<Quiet, 'acknowledged' | 'lies' | 'members' | 'names'>
): Promise<string[]> {
  const broken: string[] = []
  for (const digest of lies.namedSince(author, seq)) {
    const id = toHex(digest)
    const attested = await parts.replica.get(digest)
    if (isSelfVouched(attested?.record.kind)) continue
    for (const stance of COUNTED) {
      const counted = countOf(attested?.standing, stance)
      const said = names.filter((name) => acknowledged.hadStance(name, id, stance)).length
      // What one of its authors has said, the member may say again as another one.
      const again = members === undefined ? 0 : 1
      const most = said + again + lies.authorsOn(id, author)
      if (counted <= most) continue
      broken.push(`${counted} voices ${stance} ${id.slice(0, 6)} of the void ${author.slice(0, 6)}`)
    }
  }
  return broken
}

/** The same of all void authors, at the end. */
export async function countedForks({ running }: Subject, quiet: Quiet): Promise<string[]> {
  const broken: string[] = []
  if (running === undefined) return broken
  for (const { author, fork } of running.parts.replica.heads()) {
    if (fork === 0) continue
    broken.push(...(await voidVotes(running, { author: toHex(author), seq: fork }, quiet)))
  }
  return broken
}
