import assert from 'node:assert/strict'
import { once } from 'node:events'
import { recordDigest, writeEntry, writeSignedHeader } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { preparePublication, valuesOf } from '../../../crdt/publishing/publication.ts'
import {
  MAX_FRUITLESS_BODIES,
  MAX_HAVE_FRAME_BYTES,
  MAX_QUERIED_PEERS,
  MAX_REQUESTED_BODIES
} from '../../../transport/constants.ts'
import { FrameStream } from '../../../transport/streams/frame-stream.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { forge } from '../../fixtures/forgery.ts'
import { gossiping, startNode } from '../../fixtures/nodes.ts'
import { publication } from '../../fixtures/publications.ts'
import { replicaOn } from '../../fixtures/replicas.ts'
import { syncAnswers } from '../../fixtures/sync-peer.ts'
import type { Stream } from '@libp2p/interface'
import type { Publication, Replica } from '../../../crdt/index.ts'
import type { SyncAnswer } from '../../../transport/sync/sync-frames.ts'
import type { Attacker } from '../../fixtures/attacker.ts'
import type { TestNode } from '../../fixtures/nodes.ts'

const signal = (): AbortSignal => AbortSignal.timeout(15_000)

const HASH_BYTES = 32

/** Each of them once caused a request for all missing bodies. */
const ANNOUNCED = 20

/** Many more than are asked for at random. */
const UNSAID = 20 * MAX_REQUESTED_BODIES

/** Reads what it is asked for, and has none of it. */
function nothing(onAsked: (digests: number) => void): (stream: Stream) => void {
  return (stream) => {
    void new FrameStream(stream, MAX_HAVE_FRAME_BYTES).read().then((frame) => {
      onAsked(Math.floor((frame?.length ?? 0) / HASH_BYTES))
      return stream.close()
    })
  }
}

/** Sends the bodies that it is asked for. */
async function serve(stream: Stream, replica: Replica): Promise<void> {
  const frames = new FrameStream(stream, MAX_HAVE_FRAME_BYTES)
  const frame = (await frames.read()) ?? new Uint8Array()
  const count = Math.floor(frame.length / HASH_BYTES)
  const first = frame.length - count * HASH_BYTES
  const digests = Array.from({ length: count }, (_, i) =>
    frame.slice(first + i * HASH_BYTES, first + (i + 1) * HASH_BYTES)
  )
  for (const body of await replica.bodies(digests)) if (body !== undefined) await frames.write(body)
  await stream.close()
}

/** Somebody votes on records, and brings no body. */
async function admitVotes({ replica }: TestNode, said: readonly Publication[]): Promise<void> {
  const votes = said.flatMap((each) => valuesOf(preparePublication(each), true))
  const admission = await replica.admit(writeEntry(forge({ values: votes })), 'peer')
  assert.ok(admission.outcome === 'admitted')
  await admission.durable
}

/** Of an entry that nobody has: its receiver asks for the feed. */
function announcement(): Uint8Array {
  return Buffer.concat([Buffer.of(1), writeSignedHeader(forge())])
}

const EMPTY: SyncAnswer = {
  type: 'summary',
  summary: { acceptsEntries: false, digest: new Uint8Array(HASH_BYTES), authors: 0, entries: 0 }
}

/** Answers as a peer that has nothing. */
function withNothing(onPull: () => void): (stream: Stream) => void {
  return syncAnswers((request) => {
    if (request.type === 'summary') return [EMPTY]
    if (request.type === 'nodes') {
      return request.prefixes.map(() => ({ type: 'node', node: { type: 'leaf', heads: [] } }))
    }
    if (request.type === 'pull') onPull()
    return [{ type: 'done', more: false }]
  })
}

/** Attackers that connect one after the other. */
async function attackers(
  victim: TestNode,
  count: number,
  have: (stream: Stream) => void
): Promise<Attacker[]> {
  const all: Attacker[] = []
  while (all.length < count) all.push(await attackerOn(victim, signal(), { have }))
  return all
}

