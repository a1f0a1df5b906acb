/**
 * An author that says one thing to some peers and another to the others: two entries for one place, or
 * entries that do not follow each other. It goes on after that, on both sides, and begins its feed again
 * on one of them. Peers hear of it from the author or from each other.
 */
import { writeEntry } from '../../../crdt/index.ts'
import { HASH_BYTES } from '../../../crdt/constants.ts'
import { framed, honestValues } from '../../fixtures/forgery.ts'
import { simulated } from '../environment/simulated.ts'
import { FalseFeed } from './false-feed.ts'
import type { Connection } from '@libp2p/interface'
import type { Entry } from '../../../crdt/index.ts'
import type { Value } from '../../../crdt/records/value.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { RunningNode } from '../simulated-node.ts'
import type { LieLedger } from './ledger.ts'

/** Milliseconds from one part of a lie to the next, at most. */
const PAUSE = 3_000
const LONG_PAUSE = 30_000

/** Entries of both sides, and of each, at most. */
const MAX_COMMON = 2
const MAX_SIDE = 3

/** The part of entries of one lie with which its feed begins again. */
const BASE_RATES = [0.1, 0.2, 0.6] as const

/** In this part of the lies, the proof goes to all peers, and the new base to one. */
const PROOF_ALONE_RATE = 0.6

/** Signs two entries for one place. */
export async function fork(running: RunningNode, random: Seeded, ledger: LieLedger): Promise<void> {
  const feed = await FalseFeed.create(running, random)
  const rate = random.pick(BASE_RATES)
  const sign = (side: FalseFeed, count: number): Promise<Entry[]> =>
    entriesOf(side, count, rate, { running, random, ledger })
  const common = await sign(feed, random.below(MAX_COMMON + 1))
  if (random.chance(PROOF_ALONE_RATE)) {
    return proofAlone({ feed, common }, { running, random, ledger })
  }
  await tell(running, random, common)
  if (random.chance(0.5)) await pause(random)
  const other = feed.branch()
  const sides: (readonly Entry[])[] = []
  for (const side of [feed, other]) {
    sides.push(await sign(side, 1 + random.below(MAX_SIDE)))
  }
  ledger.noteFork(sides.flatMap(([first]) => first ?? []))
  await Promise.all(
    sides.map(async (entries, side) => {
      if (side > 0 && random.chance(0.7)) await pause(random, random.pick([PAUSE, LONG_PAUSE]))
      await tell(running, random, entries)
    })
  )
  // A void author goes on.
  await pause(random, LONG_PAUSE)
  await tell(running, random, await sign(random.pick([feed, other]), 1))
}

/**
 * The proof that an author is void goes to all, when one peer alone has heard the rest: that its feed begins
 * again behind that place, or what another author confirms. The others learn of the base, or get the body of
 * the record, from nothing but that peer.
 */
async function proofAlone(
  { feed, common }: { readonly feed: FalseFeed; readonly common: readonly Entry[] },
  liar: Liar
): Promise<void> {
  const { running, random, ledger } = liar
  const other = feed.branch()
  const said = newFact(random)
  const entry = await feed.sign(said)
  ledger.note(entry, said)
  const contradiction = await entriesOf(other, 1, 0, liar)
  ledger.noteFork([entry, ...contradiction])
  const rest = random.chance(0.5) ? await entriesOf(feed, 1, 1, liar) : await confirmed(said, liar)
  const peers = running.host.getConnections()
  if (peers.length > 0) {
    const peer = random.pick(peers)
    for (const part of [[...common, entry], rest]) await passOn(running, peer, part)
  }
  await pause(random)
  // The own replica finds the contradiction, and gossips the proof.
  for (const each of [...common, entry, ...contradiction]) {
    await running.parts.replica.admit(writeEntry(each))
  }
}

/** A vote of another author, without the record. */
async function confirmed(said: readonly Value[], liar: Liar): Promise<Entry[]> {
  const { running, random, ledger } = liar
  const author = await FalseFeed.create(running, random)
  const vote = said.filter(({ type }) => type === 'register')
  const entry = await author.sign(vote)
  ledger.note(entry, vote)
  return [entry]
}

/** An author of which an entry follows no other one. */
export async function breakChain(
  running: RunningNode,
  random: Seeded,
  ledger: LieLedger
): Promise<void> {
  const feed = await FalseFeed.create(running, random)
  const rate = random.pick(BASE_RATES)
  const told = await entriesOf(feed, 1 + random.below(2), rate, { running, random, ledger })
  await tell(running, random, told)
  await pause(random, LONG_PAUSE)
  const prev = new Uint8Array(random.bytes(HASH_BYTES))
  const values = await somethingOf(running, random)
  const entry = await feed.sign(values, { prev })
  ledger.note(entry, values)
  ledger.noteRefused(values)
  await tell(running, random, [entry])
}

interface Liar {
  readonly running: RunningNode
  readonly random: Seeded
  readonly ledger: LieLedger
}

async function entriesOf(
  feed: FalseFeed,
  count: number,
  baseRate: number,
  { running, random, ledger }: Liar
): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let i = 0; i < count; i++) {
    const values = await somethingOf(running, random)
    const entry = await feed.sign(values, { isBase: feed.seq > 0 && random.chance(baseRate) })
    ledger.note(entry, values)
    entries.push(entry)
  }
  return entries
}

/** A new fact, or a vote on a known record. */
async function somethingOf({ parts }: RunningNode, random: Seeded): Promise<Value[]> {
  const fact = newFact(random)
  const known = await parts.replica.newestRecords(0, 100)
  if (known.length === 0 || random.chance(0.4)) return fact
  const digest = random.pick(known)
  const vote = random.pick(['vouch', 'dispute', 'stale'] as const)
  return fact.flatMap((value) =>
    value.type === 'register' ? [{ ...value, digest, register: { ...value.register, vote } }] : []
  )
}

function newFact(random: Seeded): Value[] {
  return honestValues(`A fact that nobody has found, ${random.below(1_000_000)}.`)
}

/** By gossip to all, or by stems to some, from which the others hear it. */
async function tell(
  running: RunningNode,
  random: Seeded,
  entries: readonly Entry[]
): Promise<void> {
  const { replica, swarm } = running.parts
  if (random.chance(0.5)) {
    for (const entry of entries) await replica.admit(writeEntry(entry))
    await swarm?.announce(entries)
    return
  }
  const peers = running.host.getConnections().filter(() => random.chance(0.4))
  await Promise.all(peers.map((peer) => passOn(running, peer, entries)))
}

/** Sends entries to one peer, by its stem. */
export async function passOn(
  { host }: RunningNode,
  peer: Connection,
  entries: readonly Entry[]
): Promise<void> {
  const protocol = host.registrar.getProtocols().find((name) => name.includes('/stem/'))
  if (protocol === undefined || entries.length === 0) return
  const stream = await peer.newStream(protocol)
  for (const entry of entries) stream.send(framed(writeEntry(entry)))
  await stream.close()
}

function pause(random: Seeded, most = PAUSE): Promise<void> {
  return simulated().time.wait(random.between(0, most))
}
