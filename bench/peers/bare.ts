/** A libp2p node with the parts that a hive's node has, and nothing above them. */
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { preSharedKey } from '@libp2p/pnet'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { init, report, residentBytes } from './report.ts'

interface Init {
  readonly key: string
  /** Multiaddr of the full node. */
  readonly address: string
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- light.ts writes it
const { key, address } = init() as Init
const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionProtector: preSharedKey({ psk: Buffer.from(key) }),
  // The default refuses private addresses.
  connectionGater: { denyDialMultiaddr: () => false },
  services: { identify: identify(), ping: ping(), gossipsub: gossipsub() }
})
const identified = new Promise((resolve) => {
  node.addEventListener('peer:identify', resolve, { once: true })
})
await node.dial(multiaddr(address))
await identified
report(await residentBytes())
