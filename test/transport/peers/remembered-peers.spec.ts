import assert from 'node:assert/strict'
import { multiaddr } from '@multiformats/multiaddr'
import { addressesOf } from '../../../transport/peers/remembered-peers.ts'

const PEER = '12D3KooWHJRSrpJ5hhkuPwQ4SCrTKyfyAh2Qi9JvM8YZ1ViCPVxe'
const RELAY = '12D3KooWSBAeuegoLwXjGVJ4nmEfD9ymL9MEaHPnBHJYAXLGg6vm'
const P2P = 421

describe('addresses of a peer', () => {
  it('lead to the peer, also through a relay, when they come without its id', () => {
    const addresses = [
      `/ip4/192.0.2.1/tcp/4001/p2p/${PEER}`,
      `/ip4/192.0.2.2/tcp/4001/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`
    ]
    // As identify sends them.
    const sent = addresses.map((each) => multiaddr(each).decapsulateCode(P2P).toString())
    assert.deepEqual(addressesOf(PEER, sent), addresses)
    assert.deepEqual(addressesOf(PEER, addresses), addresses)
  })

  it('are no addresses of another peer', () => {
    assert.deepEqual(addressesOf(PEER, [`/ip4/192.0.2.1/tcp/4001/p2p/${RELAY}`]), [])
  })
})
