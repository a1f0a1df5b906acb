import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createAuthor, writeEntry } from '../../crdt/index.ts'
import { writeFilterResponse, writeChunk } from '../../transport/filters/filter-frames.ts'
import { attackerOn } from '../fixtures/attacker.ts'
import { GREATER, syncAnswers } from '../fixtures/sync-peer.ts'
import { forge, framed, gossipOf, unsigned } from '../fixtures/forgery.ts'
import { converged, digestOf, gossiping, startNode } from '../fixtures/nodes.ts'
import { publication } from '../fixtures/publications.ts'
import { contentOf } from '../fixtures/replicas.ts'
import type { Stream } from '@libp2p/interface'
import type { TestNode } from '../fixtures/nodes.ts'

const signal = (): AbortSignal => AbortSignal.timeout(18_000)

const SLICE_BYTES = 98_304

/** Answers whatever is asked first with these frames. */
function answering(...frames: Uint8Array[]): (stream: Stream) => void {
  return (stream) => {
    stream.addEventListener(
      'message',
      () => {
        for (const frame of frames) stream.send(framed(frame))
      },
      { once: true }
    )
  }
}

/** The bits of one slice in chunks. */
function chunksOf(bits: Uint8Array): Uint8Array[] {
  return [writeChunk(bits.subarray(0, 65_536)), writeChunk(bits.subarray(65_536))]
}

const full = (...counts: number[]): Uint8Array =>
  writeFilterResponse({ type: 'full', generation: new Uint8Array(8), counts })

