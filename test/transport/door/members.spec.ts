import assert from 'node:assert/strict'
import { once } from 'node:events'
import { lpStream } from '@libp2p/utils'
import fc from 'fast-check'
import { MalformedError, signDoorProof } from '../../../crdt/index.ts'
import { readDoorFrame, writeDoorFrame } from '../../../transport/door/door-frames.ts'
import {
  readRenewalAnswer,
  readStatementIds,
  readStatementsRequest,
  readStatementsState,
  writeRenewalAnswer,
  writeStatementIds,
  writeStatementsRequest,
  writeStatementsState
} from '../../../transport/door/statement-frames.ts'
import { startMember } from '../../fixtures/closed-nodes.ts'
import { framed } from '../../fixtures/forgery.ts'
import { bytesOf, ClosedSwarm, NOW } from '../../fixtures/members.ts'
import { outsider } from '../../fixtures/outsider.ts'
import type { Stream } from '@libp2p/interface'
import type { RenewalAnswer } from '../../../crdt/index.ts'
import type { DoorFrame } from '../../../transport/door/door-frames.ts'
import type { StatementsRequest } from '../../../transport/door/statement-frames.ts'
import type { ClosedNode } from '../../fixtures/closed-nodes.ts'
import type { TestMember } from '../../fixtures/members.ts'
import type { Outsider } from '../../fixtures/outsider.ts'

const signal = (): AbortSignal => AbortSignal.timeout(20_000)

const clock = { now: () => NOW * 1_000 }

/** News of a member, one after the other. */
const MANY = 40

const id = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

const DOOR: readonly DoorFrame[] = [
  { type: 'hello', root: id(1), chain: [id(2), id(3)], proof: new Uint8Array(64) },
  { type: 'welcome' },
  { type: 'refusal', reason: 'expired', revocation: new Uint8Array() },
  { type: 'refusal', reason: 'revoked', revocation: id(6) },
  { type: 'roots' },
  { type: 'statement', hasNext: true, statement: id(4) },
  {
    type: 'enrol',
    invite: id(5),
    secret: id(6),
    member: id(7),
    voice: id(8),
    proof: new Uint8Array(64)
  }
]

const REQUESTS: readonly StatementsRequest[] = [
  { type: 'state' },
  { type: 'ids', after: id(1) },
  { type: 'get', ids: [id(1), id(2)] },
  { type: 'push', statements: [id(1)] },
  { type: 'news', digest: id(9) },
  { type: 'renew' }
]

const RENEWALS: readonly RenewalAnswer[] = [
  { certificate: id(3) },
  { refusal: 'off' },
  { refusal: 'not admitted' }
]

