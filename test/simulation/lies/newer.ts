/**
 * A member of a later version: its entries are of a format that others cannot read. It keeps to the
 * protocol, so nobody blames it or who passes them on. In an open swarm they are stored and passed on. In a
 * closed one nobody takes what shows no voice that it can read: there the feed ends before them on a node of
 * this version, until the node is updated.
 */
import { writeEntry } from '../../../crdt/index.ts'
import { honestValues } from '../../fixtures/forgery.ts'
import { simulated } from '../environment/simulated.ts'
import { FalseFeed } from './false-feed.ts'
import { LATER_FORMAT } from './manner.ts'
import type { Entry } from '../../../crdt/index.ts'
import type { Value } from '../../../crdt/records/value.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { RunningNode } from '../simulated-node.ts'
import type { LieLedger } from './ledger.ts'

/** Entries of each format, at most. */
const MAX_ENTRIES = 3

/** Bytes of a payload that only later versions read, at most. */
const MAX_PAYLOAD = 900

/** The part of entries with which a feed begins again. */
const BASE_RATE = 0.2

/** Milliseconds between two entries, at most. */
const PAUSE = 12_000

/** An author whose agent is updated while it works. */
export async function publishNewer(
  running: RunningNode,
  random: Seeded,
  ledger: LieLedger
): Promise<void> {
  const feed = await FalseFeed.create(running, random)
  if (feed.author.voice !== undefined) return publishVoiced(running, random, ledger, feed)
  for (let i = random.below(MAX_ENTRIES + 1); i > 0; i--) {
    const values = said('an earlier version', random)
    const entry = await feed.sign(values)
    ledger.note(entry, values)
    await publish(running, random, entry)
  }
  for (let i = 1 + random.below(MAX_ENTRIES); i > 0; i--) {
    const payload = new Uint8Array(random.bytes(random.below(MAX_PAYLOAD)))
    const isBase = feed.seq > 0 && random.chance(BASE_RATE)
    await publish(running, random, feed.signUnreadable(payload, LATER_FORMAT, isBase))
  }
}

/** The same of an author that a member introduces: what it says counts on nodes that are updated. */
async function publishVoiced(
  running: RunningNode,
  random: Seeded,
  ledger: LieLedger,
  feed: FalseFeed
): Promise<void> {
  const noted = ledger.noteLater(feed.author.key)
  for (let i = random.below(MAX_ENTRIES + 1); i > 0; i--) {
    const values = said('an earlier version', random)
    const entry = await feed.sign(values)
    ledger.note(entry, values)
    noted.signed = entry.seq
    await publish(running, random, entry, () => {
      noted.plain = entry.seq
    })
  }
  for (let i = 1 + random.below(MAX_ENTRIES); i > 0; i--) {
    const values = said('a later version', random)
    const isBase = feed.seq > 0 && random.chance(BASE_RATE)
    const entry = await feed.sign(values, { isBase, format: LATER_FORMAT })
    ledger.note(entry, values)
    if (isBase) {
      noted.base = entry.seq
      noted.records = []
    }
    await publish(running, random, entry, () => {
      noted.records.push(
        ...values.flatMap(({ type, digest }) => (type === 'record' ? [digest] : []))
      )
    })
  }
}

function said(by: string, random: Seeded): Value[] {
  return honestValues(`What ${by} said, ${random.below(1_000_000)}.`)
}

/** As its own node would: stored first, and then gossiped or left to syncs. */
async function publish(
  { parts }: RunningNode,
  random: Seeded,
  entry: Entry,
  onStored?: () => void
): Promise<void> {
  const admission = await parts.replica.admit(writeEntry(entry))
  if (onStored !== undefined && admission.outcome === 'admitted') {
    await admission.durable
    onStored()
  }
  if (random.chance(0.7)) await parts.swarm?.announce([entry])
  await simulated().time.wait(random.between(0, PAUSE))
}
