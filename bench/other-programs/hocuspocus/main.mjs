/** hocuspocus with y-leveldb: one Yjs document with a map of facts; each update is stored. */
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { Server } from '@hocuspocus/server'
import { WebSocket } from 'ws'
import { LeveldbPersistence } from 'y-leveldb'
import * as Y from 'yjs'
import { expectCount, groupsOf, run, until } from '../program.mjs'

const NAME = 'facts'

await run({
  async source({ folder, facts }) {
    const level = new LeveldbPersistence(folder)
    const server = new Server({
      port: 0,
      address: '127.0.0.1',
      quiet: true,
      async onLoadDocument({ document }) {
        Y.applyUpdate(document, Y.encodeStateAsUpdate(await level.getYDoc(NAME)))
        return document
      },
      onChange: ({ update }) => level.storeUpdate(NAME, update)
    })
    await server.listen()
    const connection = await server.hocuspocus.openDirectConnection(NAME, {})
    let number = 0
    for (const group of groupsOf(facts)) {
      await connection.transact((doc) => {
        const map = doc.getMap(NAME)
        for (const { entity, content } of group) map.set(`fact-${++number}`, { entity, content })
      })
    }
    await level.flushDocument(NAME)
    return {
      address: { port: server.address.port },
      async stop() {
        await connection.disconnect()
        await server.destroy()
        await level.destroy()
      }
    }
  },

  async sink({ folder, facts, address }) {
    const level = new LeveldbPersistence(folder)
    const document = new Y.Doc()
    let stored = Promise.resolve()
    document.on('update', (update) => {
      stored = stored.then(() => level.storeUpdate(NAME, update))
    })
    const websocketProvider = new HocuspocusProviderWebsocket({
      url: `ws://127.0.0.1:${address.port}`,
      WebSocketPolyfill: WebSocket
    })
    const provider = new HocuspocusProvider({ websocketProvider, name: NAME, document })
    provider.attach()
    await until(() => document.getMap(NAME).size === facts.length)
    await stored
    return {
      async stop() {
        provider.destroy()
        websocketProvider.destroy()
        await level.destroy()
      }
    }
  },

  async restart({ folder, facts }) {
    const level = new LeveldbPersistence(folder)
    const document = await level.getYDoc(NAME)
    expectCount(document.getMap(NAME).size, facts)
    return { stop: () => level.destroy() }
  }
})
