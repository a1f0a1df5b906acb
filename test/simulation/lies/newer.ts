/**
 * A member of a later version: its entries are of a format that nobody else can read. It keeps to the
 * protocol, so its entries are stored and passed on, and nobody blames it or who passes them on.
 */
import { writeEntry } from '../../../crdt/index.ts'
import { ENTRY_FORMAT } from '../../../crdt/constants.ts'
import { honestValues } from '../../fixtures/forgery.ts'
import { simulated } from '../environment/simulated.ts'
import { FalseFeed } from './false-feed.ts'
import type { Entry } from '../../../crdt/index.ts'
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
  for (let i = random.below(MAX_ENTRIES + 1); i > 0; i--) {
    const values = honestValues(`What an earlier version said, ${random.below(1_000_000)}.`)
    const entry = await feed.sign(values)
    ledger.note(entry, values)
    await publish(running, random, entry)
  }
  for (let i = 1 + random.below(MAX_ENTRIES); i > 0; i--) {
    const payload = new Uint8Array(random.bytes(random.below(MAX_PAYLOAD)))
    const isBase = feed.seq > 0 && random.chance(BASE_RATE)
    await publish(running, random, feed.signUnreadable(payload, ENTRY_FORMAT + 1, isBase))
  }
}

/** As its own node would: stored first, and then gossiped or left to syncs. */
async function publish({ parts }: RunningNode, random: Seeded, entry: Entry): Promise<void> {
  await parts.replica.admit(writeEntry(entry))
  if (random.chance(0.7)) await parts.swarm?.announce([entry])
  await simulated().time.wait(random.between(0, PAUSE))
}