describe('an attack on an exchange, over a real connection', () => {
  let victim: TestNode

  beforeEach(async () => {
    victim = await startNode({ filterInterval: 0 })
    await victim.publish([publication('what the victim knew before')])
  })
  afterEach(() => victim[Symbol.asyncDispose]())

  const filters: readonly (readonly [what: string, reason: RegExp, frames: Uint8Array[]])[] = [
    [
      'more than half full',
      /half of its bits/,
      [full(65_536), ...chunksOf(new Uint8Array(SLICE_BYTES).fill(255))]
    ],
    [
      'whose bits do not fit its count',
      /do not match/,
      [full(40_000), ...chunksOf(new Uint8Array(SLICE_BYTES))]
    ],
    [
      'of more elements than it takes',
      /more elements/,
      [full(65_537), ...chunksOf(new Uint8Array(SLICE_BYTES))]
    ],
    [
      'over the limit',
      /larger than the limit/,
      [full(65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 1)]
    ],
    [
      'of more bytes than announced',
      /announced/,
      [full(1), writeChunk(new Uint8Array(65_536)), writeChunk(new Uint8Array(65_536))]
    ],
    [
      'that unpacks to too much',
      /unpack|announced/,
      [full(1), writeChunk(new Uint8Array(2 ** 21))]
    ],
    [
      'that is a delta of nothing',
      /not stored/,
      [writeFilterResponse({ type: 'delta', count: 1 }), writeChunk(new Uint8Array(8))]
    ],
    ['that is no answer', /./, [randomBytes(64).fill(77, 0, 1)]]
  ]
  for (const [what, reason, frames] of filters) {
    it(`with a filter ${what} changes nothing and costs its sender`, async () => {
      const before = await contentOf(victim.replica)
      const offence = once(victim.swarm, 'peer:offend', { signal: signal() })
      await using attacker = await attackerOn(victim, signal(), { filter: answering(...frames) })
      const [{ peer, reason: said }] = await offence
      assert.equal(peer, attacker.peer)
      assert.match(String(said), reason)
      assert.deepEqual(await contentOf(victim.replica), before)
      assert.equal(victim.swarm.filters()[0]?.peers, 0)
    })
  }

  for (const [what, body] of [
    ['a body that was not asked for', Buffer.from([1, 0, 1, 0x78, 0])],
    ['garbage', randomBytes(500)]
  ] as const) {
    it(`with ${what} changes nothing and costs its sender`, async () => {
      await using attacker = await attackerOn(victim, signal(), { have: answering(body) })
      const before = await contentOf(victim.replica)
      const offence = once(victim.swarm, 'peer:offend', { signal: signal() })
      assert.equal((await victim.swarm.fetch([randomBytes(32)])).size, 0)
      assert.equal((await offence)[0].peer, attacker.peer)
      assert.deepEqual(await contentOf(victim.replica), before)
    })
  }

  for (const [protocol, what, frame] of [
    ['filter', 'an ask of no known kind', Uint8Array.of(9, 0)],
    ['filter', 'an ask with bytes behind it', Uint8Array.of(0, 0, 0)],
    ['filter', 'a frame that is too long', new Uint8Array(70_000)],
    ['have', 'an ask for too many bodies', Uint8Array.of(0x81, 0x02)],
    ['have', 'an ask that ends early', Uint8Array.of(2, 1, 2, 3)]
  ] as const) {
    it(`with ${what} on /${protocol} costs its sender`, async () => {
      await using attacker = await attackerOn(victim, signal())
      const offence = once(victim.swarm, 'peer:offend', { signal: signal() })
      const stream = await attacker.open(protocol)
      stream.send(framed(frame).subarray(0, 66_600))
      assert.equal((await offence)[0].peer, attacker.peer)
    })
  }

  it('with a length in a longer form than needed costs its sender', async () => {
    await using attacker = await attackerOn(victim, signal())
    const offence = once(victim.swarm, 'peer:offend', { signal: signal() })
    const stream = await attacker.open('have')
    stream.send(Uint8Array.of(0x80, 0))
    assert.match(String((await offence)[0].reason), /invalid length/)
  })

  it('with headers and proofs in a sync that prove nothing costs its sender', async () => {
    const [own = { author: new Uint8Array(), seq: 0, head: new Uint8Array(), fork: 0, base: 1 }] =
      victim.replica.heads()
    const header = { ...forge({ author: { key: own.author, sign: () => new Uint8Array(64) } }) }
    const before = digestOf(victim)
    const [{ author, seq }, fingerprint] = [own, new Uint8Array(8)]
    for (const lie of [
      { type: 'header', header },
      { type: 'proof', bytes: randomBytes(400) }
    ] as const) {
      const offence = once(victim.swarm, 'peer:offend', { signal: signal() })
      const sync = syncAnswers(({ type }) => {
        if (type === 'summary') return [GREATER]
        if (type === 'pull') return [lie, { type: 'done', more: false }]
        const heads = [{ author, seq, fingerprint, fork: 1, base: 1 }]
        return [{ type: 'node', node: { type: 'leaf', heads } }]
      })
      await using _ = await attackerOn(victim, signal(), { sync })
      await victim.swarm.synchronize({ signal: signal() })
      assert.match(String((await offence)[0].reason), /does not prove|bad signature/)
    }
    assert.equal(digestOf(victim), before)
  })

  it('of hundreds of messages by many peers leaves memory bounded, and honest nodes converge', async function () {
    this.timeout(60_000)
    setFlagsFromString('--expose-gc')
    const collect: unknown = runInNewContext('gc')
    const used = (): number => {
      if (typeof collect === 'function') Reflect.apply(collect, undefined, [])
      const { heapUsed, external, arrayBuffers } = process.memoryUsage()
      return heapUsed + external + arrayBuffers
    }
    await using honest = await startNode({ bootstrap: victim.swarm.multiaddrs, filterInterval: 0 })
    await gossiping(victim, signal())
    await converged([victim, honest], signal())
    const before = used()
    for (let peer = 0; peer < 12; peer++) {
      await using attacker = await attackerOn(victim, signal())
      const banned = once(victim.swarm, 'peer:disconnect', { signal: signal() })
      // What nobody is blamed for comes first, then what shuts the peer out.
      for (let i = 0; i < 40; i++) {
        const entry = forge({ seq: 1_000 + i, prev: randomBytes(32) })
        await attacker.gossip(gossipOf(writeEntry(entry)))
      }
      for (let i = 0; i < 3; i++)
        await attacker.gossip(gossipOf(unsigned(forge({ author: createAuthor() }))))
      await banned
    }
    await honest.publish([publication('honest news')])
    await converged([victim, honest], signal(), 2)
    assert.ok(used() - before < 32 * 1024 * 1024, `${used() - before} bytes more`)
    assert.equal(victim.replica.heads().length, 2)
  })
})
