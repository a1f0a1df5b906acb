/** OrbitDB: an events database over Helia with blocks in LevelDB. */
import { join } from 'node:path'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createOrbitDB } from '@orbitdb/core'
import { LevelBlockstore } from 'blockstore-level'
import { createHelia } from 'helia'
import { createLibp2p } from 'libp2p'
import { expectCount, run, until } from '../program.mjs'

async function open(folder, name) {
  const libp2p = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify(), pubsub: gossipsub({ allowPublishToZeroTopicPeers: true }) }
  })
  const blockstore = new LevelBlockstore(join(folder, 'blocks'))
  const ipfs = await createHelia({ libp2p, blockstore })
  const orbitdb = await createOrbitDB({ ipfs, directory: join(folder, 'orbitdb') })
  return { libp2p, ipfs, orbitdb, name }
}

async function stop({ orbitdb, ipfs }) {
  await orbitdb.stop()
  await ipfs.stop()
}

await run({
  async source({ folder, facts }) {
    const node = await open(folder)
    const db = await node.orbitdb.open('facts')
    for (const { entity, content } of facts) await db.add({ entity, content })
    const [address] = node.libp2p.getMultiaddrs().map(String)
    return {
      address: {
        port: Number(/tcp\/(\d+)/.exec(address)[1]),
        peer: node.libp2p.peerId.toString(),
        name: db.address.toString()
      },
      stop: () => stop(node)
    }
  },

  async sink({ folder, facts, address }) {
    const node = await open(folder)
    await node.libp2p.dial(multiaddr(`/ip4/127.0.0.1/tcp/${address.port}/p2p/${address.peer}`))
    const db = await node.orbitdb.open(address.name)
    let seen = 0
    db.events.on('update', () => {
      seen += 1
    })
    // "update" comes for the head, not for the entries that it joins.
    await until(async () => {
      if (seen === 0) return false
      let count = 0
      for await (const _ of db.iterator()) count += 1
      return count === facts.length
    }, 500)
    return { stop: () => stop(node) }
  },

  async restart({ folder, facts, address }) {
    const node = await open(folder)
    const db = await node.orbitdb.open(address.name)
    let count = 0
    for await (const _ of db.iterator()) count += 1
    expectCount(count, facts)
    return { stop: () => stop(node) }
  }
})
