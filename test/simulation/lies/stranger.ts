/**
 * What nodes say that do not keep to the protocol. Each is a real node beside that, so that it gets as
 * far into the others as anybody can.
 */
import { writeEntry } from '../../../crdt/index.ts'
import { honestValues } from '../../fixtures/forgery.ts'
import { FalseFeed } from './false-feed.ts'
import { NEWER } from './manner.ts'
import { publishNewer } from './newer.ts'
import { anotherVote } from './voiced-lies.ts'
import { breakChain, fork, passOn } from './two-faced.ts'
import type { Entry } from '../../../crdt/index.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { RunningNode } from '../simulated-node.ts'
import type { LieLedger } from './ledger.ts'
import type { Manner } from './manner.ts'

/** An entry of an author that never signed it. */
async function impersonate(running: RunningNode, random: Seeded, ledger: LieLedger): Promise<void> {
  const feed = await FalseFeed.forged(running, random)
  const values = honestValues(`What nobody has said, ${random.below(1_000_000)}.`)
  ledger.noteRefused(values)
  const entry = await feed.sign(values)
  await announce(running, random, entry)
}

const VOICE_LIES = ['none', 'tag', 'credential'] as const

/** One more vote of the same member, as it is or as another voice. */
async function voteAgain(running: RunningNode, random: Seeded, ledger: LieLedger): Promise<void> {
  const lie = random.pick(VOICE_LIES)
  const { entry, values } = (await anotherVote(running, random, lie)) ?? {}
  if (entry === undefined || values === undefined) return
  if (lie === 'none') {
    ledger.note(entry, values)
    await running.parts.replica.admit(writeEntry(entry))
  }
  await announce(running, random, entry)
}

/** To all by gossip, and to one by its stem. */
async function announce(running: RunningNode, random: Seeded, entry: Entry): Promise<void> {
  const peers = running.host.getConnections()
  await Promise.all([
    running.parts.swarm?.announce([entry]),
    ...(peers.length === 0 ? [] : [passOn(running, random.pick(peers), [entry])])
  ])
}

interface Lie {
  /** For the story. */
  readonly text: string
  readonly tell: (running: RunningNode, random: Seeded, ledger: LieLedger) => Promise<void>
}

const LIES: ReadonlyMap<Manner, Lie> = new Map<Manner, Lie>([
  ['forking', { text: 'signs two entries for one place', tell: fork }],
  ['forging', { text: 'forges an entry', tell: impersonate }],
  ['unchained', { text: 'signs an entry that follows no other', tell: breakChain }],
  ['many-voiced', { text: 'votes again', tell: voteAgain }],
  [NEWER, { text: 'publishes entries of a later format', tell: publishNewer }]
])

/** Who tells one of these lies may tell the others too; in an open swarm nobody has several voices. */
const TOLD_ALIKE: readonly Manner[] = [
  'forking',
  'forking',
  'forging',
  'unchained',
  'many-voiced',
  'many-voiced'
]

/** The part of the lies that are of another manner than that of their stranger. */
const OTHER_RATE = 0.4

/** What a stranger of this manner says now and then; undefined if it says nothing of its own. */
export function lieOf(manner: Manner, isClosed: boolean, random: Seeded): Lie | undefined {
  if (!TOLD_ALIKE.includes(manner) || !random.chance(OTHER_RATE)) return LIES.get(manner)
  const others = TOLD_ALIKE.filter((each) => isClosed || each !== 'many-voiced')
  return LIES.get(random.pick(others))
}
