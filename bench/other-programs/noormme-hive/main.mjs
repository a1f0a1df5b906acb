/** noormme-hive: facts of a node, signed and published; the second process is a node of the swarm. */
import { once } from 'node:events'
import { createHive } from 'noormme-hive'
import { run } from '../program.mjs'

await run({
  async source({ folder, facts }) {
    const db = await createHive({ dataDir: folder, swarm: { k: 1 } })
    const { knowledge, hive } = db.agent.cortex
    await knowledge.distillMany(facts.map((fact) => ({ ...fact, confidence: 0.95 })))
    const { promoted } = await hive.broadcastKnowledge()
    if (promoted !== facts.length) throw new Error(`${promoted} facts were published.`)
    const [address] = db.multiaddrs
    const port = Number(/tcp\/(\d+)/.exec(address)[1])
    return {
      address: { port, peer: db.peerId, digest: await db.digest() },
      stop: () => db.stop()
    }
  },

  async sink({ folder, address }) {
    const bootstrap = [`/ip4/127.0.0.1/tcp/${address.port}/p2p/${address.peer}`]
    const db = await createHive({ dataDir: folder, swarm: { k: 1, bootstrap } })
    for (;;) {
      const change = once(db, 'hive:change')
      if ((await db.digest()) === address.digest) break
      await change
    }
    return { stop: () => db.stop() }
  },

  async restart({ folder, facts, address }) {
    const db = await createHive({ dataDir: folder, swarm: { k: 1 } })
    if ((await db.digest()) !== address.digest || db.status.facts !== facts.length) {
      throw new Error('Something is missing.')
    }
    const [{ content }] = facts
    const { items } = await db.agent.cortex.knowledge.recall(content, { limit: 1 })
    if (items[0]?.fact.content !== content) throw new Error('A fact is not found.')
    return { stop: () => db.stop() }
  }
})
