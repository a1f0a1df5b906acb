/** automerge-repo: one document with a map of facts, files on disk, WebSockets. */
import { ImmutableString } from '@automerge/automerge'
import { Repo } from '@automerge/automerge-repo'
import {
  WebSocketClientAdapter,
  WebSocketServerAdapter
} from '@automerge/automerge-repo-network-websocket'
import { NodeFSStorageAdapter } from '@automerge/automerge-repo-storage-nodefs'
import { WebSocketServer } from 'ws'
import { expectCount, groupsOf, run, until } from '../program.mjs'

const countOf = (handle) => Object.keys(handle.doc()?.facts ?? {}).length

await run({
  async source({ folder, facts }) {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    const repo = new Repo({
      storage: new NodeFSStorageAdapter(folder),
      network: [new WebSocketServerAdapter(server)]
    })
    const handle = repo.create({ facts: {} })
    let number = 0
    for (const group of groupsOf(facts)) {
      handle.change((doc) => {
        for (const { entity, content } of group) {
          doc.facts[`fact-${++number}`] = {
            entity: new ImmutableString(entity),
            content: new ImmutableString(content)
          }
        }
      })
    }
    await repo.flush()
    const address = { port: server.address().port, url: handle.url }
    return { address, stop: () => repo.shutdown() }
  },

  async sink({ folder, facts, address }) {
    const repo = new Repo({
      storage: new NodeFSStorageAdapter(folder),
      network: [new WebSocketClientAdapter(`ws://127.0.0.1:${address.port}`)]
    })
    const handle = await repo.find(address.url)
    await until(() => countOf(handle) === facts.length)
    await repo.flush()
    return { stop: () => repo.shutdown() }
  },

  async restart({ folder, facts, address }) {
    const repo = new Repo({ storage: new NodeFSStorageAdapter(folder) })
    const handle = await repo.find(address.url)
    expectCount(countOf(handle), facts)
    return { stop: () => repo.shutdown() }
  }
})