describe('bodies that came in no entry', () => {
  it('are asked for at a pace where nobody has them, whatever a peer announces', async () => {
    await using victim = await startNode()
    const unsaid = Array.from({ length: MAX_REQUESTED_BODIES }, (_, i) =>
      publication(`what nobody has said, ${i}`)
    )
    await admitVotes(victim, unsaid)
    let asked = 0
    let pulled = Promise.withResolvers<void>()
    await using attacker = await attackerOn(victim, signal(), {
      have: nothing((digests) => (asked += digests)),
      sync: withNothing(() => pulled.resolve())
    })
    for (let i = 0; i < ANNOUNCED; i++) {
      pulled = Promise.withResolvers<void>()
      await attacker.gossip(announcement())
      await pulled.promise
    }
    await victim.swarm.synchronize({ signal: signal() })
    assert.ok(asked >= MAX_REQUESTED_BODIES, `${asked} were asked for`)
    const most = MAX_FRUITLESS_BODIES + MAX_REQUESTED_BODIES
    assert.ok(asked <= most, `${asked} were asked for, not ${most} at most`)
  })

  it('come where more are missing than one request asks for', async () => {
    await using author = await replicaOn()
    const said = Array.from({ length: 2 * MAX_REQUESTED_BODIES + 1 }, (_, i) =>
      publication(`what others vote on, ${i}`)
    )
    const { records } = await author.replica.publish(said)
    await using victim = await startNode()
    await admitVotes(victim, said)
    const come = new Set<string>()
    const all = Promise.withResolvers<void>()
    victim.replica.on('body:store', (digests) => {
      for (const digest of digests) come.add(toHex(digest))
      if (come.size === records.length) all.resolve()
    })
    await using attacker = await attackerOn(victim, signal(), {
      have: (stream) => void serve(stream, author.replica),
      sync: withNothing(() => undefined)
    })
    await attacker.gossip(announcement())
    await all.promise
    assert.deepEqual([...come].toSorted(), records.map(toHex).toSorted())
  })

  it('come of a peer whose filter has them, however many others are missing for ever', async () => {
    await using author = await replicaOn()
    const said = publication('what a peer has kept')
    const { records } = await author.replica.publish([said])
    await using victim = await startNode()
    await admitVotes(victim, [said])
    for (let from = 0; from < UNSAID; from += MAX_REQUESTED_BODIES) {
      const unsaid = Array.from({ length: MAX_REQUESTED_BODIES }, (_, i) =>
        publication(`what nobody has said, ${from + i}`)
      )
      await admitVotes(victim, unsaid)
    }
    await using keeper = await startNode({ bootstrap: victim.swarm.multiaddrs })
    await gossiping(victim, signal())
    // What is asked for at random has its pace.
    await victim.swarm.synchronize({ signal: signal() })
    const bodies = await author.replica.bodies([...records])
    await keeper.replica.putBodies(bodies.flatMap((body) => body ?? []))
    const come = once(victim.replica, 'body:store', { signal: signal() })
    await victim.swarm.synchronize({ signal: signal() })
    assert.deepEqual(await come, [[...records]])
  })

  it('are asked of any peer, not only of those that connected first', async () => {
    await using victim = await startNode({ random: () => 0.999 })
    const first = await attackers(
      victim,
      MAX_QUERIED_PEERS + 1,
      nothing(() => undefined)
    )
    await using honest = await startNode({ bootstrap: victim.swarm.multiaddrs })
    const { records } = await honest.replica.publish([publication('here')])
    await gossiping(victim, signal(), first.length + 1)
    const found = await victim.swarm.fetch(records, { signal: signal() })
    assert.deepEqual([...found.keys()], records.map(toHex))
    for (const attacker of first) await attacker[Symbol.asyncDispose]()
  })

  it('come soon although peers before swallow the question', async () => {
    await using victim = await startNode({ random: () => 0 })
    const first = await attackers(victim, 2, () => undefined)
    await using honest = await startNode({ bootstrap: victim.swarm.multiaddrs })
    const { records } = await honest.replica.publish([publication('here')])
    await gossiping(victim, signal(), first.length + 1)
    const found = await victim.swarm.fetch(records, { signal: AbortSignal.timeout(10_000) })
    assert.equal(found.size, 1)
    for (const attacker of first) await attacker[Symbol.asyncDispose]()
  })

  it('are asked for once, also where two callers of one request want the same', async () => {
    await using a = await startNode()
    await using b = await startNode({ bootstrap: a.swarm.multiaddrs })
    const { records } = await a.replica.publish([publication('found twice')])
    await gossiping(b, signal())
    const [digest = new Uint8Array()] = records
    const found = await b.swarm.fetch([digest, digest], { signal: signal() })
    assert.deepEqual(
      [...found.values()].map((body) => recordDigest(body)),
      [digest]
    )
    assert.equal(b.swarm.offences, 0)
  })
})
