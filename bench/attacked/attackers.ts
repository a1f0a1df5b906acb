/** Attackers in a process of their own: bare libp2p nodes that speak the wire protocols as they like. */
import { spawnSync } from 'node:child_process'
import { setPriority } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { multiaddr } from '@multiformats/multiaddr'
import { createAuthor, writeEntry } from '../../crdt/index.ts'
import { bareNode } from '../../test/fixtures/attacker.ts'
import { forge, framed, gossipOf, honestValues } from '../../test/fixtures/forgery.ts'
import { GREATER, syncAnswers } from '../../test/fixtures/sync-peer.ts'
import { MAX_SYNC_FRAME_BYTES } from '../../transport/constants.ts'
import { FrameStream } from '../../transport/streams/frame-stream.ts'
import { readSyncAnswer, writeSyncRequest } from '../../transport/sync/sync-frames.ts'
import { answerCalls } from './remote.ts'
import type { Attack } from './attacks.ts'
import type { Stream } from '@libp2p/interface'

export interface Target {
  readonly address: string
  /** As in the ids of its protocols. */
  readonly swarm: string
}

type Node = Awaited<ReturnType<typeof bareNode>>

/** Milliseconds between two bytes: less than what ends a stream. */
const SLOWLY = 5_000

/** Streams that a peer may have open. */
const STREAMS = 4

/** Entries on one stem: about half a batch. */
const STEM_ENTRIES = 1_900

const STOP = new AbortController()
const nodes: Node[] = []
let sent = 0

// They have machines of their own: on few cores they must not take the time of the honest nodes.
setPriority(19)
if (process.platform === 'linux') {
  // The idle class, which wakes behind all others; without it a socket's write waits for who reads.
  spawnSync('chrt', ['--all-tasks', '--idle', '--pid', '0', String(process.pid)])
}

const calls = {
  /** Resolves when all peers are connected and the attack goes on. */
  async start(attack: Attack, target: Target, peers: number): Promise<void> {
    const { answer, begin } = PREPARE[attack]()
    // All connect before the first one begins, or the last ones would not get in.
    for (let i = 0; i < peers; i++) nodes.push(await nodeFor(target, answer))
    for (const [i, node] of nodes.entries()) begin(node, target, i)
  },

  /** Turns, streams, bytes or messages, by attack. */
  sent(): number {
    return sent
  },

  async stop(): Promise<void> {
    STOP.abort()
    for (const node of nodes) await node.stop()
  }
}

export type AttackerCalls = typeof calls

answerCalls(calls)

interface Prepared {
  /** Answers the syncs that the target begins. */
  readonly answer?: (stream: Stream) => void
  readonly begin: (node: Node, target: Target, number: number) => void
}

const PREPARE: Readonly<Record<Attack, () => Prepared>> = {
  /** Peers that name one head again and again, with `more`, and ask for turns without a pause. */
  repeats: () => {
    const { key: author } = createAuthor()
    const head = { author, seq: 2 ** 40, fingerprint: new Uint8Array(8), fork: 0, base: 1 }
    const answer = syncAnswers(({ type }) => {
      if (type === 'summary') return [GREATER]
      if (type === 'pull') return [{ type: 'done', more: true }]
      return [{ type: 'node', node: { type: 'leaf', heads: [head] } }]
    })
    return { answer, begin: (node, target) => again(() => turns(node, target), STREAMS - 1) }
  },

  /** Streams of stems that are held open, and others that are cut in the middle. */
  stems: () => {
    const values = honestValues('A stem.')
    const entries = Array.from({ length: STEM_ENTRIES }, () =>
      framed(writeEntry(forge({ values })))
    )
    const bytes = Buffer.concat(entries)
    const begin: Prepared['begin'] = (node, target, number) => {
      const stem = number % 2 === 0 ? heldStem : cutStem
      again(() => stem(node, target, bytes), STREAMS)
    }
    return { begin }
  },

  /** Peers that ask for turns, and answer one byte now and then. */
  slots: () => ({
    answer: (stream) => void trickle(stream),
    begin: (node, target) => again(() => turns(node, target), STREAMS - 1)
  }),

  /** Small messages that unpack to a megabyte, each of an author of its own. */
  inflated: () => {
    const letters = Array.from({ length: 30 }, (_, i) => `${i} ${'a'.repeat(32_000)}`)
    const values = letters.flatMap((text) => honestValues(text).slice(0, 1))
    const begin: Prepared['begin'] = (node, target) => {
      again(async () => {
        const message = gossipOf(writeEntry(forge({ values })))
        await node.services.gossip.publish(topicOf(target), message)
        sent += 1
        await delay(1)
      }, 1)
    }
    return { begin }
  }
}

async function turns(node: Node, target: Target): Promise<void> {
  const stream = await open(node, target, 'sync')
  const frames = new FrameStream(stream, MAX_SYNC_FRAME_BYTES)
  for (;;) {
    await frames.write(writeSyncRequest({ type: 'turn' }))
    for (;;) {
      const frame = await frames.read()
      if (frame === undefined) return
      if (readSyncAnswer(frame).type === 'done') break
    }
    sent += 1
  }
}

/** A frame of 100 bytes, byte by byte. */
async function trickle(stream: Stream): Promise<void> {
  stream.addEventListener('message', () => undefined)
  stream.send(Uint8Array.of(100))
  while (stream.status === 'open' && !STOP.signal.aborted) {
    await delay(SLOWLY)
    if (stream.status === 'open') stream.send(Uint8Array.of(0))
    sent += 1
  }
}

async function heldStem(node: Node, target: Target, bytes: Uint8Array): Promise<void> {
  const stream = await open(node, target, 'stem')
  await sendAll(stream, bytes)
  stream.send(Uint8Array.of(100))
  while (stream.status === 'open' && !STOP.signal.aborted) {
    await delay(SLOWLY)
    if (stream.status === 'open') stream.send(Uint8Array.of(0))
  }
}

async function cutStem(node: Node, target: Target, bytes: Uint8Array): Promise<void> {
  const stream = await open(node, target, 'stem')
  await sendAll(stream, bytes)
  await delay(50)
  stream.abort(new Error('cut'))
  sent += 1
}

async function sendAll(stream: Stream, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += 32_768) {
    if (!stream.send(bytes.subarray(at, at + 32_768))) await stream.onDrain()
  }
}

/** Again and again, also where it fails, until the end; as many at the same time. */
function again(task: () => Promise<void>, count: number): void {
  const loop = async (): Promise<void> => {
    while (!STOP.signal.aborted) await task().catch(() => delay(20))
  }
  for (let i = 0; i < count; i++) void loop()
}

function open(node: Node, target: Target, name: string): Promise<Stream> {
  return node.dialProtocol(multiaddr(target.address), protocol(target, name))
}

function protocol({ swarm }: Target, name: string): string {
  return `/hive/${swarm}/${name}/${name === 'sync' ? '2.0.0' : '1.0.0'}`
}

function topicOf({ swarm }: Target): string {
  return `/hive/${swarm}/gossip/1.0.0`
}

async function nodeFor(target: Target, answer: Prepared['answer']): Promise<Node> {
  const node = await bareNode()
  node.services.gossip.subscribe(topicOf(target))
  if (answer !== undefined) await node.handle(protocol(target, 'sync'), answer)
  await node.dial(multiaddr(target.address))
  return node
}
