import assert from 'node:assert/strict'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { createAuthor, writeEntry } from '../../../crdt/index.ts'
import { NO_ENTRY } from '../../../crdt/feeds/entry.ts'
import { MAX_RETRACTION_FRAME_BYTES, MAX_SYNC_FRAME_BYTES } from '../../../transport/constants.ts'
import { writeFilterResponse } from '../../../transport/filters/filter-frames.ts'
import { FrameStream } from '../../../transport/streams/frame-stream.ts'
import {
  readRetractionRequest,
  writeRetractionAnswer
} from '../../../transport/sync/retraction-frames.ts'
import { readSyncRequest, writeSyncAnswer } from '../../../transport/sync/sync-frames.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { forge, framed, honestValues } from '../../fixtures/forgery.ts'
import { startNode } from '../../fixtures/nodes.ts'
import { publication } from '../../fixtures/publications.ts'
import { GREATER, syncAnswers } from '../../fixtures/sync-peer.ts'
import type { Stream } from '@libp2p/interface'
import type { SyncAnswer } from '../../../transport/sync/sync-frames.ts'
import type { FilterResponse } from '../../../transport/filters/filter-frames.ts'
import type { Entry } from '../../../crdt/index.ts'

/** Milliseconds between two answers of an attacker, and of one run. */
const SLOWLY = 10
const TIMEOUT = 200

const init = { filterInterval: 0, syncInterval: 0, exchangeTimeout: TIMEOUT }

/** Of a light node that has nothing. */
const LESSER: SyncAnswer = {
  type: 'summary',
  summary: { acceptsEntries: false, digest: new Uint8Array(32), authors: 0, entries: 0 }
}

const EMPTY: SyncAnswer = { type: 'node', node: { type: 'leaf', heads: [] } }

/** Answers each request of a stream after a while. */
function slowly(
  maxFrameBytes: number,
  answersTo: (request: Uint8Array) => readonly Uint8Array[]
): (stream: Stream) => void {
  return (stream) => {
    const serve = async (): Promise<void> => {
      const frames = new FrameStream(stream, maxFrameBytes)
      for (let bytes = await frames.read(); bytes !== undefined; bytes = await frames.read()) {
        await delay(SLOWLY)
        for (const answer of answersTo(bytes)) await frames.write(answer)
      }
    }
    serve().catch(() => stream.abort(new Error('ended')))
  }
}

const LARGE: FilterResponse = { type: 'full', generation: new Uint8Array(8), counts: [1] }

/** Announces a filter, and sends a byte of it now and then. */
function trickle(announced: FilterResponse): (stream: Stream) => void {
  return (stream) => {
    const send = async (): Promise<void> => {
      stream.addEventListener('message', () => undefined)
      stream.send(framed(writeFilterResponse(announced)))
      // The length of a frame.
      stream.send(Uint8Array.of(0xff, 0xff, 3))
      for (; stream.status === 'open'; await delay(SLOWLY)) stream.send(Uint8Array.of(0))
    }
    send().catch(() => undefined)
  }
}

describe('synchronize', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(15_000)

  it('waits no longer than a run for a peer that brings an entry now and then', async () => {
    await using victim = await startNode(init)
    const author = createAuthor()
    const entries: Entry[] = []
    for (let seq = 1; seq <= 200; seq++) {
      const values = honestValues(`fact ${seq}`)
      const prev = entries.at(-1)?.hash ?? NO_ENTRY
      entries.push(forge({ author, seq, prev, clock: (seq - 1) * values.length, values }))
    }
    const head = { author: author.key, seq: 200, fingerprint: new Uint8Array(8), fork: 0, base: 1 }
    const sync = slowly(MAX_SYNC_FRAME_BYTES, (bytes) => {
      const request = readSyncRequest(bytes)
      if (request.type === 'summary') return [writeSyncAnswer(GREATER)]
      if (request.type === 'nodes') {
        return [writeSyncAnswer({ type: 'node', node: { type: 'leaf', heads: [head] } })]
      }
      const [{ seq } = { seq: 0 }] = request.type === 'pull' ? request.heads : []
      const entry = entries[seq] ?? assert.fail()
      return [
        writeSyncAnswer({ type: 'entry', bytes: writeEntry(entry) }),
        writeSyncAnswer({ type: 'done', more: seq < 199 })
      ]
    })
    await using _ = await attackerOn(victim, signal(), { sync })
    const report = await victim.swarm.synchronize({ signal: signal() })
    assert.deepEqual([report.failed, report.incomplete], [0, 1])
    assert.ok(report.received > 0 && report.received < 100, `${report.received} entries`)
    assert.equal(victim.swarm.offences, 0)
  })

  it('waits no longer than a run for a peer that shows its retractions node by node', async () => {
    await using victim = await startNode(init)
    await victim.publish([publication('x')])
    const children = Array.from({ length: 16 }, () => new Uint8Array(8).fill(7))
    let requests = 0
    const retractions = slowly(MAX_RETRACTION_FRAME_BYTES, (bytes) => {
      const request = readRetractionRequest(bytes)
      requests += 1
      if (request.type === 'nodes') {
        const answer = writeRetractionAnswer({ type: 'node', node: { type: 'inner', children } })
        return request.prefixes.map(() => answer)
      }
      const summary = { accepts: false, digest: new Uint8Array(32).fill(1), count: 1_000 }
      return [writeRetractionAnswer({ type: 'summary', summary })]
    })
    const sync = syncAnswers(({ type }) => [type === 'summary' ? LESSER : EMPTY])
    await using _ = await attackerOn(victim, signal(), { retractions, sync })
    await victim.swarm.synchronize({ signal: signal() })
    assert.ok(requests > 2 && requests < 60, `${requests} requests`)
  })

  it('waits no longer than a run for a peer that sends its filter byte by byte', async () => {
    await using victim = await startNode(init)
    await using _ = await attackerOn(victim, signal(), { filter: trickle(LARGE) })
    const { peers } = await victim.swarm.synchronize({ signal: signal() })
    assert.equal(peers, 0)
    assert.equal(victim.swarm.offences, 0)
  })

  it('stops waiting for filters when its signal is aborted', async () => {
    await using victim = await startNode({ ...init, exchangeTimeout: undefined })
    await using _ = await attackerOn(victim, signal(), { filter: trickle(LARGE) })
    const given = new AbortController()
    const synchronized = victim.swarm.synchronize({ signal: given.signal })
    await delay(SLOWLY)
    given.abort(new Error('given up'))
    await assert.rejects(synchronized, /given up/)
  })
})

describe('a filter that comes byte by byte', () => {
  it('is given up after what its size takes on a slow link', async () => {
    const signal = AbortSignal.timeout(15_000)
    await using victim = await startNode(init)
    const reset = Promise.withResolvers<void>()
    const filter = (stream: Stream): void => {
      stream.addEventListener('close', () => reset.resolve(), { once: true })
      trickle({ type: 'delta', count: 1 })(stream)
    }
    await using _ = await attackerOn(victim, signal, { filter })
    await victim.swarm.synchronize({ signal })
    await Promise.race([reset.promise, once(signal, 'abort').then(() => assert.fail('it waits'))])
  })
})
