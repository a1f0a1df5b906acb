import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { RetractionSource } from '../../../transport/stem/retraction-source.ts'
import type { Retraction } from '../../../crdt/index.ts'

const OWN: Retraction = {
  digest: new Uint8Array(randomBytes(32)),
  secret: new Uint8Array(randomBytes(16))
}

describe('the source of retractions', () => {
  it('sends again what a relay lost while the node was offline', async () => {
    const embargoes: (() => Promise<void>)[] = []
    const sent: Retraction[][] = []
    let isConnected = true
    const source = new RetractionSource({
      retractions: {
        isHidden: () => true,
        show: () => Promise.reject(new Error('no peer has it')),
        toSend: () => Promise.resolve([OWN])
      },
      isConnected: () => isConnected,
      relay: (batch) => {
        if (isConnected) sent.push([...batch])
        return Promise.resolve(isConnected)
      },
      relayTo: () => Promise.resolve(false),
      peers: () => [],
      rotateRelays: () => undefined,
      startEmbargo: (onEnd) => void embargoes.push(onEnd),
      onError: assert.ifError
    })
    source.send()
    await source.idle()
    assert.deepEqual([sent.length, embargoes.length], [1, 1])
    // The relay has swallowed it, and no peer is left when the embargo ends.
    isConnected = false
    await embargoes.shift()?.()
    isConnected = true
    source.send()
    await source.idle()
    assert.deepEqual(sent, [[OWN], [OWN]])
  })
})
