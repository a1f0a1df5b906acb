import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createMemberSeed, memberKeysOf, signDoorProof } from '../../../crdt/index.ts'
import { generateSwarmKey } from '../../../transport/index.ts'
import { startMember } from '../../fixtures/closed-nodes.ts'
import { bytesOf, ClosedSwarm, NOW } from '../../fixtures/members.ts'
import { countingProxy, outsider } from '../../fixtures/outsider.ts'
import { publication } from '../../fixtures/publications.ts'
import type { Certificate } from '../../../crdt/index.ts'
import type { DoorReason } from '../../../transport/door/door-reasons.ts'
import type { DoorFrame, Hello } from '../../../transport/door/door-frames.ts'
import type { ClosedNode } from '../../fixtures/closed-nodes.ts'
import type { Doorstep } from '../../fixtures/outsider.ts'

const signal = (): AbortSignal => AbortSignal.timeout(20_000)

const clock = { now: () => NOW * 1_000 }

/** A hello with these certificates, signed by `keys` for this connection or for another one. */
function helloOf(
  lab: ClosedSwarm,
  chain: readonly Certificate[],
  keys: ReturnType<typeof memberKeysOf>,
  { own, remote }: Pick<Doorstep, 'own' | 'remote'>
): Hello {
  const proof = signDoorProof(lab.swarm, { prover: own, verifier: remote }, keys)
  return { type: 'hello', root: lab.root.key, chain: bytesOf(chain), proof }
}

function refusal(reason: DoorReason): DoorFrame {
  return { type: 'refusal', reason, revocation: new Uint8Array() }
}