/** The frame with all bytes as plain arrays. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown
}

describe('the frames of members', () => {
  const frames: readonly (readonly [Uint8Array, (bytes: Uint8Array) => unknown, unknown])[] = [
    ...DOOR.map((frame) => [writeDoorFrame(frame), readDoorFrame, frame] as const),
    ...REQUESTS.map((each) => [writeStatementsRequest(each), readStatementsRequest, each] as const),
    [
      writeStatementsState({ digest: id(1), count: 7 }),
      readStatementsState,
      { digest: id(1), count: 7 }
    ],
    ...RENEWALS.map((each) => [writeRenewalAnswer(each), readRenewalAnswer, each] as const),
    [writeStatementIds([id(1), id(2)]), (bytes) => readStatementIds(bytes, id(0)), [id(1), id(2)]]
  ]

  it('are read as they were written, and not when a byte is missing or added', () => {
    for (const [bytes, read, value] of frames) {
      assert.deepEqual(plain(read(bytes)), plain(value))
      for (let end = 0; end < bytes.length; end++) {
        assert.throws(() => read(bytes.subarray(0, end)), MalformedError)
      }
      assert.throws(() => read(Buffer.concat([bytes, Buffer.of(0)])), MalformedError)
    }
  })

  it('of any other kind never crash the reader', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        for (const [, read] of frames) {
          try {
            read(bytes)
          } catch (error) {
            assert.ok(error instanceof MalformedError)
          }
        }
      })
    )
  })
})

describe('a member that breaks the exchange of statements', () => {
  let lab: ClosedSwarm
  let node: ClosedNode
  let protocol: string
  let member: TestMember

  beforeEach(async () => {
    lab = new ClosedSwarm()
    node = await startMember(lab, { member: lab.issue(), clock })
    protocol = `/hive/${node.swarm.id}/members/1.0.0`
    member = lab.issue()
  })
  afterEach(() => node[Symbol.asyncDispose]())

  /** A peer that the node admits; `answer` gets each request that the node sends. */
  async function admitted(
    answer: (stream: Stream, request: StatementsRequest) => void = () => undefined
  ): Promise<Outsider> {
    const peer = await outsider({
      door: `/hive/${node.swarm.id}/door/1.0.0`,
      script: async (step) => {
        const peers = { prover: step.own, verifier: step.remote }
        const proof = signDoorProof(lab.swarm, peers, member.keys)
        const chain = bytesOf([member.certificate])
        await step.send({ type: 'hello', root: lab.root.key, chain, proof })
        assert.equal((await step.read()).type, 'hello')
        await step.send({ type: 'welcome' })
      }
    })
    await peer.libp2p.handle(protocol, async (stream) => {
      const frames = lpStream(stream)
      for (;;) {
        const frame = await frames.read().catch(() => undefined)
        if (frame === undefined) return
        answer(stream, readStatementsRequest(frame.subarray()))
      }
    })
    await peer.dial(node.swarm.multiaddrs[0] ?? '')
    return peer
  }

  for (const [what, request] of [
    ['a request that is none', Buffer.of(77)],
    ['a statement that is none', writeStatementsRequest({ type: 'push', statements: [id(1)] })]
  ] as const) {
    it(`with ${what} commits an offence`, async () => {
      await using peer = await admitted()
      const offended = once(node.swarm, 'peer:offend', { signal: signal() })
      const [connection] = peer.libp2p.getConnections()
      const stream = await connection?.newStream(protocol)
      stream?.send(framed(request))
      const [offence] = (await offended) as [{ readonly peer: string }]
      assert.equal(offence.peer, peer.peer)
    })
  }

  it('with a forged statement commits an offence, and the others do not get it', async () => {
    await using other = await startMember(lab, { member: lab.issue(), clock })
    await other.swarm.dial(node.swarm.multiaddrs[0] ?? '')
    await using peer = await admitted()
    const forged = lab.revoke(lab.issue(), { ...member, issuer: lab.root.key })
    const offended = once(node.swarm, 'peer:offend', { signal: signal() })
    const [connection] = peer.libp2p.getConnections()
    const stream = await connection?.newStream(protocol)
    stream?.send(framed(writeStatementsRequest({ type: 'push', statements: bytesOf([forged]) })))
    const [offence] = (await offended) as [{ readonly reason: string }]
    assert.equal(offence.reason, 'a statement was refused: signature')
    assert.ok(!node.statements.has(forged.id) && !other.statements.has(forged.id))
  })

  it('with a forged answer commits an offence', async () => {
    const forged = lab.revoke(lab.issue(), { ...member, issuer: lab.root.key })
    const offended = once(node.swarm, 'peer:offend', { signal: signal() })
    await using peer = await admitted((stream, request) => {
      const state = writeStatementsState({ digest: id(1), count: 1 })
      if (request.type === 'state') stream.send(framed(state))
      if (request.type === 'ids') stream.send(framed(writeStatementIds([forged.id])))
      if (request.type === 'get') stream.send(framed(forged.bytes))
    })
    const [offence] = (await offended) as [{ readonly peer: string; readonly reason: string }]
    assert.deepEqual(offence, { peer: peer.peer, reason: 'a statement was refused: signature' })
  })

  it('has one comparison at a time, however often it has news', async () => {
    let states = 0
    const begun = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    await using peer = await admitted((stream, request) => {
      if (request.type !== 'state') return
      states += 1
      begun.resolve()
      const { digest, size: count } = node.statements
      void gate.promise.then(() => stream.send(framed(writeStatementsState({ digest, count }))))
    })
    await begun.promise
    const [connection] = peer.libp2p.getConnections()
    assert.ok(connection !== undefined)
    const frames = lpStream(await connection.newStream(protocol))
    const tell = async (digest: Uint8Array): Promise<void> => {
      await frames.write(writeStatementsRequest({ type: 'news', digest }))
      await frames.read({ signal: signal() })
    }
    for (let i = 0; i < MANY; i++) await tell(id(i))
    gate.resolve()
    // Each answer leaves time for a comparison that waited.
    for (let i = 0; i < MANY; i++) await tell(node.statements.digest)
    assert.ok(states <= 2, `${states} comparisons`)
  })

  it('has no end of ids to make up', async () => {
    let pages = 0
    const offended = once(node.swarm, 'peer:offend', { signal: signal() })
    await using peer = await admitted((stream, request) => {
      if (request.type === 'state') {
        stream.send(framed(writeStatementsState({ digest: id(1), count: 1 })))
      } else if (request.type === 'ids') {
        pages += 1
        const ids = Array.from({ length: 1_024 }, (_, i) => {
          const made = Buffer.alloc(32)
          made.writeUInt32BE(pages, 0)
          made.writeUInt32BE(i, 4)
          return made
        })
        stream.send(framed(writeStatementIds(ids)))
      } else if (request.type === 'get') {
        for (let i = 0; i < request.ids.length; i++) stream.send(framed(Buffer.of()))
      }
    })
    const [offence] = (await offended) as [{ readonly peer: string; readonly reason: string }]
    assert.deepEqual(offence, { peer: peer.peer, reason: 'a set of statements without an end' })
    assert.equal(pages, 65)
    assert.ok(node.statements.size <= 3)
  })
})
