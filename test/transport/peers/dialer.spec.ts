import assert from 'node:assert/strict'
import { once } from 'node:events'
import { SwarmError } from '../../../transport/index.ts'
import { converged, gossiping, startNode } from '../../fixtures/nodes.ts'
import { publication } from '../../fixtures/publications.ts'

describe('the dialer', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(18_000)
  const nobody = '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWRBy97UB99e3J6hiPesre1MZeuNQvfan4gBziswrRJsNK'

  it('says in plain words when no bootstrap answers, and the node works on', async () => {
    await using a = await startNode({ bootstrap: [nobody] })
    const [{ address, reason }] = await once(a.swarm, 'bootstrap:fail', { signal: signal() })
    assert.equal(address, nobody)
    assert.match(String(reason), /no node listens at this address/)
    await a.publish([publication('alone')])
  })

  it('refuses an address that is none, by name', async () => {
    await assert.rejects(startNode({ bootstrap: ['example.org:4001'] }), (error) => {
      return (
        error instanceof SwarmError &&
        error.code === 'ADDRESS_INVALID' &&
        error.message.includes('example.org:4001')
      )
    })
  })

  it('finds a bootstrap peer again that was restarted on its address', async () => {
    const first = await startNode()
    const [address = ''] = first.swarm.multiaddrs
    const listen = [address.replace(/\/p2p\/.*/, '')]
    await using b = await startNode({ bootstrap: listen })
    await gossiping(b, signal())
    await first[Symbol.asyncDispose]()
    await using second = await startNode({ listen })
    await second.publish([publication('after the restart')])
    await converged([b, second], signal())
  })
})
