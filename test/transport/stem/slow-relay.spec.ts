import assert from 'node:assert/strict'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { openReplica, openStore } from '../../../crdt/index.ts'
import { stem } from '../../../transport/stem/stem.ts'
import { publication } from '../../fixtures/publications.ts'
import type { Connection, Stream, Topology } from '@libp2p/interface'
import type { ExchangeComponents } from '../../../transport/streams/exchange.ts'

/** A stream whose peer never reads, and sends a byte now and then. */
function tricklingStream(onAbort: (error: Error) => void): Stream {
  const stream = new EventTarget()
  const trickle = setInterval(() => stream.dispatchEvent(new Event('drain')), 5)
  const fake = Object.assign(stream, {
    readStatus: 'readable',
    send: () => false,
    onDrain: ({ signal }: { signal: AbortSignal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
    close: () => Promise.resolve(),
    abort: (error: Error) => {
      clearInterval(trickle)
      onAbort(error)
    }
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what an exchange uses of it
  return fake as unknown as Stream
}

describe('a relay that takes a batch byte by byte', () => {
  it('holds up the author for a limited time', async () => {
    const store = await openStore()
    const replica = await openReplica({ store, hidesOwn: true })
    await replica.publish([publication('one')])
    const relay = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
    const topologies: Topology[] = []
    const { promise: aborted, resolve } = Promise.withResolvers<Error>()
    const components: ExchangeComponents = {
      logger: defaultLogger(),
      registrar: {
        handle: () => Promise.resolve(),
        unhandle: () => Promise.resolve(),
        register: (_, topology) => Promise.resolve(`${topologies.push(topology)}`),
        unregister: () => undefined
      },
      connectionManager: {
        getConnections: () => [],
        openStream: () => Promise.resolve(tricklingStream(resolve))
      }
    }
    const service = stem({
      protocol: '/stem',
      replica,
      store,
      clock: Date,
      random: () => 0,
      handTimeout: 50,
      isConnected: () => true,
      gossip: () => assert.fail('nothing is gossiped'),
      onOffence: () => assert.fail('nobody is blamed'),
      onStuck: () => undefined
    })(components)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as libp2p starts it
    const startable = service as unknown as { start(): Promise<void>; stop(): Promise<void> }
    await startable.start()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- not used
    await topologies[0]?.onConnect?.(relay, {} as Connection)
    assert.match((await aborted).message, /takes too long/)
    await service.idle()
    await startable.stop()
    await store.close()
  })
})
