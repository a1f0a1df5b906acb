import assert from 'node:assert/strict'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { SyncSlots } from '../../../transport/sync/sync-slots.ts'
import type { PeerId } from '@libp2p/interface'
import type { PeerClass } from '../../../transport/sync/sync-slots.ts'

describe('the room for syncs', () => {
  const { signal } = new AbortController()
  const never = new Promise<string>(() => undefined)

  async function peersOf(count: number): Promise<PeerId[]> {
    const keys = Array.from({ length: count }, () => generateKeyPair('Ed25519'))
    return (await Promise.all(keys)).map((key) => peerIdFromPrivateKey(key))
  }

  it('has places for bootstrap peers and for dialled ones that inbound peers cannot take', async () => {
    const peers = await peersOf(22)
    const [given, dialled, ...others] = peers
    assert.ok(given !== undefined && dialled !== undefined)
    const classOf = (peer: PeerId): PeerClass =>
      peer.equals(given) ? 'bootstrap' : peer.equals(dialled) ? 'dialled' : 'inbound'
    const slots = new SyncSlots<string>({ classOf })
    const run = (peer: PeerId, end: Promise<string>): Promise<string> =>
      slots.run(peer, () => end, { signal })
    for (const other of others) void run(other, never)
    assert.equal(await run(given, Promise.resolve('given')), 'given')
    for (let i = 0; i < 5; i++) void run(given, never)
    assert.equal(await run(dialled, Promise.resolve('dialled')), 'dialled')
  })

  it('has one place for all peers whose last sync failed, until one of them succeeds', async () => {
    const [honest, ...others] = await peersOf(9)
    assert.ok(honest !== undefined)
    const slots = new SyncSlots<string>({ classOf: () => 'inbound' })
    const run = (peer: PeerId, task: () => Promise<string>): Promise<string> =>
      slots.run(peer, task, { signal })
    const fail = (): Promise<string> => Promise.reject(new Error('The peer does not answer.'))
    for (const other of others) await assert.rejects(run(other, fail))
    const started: number[] = []
    const ends = others.map((other, i) =>
      run(other, () => {
        started.push(i)
        return i === 0 ? Promise.resolve('mended') : never
      })
    )
    assert.equal(await ends[0], 'mended')
    assert.equal(await run(honest, () => Promise.resolve('honest')), 'honest')
    assert.deepEqual(started, [0, 1])
  })
})
