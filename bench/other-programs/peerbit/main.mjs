/** Peerbit: a document store, as its documents declare one; the second process replicates all. */
import { field, variant } from '@dao-xyz/borsh'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { Documents } from '@peerbit/document'
import { create as createIndexer } from '@peerbit/indexer-rust'
import { Program } from '@peerbit/program'
import { Peerbit } from 'peerbit'
import { expectCount, groupsOf, run, until } from '../program.mjs'

// oxlint-disable-next-line typescript/no-extraneous-class -- Peerbit takes classes
class Fact {
  constructor(values) {
    Object.assign(this, values)
  }
}
for (const name of ['id', 'entity', 'content']) field({ type: 'string' })(Fact.prototype, name)
variant('fact')(Fact)

class Facts extends Program {
  constructor(values) {
    super()
    this.docs = values?.docs ?? new Documents()
  }

  async open(options) {
    await this.docs.open({ type: Fact, replicate: { factor: 1 }, ...options })
  }
}
variant('facts')(Facts)
field({ type: Documents })(Facts.prototype, 'docs')

const create = (directory) =>
  Peerbit.create({
    directory,
    // The default index needs a module that is compiled with the headers of this Node.
    indexer: (folder) => createIndexer(folder),
    libp2p: {
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      streamMuxers: [yamux()],
      connectionGater: { denyDialMultiaddr: () => false }
    }
  })

const countOf = ({ docs }) => docs.index.getSize()

await run({
  async source({ folder, facts }) {
    const peer = await create(folder)
    const store = await peer.open(new Facts())
    let number = 0
    for (const group of groupsOf(facts)) {
      await store.docs.putMany(group.map((fact) => new Fact({ id: `fact-${++number}`, ...fact })))
    }
    const [address] = peer.getMultiaddrs().map(String)
    return {
      address: {
        port: Number(/tcp\/(\d+)/.exec(address)[1]),
        peer: peer.peerId.toString(),
        name: store.address
      },
      stop: () => peer.stop()
    }
  },

  async sink({ folder, facts, address }) {
    const peer = await create(folder)
    await peer.dial(`/ip4/127.0.0.1/tcp/${address.port}/p2p/${address.peer}`)
    const store = await peer.open(address.name)
    await until(async () => (await countOf(store)) === facts.length, 200)
    return { stop: () => peer.stop() }
  },

  async restart({ folder, facts, address }) {
    const peer = await create(folder)
    const store = await peer.open(address.name)
    expectCount(await countOf(store), facts)
    return { stop: () => peer.stop() }
  }
})
