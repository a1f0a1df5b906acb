import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { RETRACTION_BYTES, retractionId, writeRetraction } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import {
  MAX_RETRACTION_FRAME_BYTES,
  MAX_STEMMED_RETRACTIONS
} from '../../../transport/constants.ts'
import { FrameStream } from '../../../transport/streams/frame-stream.ts'
import {
  readRetractionAnswer,
  writeRetractionRequest
} from '../../../transport/sync/retraction-frames.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { framed } from '../../fixtures/forgery.ts'
import { converged, gossiping, startNode } from '../../fixtures/nodes.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { deliver } from '../../fixtures/replicas.ts'
import type { Stream } from '@libp2p/interface'
import type { Retraction } from '../../../crdt/index.ts'
import type { TestNode } from '../../fixtures/nodes.ts'

const signal = (): AbortSignal => AbortSignal.timeout(18_000)
const hexed = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? toHex(value) : value

/** All that a node tells a peer that asks for a retraction. */
async function toldBy(stream: Stream, retraction: Retraction): Promise<string[]> {
  const frames = new FrameStream(stream, MAX_RETRACTION_FRAME_BYTES)
  const told: string[] = []
  const ask = async (request: Parameters<typeof writeRetractionRequest>[0]): Promise<void> => {
    await frames.write(writeRetractionRequest(request))
    const answer = (await frames.read({ signal: signal() })) ?? new Uint8Array()
    told.push(JSON.stringify(readRetractionAnswer(answer), hexed))
  }
  const id = retractionId(retraction)
  const summary = { accepts: false, digest: new Uint8Array(32), count: 0 }
  await ask({ type: 'summary', summary })
  await ask({ type: 'nodes', salt: new Uint8Array(16), prefixes: [''] })
  await ask({ type: 'nodes', salt: new Uint8Array(16), prefixes: [toHex(id)] })
  await ask({ type: 'pull', ids: [id] })
  return told
}

describe('the stem of retractions', () => {
  it('brings own retractions to all peers, and shows them only after a peer has sent them back', async () => {
    const nodes: TestNode[] = []
    await using stack = new AsyncDisposableStack()
    for (let i = 0; i < 5; i++) {
      const bootstrap = nodes.flatMap(({ swarm }) => swarm.multiaddrs)
      nodes.push(stack.use(await startNode({ memory: true, hidesOwn: true, bootstrap })))
    }
    await Promise.all(nodes.map((node) => gossiping(node, signal(), 4)))
    const [a] = nodes
    assert.ok(a !== undefined)
    await a.publish(publications(10))
    await converged(nodes, signal(), 1)
    const records = (await Array.fromAsync(a.replica.attestedRecords())).map(({ digest }) => digest)
    assert.equal((await a.replica.retractMany(records.slice(0, 7))).length, 7)
    assert.equal((await Array.fromAsync(a.replica.attestedRecords())).length, 3)
    await converged(nodes, signal(), 1)
    for (const { replica } of nodes) {
      assert.deepEqual([replica.retractions.size, replica.retractions.waiting.retractions], [7, 0])
    }
    assert.equal(
      nodes.reduce((sum, { swarm }) => sum + swarm.offences, 0),
      0
    )
  })

  it('begins once for what is taken back by several calls within a moment', async () => {
    await using node = await startNode({ hidesOwn: true, embargo: 60_000, random: () => 0.5 })
    const { entries, records } = await node.replica.publish(publications(5))
    for (const { author, seq } of entries) await node.replica.unhide(author, seq)
    const stems: number[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const receive = async (stream: Stream): Promise<void> => {
      const frames = new FrameStream(stream, MAX_RETRACTION_FRAME_BYTES)
      let count = 0
      while ((await frames.read({ signal: signal() })) !== undefined) count += 1
      stems.push(count)
      await stream.close()
      if (stems.reduce((sum, each) => sum + each) === 5) resolve()
    }
    await using spy = await attackerOn(node, signal(), {
      'retraction-stem': (stream) => void receive(stream)
    })
    assert.ok(spy.peer.length > 0)
    const [first = new Uint8Array(), ...rest] = records
    await node.replica.retract(first)
    await Promise.all(rest.slice(0, 3).map((digest) => node.replica.retract(digest)))
    await node.replica.retractMany(rest.slice(3))
    await promise
    assert.deepEqual(stems, [5])
  })

  it('goes around a relay that swallows', async () => {
    await using a = await startNode({ hidesOwn: true, embargo: 100 })
    await using peer = await startNode({ bootstrap: a.swarm.multiaddrs })
    const swallow = (stream: Stream): void => {
      stream.addEventListener('remoteCloseWrite', () => void stream.close())
    }
    await using spy = await attackerOn(a, signal(), { 'retraction-stem': swallow, stem: swallow })
    assert.ok(spy.peer.length > 0)
    const { entries, records } = await a.replica.publish([publication('x')])
    await a.swarm.announce(entries)
    await converged([a, peer], signal(), 1)
    const come = once(peer.replica, 'retraction:admit', { signal: signal() })
    await a.replica.retract(records[0] ?? new Uint8Array())
    await come
    assert.equal(peer.replica.retractions.size, 1)
  })

  it('leaves the author answering like a node that does not have the retraction', async () => {
    const victim = { hidesOwn: true, filterInterval: 0, embargo: 60_000, random: () => 0 } as const
    await using author = await startNode(victim)
    await using other = await startNode(victim)
    await using observer = await startNode({ filterInterval: 0 })
    const { entries, records } = await author.replica.publish([publication('x')])
    for (const { author: key, seq } of entries) await author.replica.unhide(key, seq)
    for (const { replica } of [other, observer]) await deliver(author.replica, replica)
    const retraction = await author.replica.retract(records[0] ?? new Uint8Array())
    assert.ok(retraction !== undefined)
    const told: string[][] = []
    for (const node of [author, other]) {
      await using spy = await attackerOn(node, signal())
      const before = await toldBy(await spy.open('retractions'), retraction)
      // A relay that knows it passes it on to the node itself.
      const stem = await spy.open('retraction-stem')
      stem.send(framed(writeRetraction(retraction)))
      await stem.close()
      let after = before
      while (after.join() === before.join()) {
        after = await toldBy(await spy.open('retractions'), retraction)
      }
      told.push([...before, ...after])
      assert.equal(node.swarm.offences, 0)
    }
    assert.deepEqual(told[0], told[1])
    assert.equal(author.replica.retractions.isHidden(retraction), false)
  })

  it('passes nothing on that is forged, and blames for frames of another size', async () => {
    await using a = await startNode({ hidesOwn: true })
    await a.publish([publication('x')])
    const received: number[] = []
    await using relay = await attackerOn(a, signal(), {
      'retraction-stem': (stream) => void received.push(stream.protocol.length)
    })
    await using liar = await attackerOn(a, signal())
    assert.ok(relay.peer !== liar.peer)
    const stream = await liar.open('retraction-stem')
    const ended = new Promise((resolve) =>
      stream.addEventListener('close', resolve, { once: true })
    )
    for (let i = 0; i < MAX_STEMMED_RETRACTIONS; i++) {
      const lie = framed(new Uint8Array(randomBytes(RETRACTION_BYTES)))
      if (!stream.send(lie)) await stream.onDrain()
    }
    await stream.close()
    await ended
    assert.deepEqual([received, a.swarm.offences, a.replica.retractions.size], [[], 0, 0])
    const offence = once(a.swarm, 'peer:offend', { signal: signal() })
    const short = await liar.open('retraction-stem')
    short.send(framed(new Uint8Array(RETRACTION_BYTES - 1)))
    await short.close()
    await offence
  })
})
