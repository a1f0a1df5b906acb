import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createAuthor, writeEntry } from '../../crdt/index.ts'
import { MAX_GOSSIP_BYTES, MAX_SYNC_FRAME_BYTES } from '../../transport/constants.ts'
import { attackerOn, startAttacked } from '../fixtures/attacker.ts'
import { GREATER, syncAnswers } from '../fixtures/sync-peer.ts'
import { writeSyncAnswer } from '../../transport/sync/sync-frames.ts'
import { forge, framed, gossipOf, unsigned } from '../fixtures/forgery.ts'
import { converged, digestOf, gossiping, startNode } from '../fixtures/nodes.ts'
import { publication } from '../fixtures/publications.ts'
import type { TestNode } from '../fixtures/nodes.ts'
import type { Attacker } from '../fixtures/attacker.ts'

describe('bad bytes over a real connection', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(18_000)
  let victim: TestNode
  let attacker: Attacker

  beforeEach(async () => {
    ;({ victim, attacker } = await startAttacked({}, signal()))
  })

  afterEach(async () => {
    await attacker[Symbol.asyncDispose]()
    await victim[Symbol.asyncDispose]()
  })

  /** Runs an attack and says what the victim reports of it. */
  async function offence(attack: () => Promise<unknown>): Promise<string> {
    const before = digestOf(victim)
    const reported = once(victim.swarm, 'peer:offend', { signal: signal() })
    await attack()
    const [{ peer, reason }] = await reported
    assert.equal(peer, attacker.peer)
    assert.equal(digestOf(victim), before)
    assert.equal(victim.swarm.offences, 1)
    return String(reason)
  }

  async function syncWith(...frames: Uint8Array[]): Promise<void> {
    const stream = await attacker.open('sync')
    // The answers must be taken, or the victim waits for its window.
    stream.addEventListener('message', () => undefined)
    for (const frame of frames) stream.send(frame)
  }

  it('malformed in gossip change nothing and cost their sender', async () => {
    assert.match(await offence(() => attacker.gossip(randomBytes(200).fill(9, 0, 1))), /malformed/)
  })

  it('too many in one gossip message change nothing and cost their sender', async () => {
    assert.match(
      await offence(() => attacker.gossip(new Uint8Array(MAX_GOSSIP_BYTES + 1))),
      /oversized/
    )
  })

  it('wrongly signed change nothing, are counted and cost their sender', async () => {
    assert.match(await offence(() => attacker.gossip(gossipOf(unsigned(forge())))), /signature/)
    assert.deepEqual(victim.replica.rejections(), { signature: 1 })
  })

  it('out of schema change nothing, are counted and cost their sender', async () => {
    const entry = forge({ update: new Uint8Array([1, 1, 7, 0, 0x23, 1, 1, 120, 1, 48, 1, 9, 0]) })
    assert.match(await offence(() => attacker.gossip(gossipOf(writeEntry(entry)))), /structure/)
    assert.deepEqual(victim.replica.rejections(), { structure: 1 })
  })

  it('in a sync frame that is too long cost their sender', async () => {
    const length = framed(new Uint8Array(MAX_SYNC_FRAME_BYTES + 1)).subarray(0, 4096)
    assert.match(await offence(() => syncWith(length)), /too long/)
  })

  it('in a sync frame of the maximum length are read, and cost their sender', async () => {
    const longest = framed(new Uint8Array(MAX_SYNC_FRAME_BYTES).fill(99))
    assert.doesNotMatch(await offence(() => syncWith(longest)), /too long/)
  })

  it('in a sync frame of no known type cost their sender', async () => {
    await offence(() => syncWith(framed(Uint8Array.of(99, 1, 2, 3))))
  })

  it('in an entry of a sync that is wrongly signed cost their sender', async () => {
    const author = createAuthor()
    const entry = unsigned(forge({ author }))
    const head = { author: author.key, seq: 1, fingerprint: randomBytes(8), fork: 0, base: 1 }
    const sync = syncAnswers(({ type }) => {
      if (type === 'summary') return [GREATER]
      if (type === 'nodes') return [{ type: 'node', node: { type: 'leaf', heads: [head] } }]
      return [
        { type: 'entry', bytes: entry },
        { type: 'done', more: false }
      ]
    })
    const before = digestOf(victim)
    const reported = once(victim.swarm, 'peer:offend', { signal: signal() })
    await using liar = await attackerOn(victim, signal(), { sync })
    await victim.swarm.synchronize({ signal: signal() })
    const [{ peer, reason }] = await reported
    assert.equal(peer, liar.peer)
    assert.match(reason, /signature/)
    assert.equal(digestOf(victim), before)
  })

  it('that answer what nobody asked cost their sender', async () => {
    const frame = writeSyncAnswer({ type: 'entry', bytes: writeEntry(forge()) })
    await offence(() => syncWith(framed(frame)))
  })

  it('sent three times shut their sender out, and honest nodes go on', async () => {
    await using honest = await startNode({ bootstrap: victim.swarm.multiaddrs })
    await Promise.all([gossiping(victim, signal(), 2), gossiping(honest, signal())])
    const gone = once(victim.swarm, 'peer:disconnect', { signal: signal() })
    for (let i = 0; i < 3; i++) await attacker.gossip(gossipOf(unsigned(forge())))
    const [peer] = await gone
    assert.equal(peer, attacker.peer)
    // The first attempt may meet the connection that is being closed.
    for (let i = 0; i < 2; i++) await assert.rejects(attacker.open('sync'))
    await honest.publish([publication('honest news')])
    await converged([victim, honest], signal(), 2)
  })
})
