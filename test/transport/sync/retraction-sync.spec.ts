import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { retractionId } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { MAX_RETRACTION_FRAME_BYTES } from '../../../transport/constants.ts'
import { writeGossipedRetractions } from '../../../transport/gossip/gossip-frames.ts'
import { FrameStream } from '../../../transport/streams/frame-stream.ts'
import {
  readRetractionRequest,
  writeRetractionAnswer
} from '../../../transport/sync/retraction-frames.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { converged, digestOf, startNode } from '../../fixtures/nodes.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import type { Stream } from '@libp2p/interface'
import type { Retraction } from '../../../crdt/index.ts'
import type {
  RetractionAnswer,
  RetractionRequest
} from '../../../transport/sync/retraction-frames.ts'

const signal = (): AbortSignal => AbortSignal.timeout(18_000)

function forged(): Retraction {
  return { digest: new Uint8Array(randomBytes(32)), secret: new Uint8Array(randomBytes(16)) }
}

/** Answers requests as a script says. */
function answers(script: (request: RetractionRequest) => readonly RetractionAnswer[]) {
  return (stream: Stream): void => {
    const serve = async (): Promise<void> => {
      const frames = new FrameStream(stream, MAX_RETRACTION_FRAME_BYTES)
      for (let bytes = await frames.read(); bytes !== undefined; bytes = await frames.read()) {
        for (const answer of script(readRetractionRequest(bytes))) {
          await frames.write(writeRetractionAnswer(answer))
        }
      }
    }
    serve().catch(() => stream.abort(new Error('ended')))
  }
}

const GREATER: RetractionAnswer = {
  type: 'summary',
  summary: { accepts: false, digest: new Uint8Array(32).fill(1), count: 1_000_000 }
}

describe('a sync of retractions', () => {
  it('brings thousands both ways, to who has none and to who has others', async () => {
    await using a = await startNode({ memory: true, gossip: false })
    await using b = await startNode({ memory: true, gossip: false, bootstrap: a.swarm.multiaddrs })
    const mine = (await a.replica.publish(publications(3_000))).records
    const yours = (await b.replica.publish(publications(600, 10_000))).records
    await a.replica.retractMany(mine.slice(0, 2_500))
    await b.replica.retractMany(yours.slice(0, 500))
    await b.swarm.synchronize({ signal: signal() })
    await converged([a, b], signal(), 1)
    assert.deepEqual([a.replica.retractions.size, b.replica.retractions.size], [3_000, 3_000])
    await a.replica.retract(mine.at(-1) ?? new Uint8Array())
    await b.swarm.synchronize({ signal: signal() })
    assert.equal(b.replica.retractions.size, 3_001)
    assert.equal(digestOf(a), digestOf(b))
    assert.deepEqual([a.swarm.offences, b.swarm.offences], [0, 0])
  })

  it('ends without blame where a peer offers what opens nothing, without end', async () => {
    await using victim = await startNode({ filterInterval: 0, syncInterval: 0 })
    await victim.publish([publication('x')])
    const lies = new Map<string, Retraction>()
    for (let i = 0; i < 6_000; i++) {
      const lie = forged()
      lies.set(toHex(retractionId(lie)), lie)
    }
    let pulled = 0
    const retractions = answers((request) => {
      if (request.type === 'summary') return [GREATER]
      if (request.type === 'turn') return [{ type: 'done' }]
      if (request.type === 'pull') {
        pulled += request.ids.length
        const found = request.ids.flatMap((id) => lies.get(toHex(id)) ?? [])
        return [{ type: 'retractions', retractions: found }]
      }
      return request.prefixes.map((prefix): RetractionAnswer => {
        const names = [...lies.keys()].filter((name) => name.startsWith(prefix)).toSorted()
        const ids = names.slice(0, 8).map((name) => new Uint8Array(Buffer.from(name, 'hex')))
        if (prefix.length === 2) return { type: 'node', node: { type: 'leaf', ids } }
        const children = Array.from({ length: 16 }, () => new Uint8Array(randomBytes(8)))
        return { type: 'node', node: { type: 'inner', children } }
      })
    })
    const sync = (stream: Stream): void => stream.abort(new Error('nothing to sync'))
    await using attacker = await attackerOn(victim, signal(), { retractions, sync })
    assert.ok(attacker.peer.length > 0)
    await victim.swarm.synchronize({ signal: signal() })
    assert.ok(pulled >= 1_000 && pulled <= 4_096, `${pulled} pulled`)
    assert.equal(victim.swarm.offences, 0)
    assert.equal(victim.replica.retractions.size, 0)
  })

  it('blames for what was not asked for, for ids that do not belong there and for empty gossip', async () => {
    const scripts: ((request: RetractionRequest) => RetractionAnswer)[] = [
      () => ({ type: 'retractions', retractions: [forged()] }),
      ({ type }) =>
        type === 'pull'
          ? { type: 'retractions', retractions: [forged()] }
          : { type: 'node', node: { type: 'leaf', ids: [new Uint8Array(32).fill(7)] } },
      () => ({
        type: 'node',
        node: { type: 'leaf', ids: [new Uint8Array(32).fill(7), new Uint8Array(32).fill(6)] }
      })
    ]
    for (const script of scripts) {
      await using victim = await startNode({ filterInterval: 0 })
      const sync = (stream: Stream): void => stream.abort(new Error('nothing to sync'))
      const retractions = answers((request) => [
        request.type === 'summary' ? GREATER : script(request)
      ])
      await using attacker = await attackerOn(victim, signal(), { retractions, sync })
      assert.ok(attacker.peer.length > 0)
      const offence = once(victim.swarm, 'peer:offend', { signal: signal() })
      await victim.swarm.synchronize({ signal: signal() })
      assert.equal((await offence)[0].peer, attacker.peer)
    }
    await using victim = await startNode({ filterInterval: 0 })
    await using attacker = await attackerOn(victim, signal())
    const offence = once(victim.swarm, 'peer:offend', { signal: signal() })
    await attacker.gossipRetractions(writeGossipedRetractions([]))
    await offence
  })
})
