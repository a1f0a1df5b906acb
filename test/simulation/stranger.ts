/**
 * Nodes that do not keep to the protocol. Each is a real node that is bent at one place, so that it
 * gets as far into the others as anybody can.
 */
import { createAuthor, writeEntry } from '../../crdt/index.ts'
import { HASH_BYTES } from '../../crdt/constants.ts'
import { forge, framed, honestValues } from '../fixtures/forgery.ts'
import { simulated } from './environment/simulated.ts'
import { anotherVote, firstEntry, voicedAuthor } from './members/voiced-lies.ts'
import type { Stream, StreamHandler } from '@libp2p/interface'
import type { Entry } from '../../crdt/index.ts'
import type { Seeded } from './environment/seeded-bytes.ts'
import type { RunningNode } from './simulated-node.ts'
import type { Manner, Tamper } from './manner.ts'

/** Milliseconds until an author goes on, at most. */
const MAX_PAUSE = 30_000

/** The part of all chunks that a corrupting node changes. */
const CORRUPTION = 0.05

export function tamperOf(manner: Manner, random: Seeded): Tamper | undefined {
  const keep = { handler: (_: string, handler: StreamHandler) => handler, outgoing: same }
  switch (manner) {
    case 'swallowing':
      return { ...keep, handler: (name, handler) => (name.includes('/stem/') ? swallow : handler) }
    case 'silent':
      return { ...keep, handler: (name, handler) => (SILENT.test(name) ? keepOpen : handler) }
    case 'corrupting':
      return {
        ...keep,
        outgoing: (bytes) => (random.chance(CORRUPTION) ? corrupt(bytes, random) : bytes)
      }
    default:
      return undefined
  }
}

const SILENT = /\/(?:sync|have)\//

function same(bytes: Uint8Array): Uint8Array {
  return bytes
}

function swallow(stream: Stream): void {
  stream.addEventListener('message', () => undefined)
  stream.addEventListener('remoteCloseWrite', () => void stream.close())
}

function keepOpen(stream: Stream): void {
  stream.addEventListener('message', () => undefined)
}

function corrupt(bytes: Uint8Array, random: Seeded): Uint8Array {
  const changed = Uint8Array.from(bytes)
  if (random.chance(0.3)) return changed.subarray(0, random.below(changed.length))
  if (random.chance(0.3)) return Buffer.concat([changed, changed])
  const at = random.below(changed.length)
  changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8))
  return changed
}

/** One entry for the swarm, and another with the same author and place for one peer. */
async function fork(running: RunningNode, random: Seeded): Promise<void> {
  const { parts } = running
  const number = random.below(1_000_000)
  const sides = ['one', 'other'].map((side) => honestValues(`A fact of the ${side} ${number}.`))
  const voice = await voicedAuthor(running, random)
  const author = createAuthor()
  const [one, other] = await Promise.all(
    sides.map(async (values) =>
      voice === undefined
        ? forge({ author, values })
        : firstEntry(parts.replica.swarm, voice, values)
    )
  )
  if (one === undefined || other === undefined) return
  await parts.replica.admit(writeEntry(one))
  // Sometimes both at once, so that some nodes have the one first and some the other.
  const isLate = random.chance(0.5)
  const announced = parts.swarm?.announce([one])
  if (isLate) await simulated().time.wait(random.between(0, 3_000))
  await Promise.all([announced, passOn(running, other, random)])
  if (voice !== undefined) return
  // A void author goes on.
  await simulated().time.wait(random.between(0, MAX_PAUSE))
  const values = honestValues(`What a void author has said, ${number}.`)
  const next = forge({ author, seq: 2, prev: one.hash, values })
  await Promise.all([parts.swarm?.announce([next]), passOn(running, next, random)])
}

/** An author whose second entry does not follow its first one; in a closed swarm a forged entry. */
async function breakChain(running: RunningNode, random: Seeded): Promise<void> {
  const { replica, swarm, members } = running.parts
  if (members !== undefined) return impersonate(running, random)
  const number = random.below(1_000_000)
  const author = createAuthor()
  const first = forge({ author, values: honestValues(`What comes first, ${number}.`) })
  await replica.admit(writeEntry(first))
  await swarm?.announce([first])
  await simulated().time.wait(random.between(0, MAX_PAUSE))
  const prev = new Uint8Array(random.bytes(HASH_BYTES))
  const second = forge({ author, seq: 2, prev, values: honestValues(`What follows, ${number}.`) })
  await Promise.all([swarm?.announce([second]), passOn(running, second, random)])
}

/** An entry that goes on where another author's feed ends, which that author never signed. */
async function impersonate(running: RunningNode, random: Seeded): Promise<void> {
  const { replica, swarm } = running.parts
  const heads = replica.heads().filter(({ fork: at }) => at === 0)
  if (heads.length === 0) return
  const { author, seq, head, base } = random.pick(heads)
  const victim = { key: author, sign: () => new Uint8Array(random.bytes(64)) }
  const values = honestValues(`What nobody has said, ${random.below(1_000_000)}.`)
  const entry = forge({ author: victim, seq: seq + 1, prev: head, base, format: 2, values })
  await Promise.all([swarm?.announce([entry]), passOn(running, entry, random)])
}

const VOICE_LIES = ['none', 'tag', 'credential'] as const

/** One more vote of the same member, as it is or as another voice. */
async function voteAgain(running: RunningNode, random: Seeded): Promise<void> {
  const lie = random.pick(VOICE_LIES)
  const entry = await anotherVote(running, random, lie)
  if (entry === undefined) return
  if (lie === 'none') await running.parts.replica.admit(writeEntry(entry))
  await Promise.all([running.parts.swarm?.announce([entry]), passOn(running, entry, random)])
}

/** Sends an entry to one peer, by its stem. */
async function passOn({ host }: RunningNode, entry: Entry, random: Seeded): Promise<void> {
  const peers = host.getConnections()
  const protocol = host.registrar.getProtocols().find((name) => name.includes('/stem/'))
  if (peers.length === 0 || protocol === undefined) return
  const stream = await random.pick(peers).newStream(protocol)
  stream.send(framed(writeEntry(entry)))
  await stream.close()
}

interface Lie {
  /** For the story. */
  readonly text: string
  readonly tell: (running: RunningNode, random: Seeded) => Promise<void>
}

const LIES: ReadonlyMap<Manner, Lie> = new Map([
  ['forking', { text: 'signs two entries for one place', tell: fork }],
  ['forging', { text: 'forges an entry', tell: impersonate }],
  ['unchained', { text: 'signs an entry that follows no other', tell: breakChain }],
  ['many-voiced', { text: 'votes again', tell: voteAgain }]
])

/** What a stranger of this manner says now and then; undefined if it says nothing of its own. */
export function lieOf(manner: Manner): Lie | undefined {
  return LIES.get(manner)
}