describe('an outsider at the door of a closed swarm', () => {
  const key = generateSwarmKey()
  let lab: ClosedSwarm
  let node: ClosedNode
  let door: string
  let address: string

  beforeEach(async () => {
    lab = new ClosedSwarm()
    node = await startMember(lab, { member: lab.issue(), clock, key })
    await node.publish([publication('for members only')])
    door = `/hive/${node.swarm.id}/door/1.0.0`
    address = node.swarm.multiaddrs[0] ?? ''
  })
  afterEach(() => node[Symbol.asyncDispose]())

  /** Runs a script at the door; resolves to the refusal that it reads, and to how long that took. */
  async function refusalOf(
    script: (step: Doorstep) => Promise<void>
  ): Promise<{ readonly frame: DoorFrame; readonly time: number; readonly bytes: number }> {
    await using proxy = await countingProxy(address)
    const read = Promise.withResolvers<DoorFrame>()
    await using peer = await outsider({
      key,
      door,
      script: async (step) => {
        await script(step)
        step.read().then(read.resolve, read.reject)
        await read.promise
        await step.read()
      }
    })
    const began = performance.now()
    const dialled = peer.dial(proxy.address)
    const frame = await read.promise
    await assert.rejects(dialled)
    await proxy.ended()
    return { frame, time: performance.now() - began, bytes: proxy.received() }
  }

  it('with the swarm key and plain libp2p gets 48 bytes and no stream', async () => {
    await using proxy = await countingProxy(address)
    await using peer = await outsider({ key })
    const began = performance.now()
    await assert.rejects(peer.dial(proxy.address), /could not negotiate/)
    await peer.libp2p.stop()
    await proxy.ended()
    assert.ok(performance.now() - began < 2_000)
    // The nonce of pnet, the header of multistream-select, and "na".
    assert.equal(proxy.received(), 24 + 20 + 4)
  })

  it('that stays silent gets a refusal, and is disconnected within two seconds', async () => {
    const refused = once(node.swarm, 'member:refuse', { signal: signal() })
    const { frame, time, bytes } = await refusalOf(async () => undefined)
    assert.deepEqual(frame, refusal('silence'))
    assert.ok(time > 1_500 && time < 2_500, `${time} ms`)
    assert.equal((await refused)[0].isOurs, true)
    assert.ok(bytes < 500, `${bytes} bytes`)
    assert.equal(node.swarm.offences, 0)
  })

  it('that sends garbage is refused at once, and it counts as an offence', async () => {
    const garbage: readonly Uint8Array[] = [
      // A frame of a type that does not exist, one that is too long, and one that never ends.
      Buffer.from([1, 99]),
      Buffer.from([0xff, 0xff, 0xff, 0x7f]),
      Buffer.alloc(70_000, 1)
    ]
    for (const [at, bytes] of garbage.entries()) {
      const { frame, time } = await refusalOf(async ({ sendRaw }) => sendRaw(bytes))
      assert.deepEqual(frame, refusal('malformed'), String(at))
      assert.ok(time < 2_000)
    }
    assert.equal(node.swarm.offences, garbage.length)
  })

  it('cannot use the certificate of a member without its keys', async () => {
    const member = lab.issue()
    await node.statements.add(bytesOf([member.certificate]))
    const own = memberKeysOf(createMemberSeed())
    const { frame } = await refusalOf((step) =>
      step.send(helloOf(lab, [member.certificate], own, step))
    )
    assert.deepEqual(frame, refusal('proof'))
  })

  it('cannot use the proof that a member gave it, or that it saw', async () => {
    const { keys, certificate } = lab.issue()
    const reused: Hello[] = []
    await using member = await startMember(lab, {
      member: { ...lab.issue(), keys, certificate },
      clock,
      key
    })
    await using listener = await outsider({
      key,
      door,
      listens: true,
      script: async (step) => {
        const frame = await step.read()
        if (frame.type === 'hello') reused.push(frame)
        throw new Error('enough')
      }
    })
    const [listening] = listener.libp2p.getMultiaddrs()
    await assert.rejects(member.swarm.dial(String(listening)))
    const [hello] = reused
    assert.ok(hello !== undefined)
    const { frame } = await refusalOf((step) => step.send(hello))
    assert.deepEqual(frame, refusal('proof'))
  })

  it('with a certificate that nobody of the swarm issued is refused', async () => {
    const elsewhere = new ClosedSwarm()
    const stranger = elsewhere.issue()
    const forged = lab.issue({ ...elsewhere.asRoot, issuer: lab.root.key })
    const parent = lab.issue()
    const scripts: readonly (readonly [DoorReason, (step: Doorstep) => Promise<void>])[] = [
      ['signature', (step) => step.send(helloOf(lab, [forged.certificate], forged.keys, step))],
      [
        'unknown',
        async (step) => {
          const hello = helloOf(lab, [stranger.certificate], stranger.keys, step)
          return step.send(hello)
        }
      ],
      [
        'issuer',
        async (step) => {
          const child = lab.issue(parent)
          const chain = [parent.certificate, child.certificate]
          return step.send(helloOf(lab, chain, child.keys, step))
        }
      ]
    ]
    for (const [reason, script] of scripts) {
      const { frame } = await refusalOf(script)
      assert.deepEqual(frame, refusal(reason))
    }
    assert.equal(node.statements.has(forged.certificate.id), false)
  })

  it('that names another root is asked for the way to it, and cannot make one up', async () => {
    const elsewhere = new ClosedSwarm()
    const stranger = elsewhere.issue()
    const statements: readonly Uint8Array[] = [
      elsewhere.founding.bytes,
      elsewhere.succeed().bytes,
      randomBytes(200)
    ]
    const reasons: string[] = []
    for (const statement of statements) {
      const { frame } = await refusalOf(async (step) => {
        const hello = helloOf(lab, [stranger.certificate], stranger.keys, step)
        await step.send({ ...hello, root: elsewhere.root.key })
        assert.deepEqual(await step.read(), { type: 'roots' })
        await step.send({ type: 'statement', hasNext: false, statement })
      })
      reasons.push(frame.type === 'refusal' ? frame.reason : frame.type)
    }
    // A succession of another swarm is signed for that swarm.
    assert.deepEqual(reasons, ['another swarm', 'signature', 'malformed'])
  })

  it('is not admitted for as long as it does not accept the node itself', async () => {
    const member = lab.issue()
    const { frame, time } = await refusalOf(async (step) => {
      await step.send(helloOf(lab, [member.certificate], member.keys, step))
      const answer = await step.read()
      assert.equal(answer.type, 'hello')
      // Another hello is no welcome.
      await step.send(helloOf(lab, [member.certificate], member.keys, step))
    })
    assert.deepEqual(frame, refusal('malformed'))
    assert.ok(time < 2_000)
    assert.deepEqual(node.swarm.peers(), [])
  })
})
