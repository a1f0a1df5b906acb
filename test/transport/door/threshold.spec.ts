import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { signDoorProof } from '../../../crdt/index.ts'
import { generateSwarmKey } from '../../../transport/index.ts'
import { Patience } from '../../../transport/door/patience.ts'
import { startMember } from '../../fixtures/closed-nodes.ts'
import { bytesOf, ClosedSwarm, NOW } from '../../fixtures/members.ts'
import { countingProxy, outsider } from '../../fixtures/outsider.ts'
import type { ClosedNode } from '../../fixtures/closed-nodes.ts'
import type { Doorstep } from '../../fixtures/outsider.ts'

const clock = { now: () => NOW * 1_000 }

/** Milliseconds that the node may wait in all, and what a busy machine adds. */
const LIMIT = 2_000
const NOISE = 400

const HEADER = Buffer.from('\u0013/multistream/1.0.0\n')

/** A length of two bytes and less than that. */
const HALF_NOISE = Buffer.from([0, 48, ...randomBytes(20)])

function selection(protocol: string): Buffer {
  const text = Buffer.from(`${protocol}\n`)
  return Buffer.concat([Buffer.of(text.length), text])
}

/** Milliseconds from the connection to its end; `bytes` are sent at once, then `slow` one by one. */
async function timeOpen(
  { swarm }: ClosedNode,
  bytes: Uint8Array,
  slow: Uint8Array = Buffer.of()
): Promise<number> {
  const port = Number(/\/tcp\/(\d+)/.exec(swarm.multiaddrs[0] ?? '')?.[1])
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const began = performance.now()
  // A reset is an end as well.
  socket.on('error', () => undefined)
  const closed = new Promise((resolve) => {
    socket.once('close', resolve)
  })
  socket.resume()
  if (bytes.length > 0) socket.write(bytes)
  const rest = [...slow]
  const drip = setInterval(() => {
    const byte = rest.shift()
    if (byte !== undefined && socket.writable) socket.write(Buffer.of(byte))
  }, 150)
  await closed
  clearInterval(drip)
  return performance.now() - began
}

/** The same behind the Noise handshake. */
async function timeAtDoor(
  { swarm }: ClosedNode,
  script: (step: Doorstep) => Promise<void> | void
): Promise<number> {
  await using proxy = await countingProxy(swarm.multiaddrs[0] ?? '')
  const began = performance.now()
  await using peer = await outsider({
    door: `/hive/${swarm.id}/door/1.0.0`,
    script: async (step) => {
      await script(step)
      assert.deepEqual(await step.read(), { type: 'refusal', reason: 'silence' })
      await step.read()
    }
  })
  await assert.rejects(peer.dial(proxy.address))
  await proxy.ended()
  return performance.now() - began
}

/** Says hello by a root that the node does not know, and then tells it slowly of nothing that helps. */
async function nameAnotherRoot(swarm: string, step: Doorstep): Promise<void> {
  const elsewhere = new ClosedSwarm()
  const { keys, certificate } = elsewhere.issue()
  const proof = signDoorProof(swarm, { prover: step.own, verifier: step.remote }, keys)
  const chain = bytesOf([certificate])
  await step.send({ type: 'hello', root: elsewhere.root.key, chain, proof })
  assert.deepEqual(await step.read(), { type: 'roots' })
  const unknown = { type: 'statement', hasNext: true, statement: certificate.bytes } as const
  for (let i = 0; i < 4; i++) {
    await step.send(unknown)
    await delay(300)
  }
}

describe('the threshold of a closed swarm', () => {
  it('ends each connection within 2 s that proves nothing, in any phase, however slow', async () => {
    const lab = new ClosedSwarm()
    await using open = await startMember(lab, { member: lab.issue(), clock })
    await using keyed = await startMember(lab, {
      member: lab.issue(),
      clock,
      key: generateSwarmKey()
    })
    const door = selection(`/hive/${open.swarm.id}/door/1.0.0`)
    const times = await Promise.all([
      timeOpen(open, Buffer.of()),
      timeOpen(open, HEADER.subarray(0, 5)),
      timeOpen(open, Buffer.of(), HEADER),
      timeOpen(open, HEADER),
      timeOpen(open, HEADER, door),
      timeOpen(open, Buffer.concat([HEADER, door])),
      timeOpen(open, Buffer.concat([HEADER, door, HALF_NOISE])),
      timeOpen(open, Buffer.concat([HEADER, door]), HALF_NOISE),
      timeOpen(keyed, Buffer.of()),
      timeOpen(keyed, randomBytes(12)),
      timeOpen(keyed, randomBytes(24)),
      timeOpen(keyed, Buffer.of(), randomBytes(24)),
      timeAtDoor(open, () => undefined),
      timeAtDoor(open, ({ sendRaw }) => sendRaw(Buffer.of(50, 0))),
      timeAtDoor(open, (step) => nameAnotherRoot(lab.swarm, step)),
      timeAtDoor(open, ({ sendRaw }) => {
        // For 1.2 s.
        const bytes = [50, ...randomBytes(7)]
        const drip = setInterval(() => {
          const byte = bytes.shift()
          if (byte === undefined) clearInterval(drip)
          else sendRaw(Buffer.of(byte))
        }, 150)
      })
    ])
    for (const [at, time] of times.entries()) {
      assert.ok(time > 1_000 && time < LIMIT + NOISE, `phase ${at}: ${time} ms`)
    }
    assert.equal(open.swarm.offences, 0)
  })

  it('counts all that a peer lets it wait, and not the time of its own work', async () => {
    const patience = new Patience(300)
    patience.resume()
    // A busy event loop counts as one step.
    const until = performance.now() + 600
    while (performance.now() < until);
    patience.pause()
    assert.equal(patience.signal.aborted, false)
    const ended = once(patience.signal, 'abort')
    const began = performance.now()
    patience.resume()
    await ended
    assert.ok(performance.now() - began < 150)
    patience.resume()
    patience.pause()
    assert.equal(patience.signal.aborted, true)
  })
})
