/** Autobase: one writer, a view that lists the facts, and a second process that reads. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import Autobase from 'autobase'
import Corestore from 'corestore'
import { expectCount, groupsOf, run, until } from '../program.mjs'

const handlers = {
  valueEncoding: 'json',
  open: (store) => store.get('facts', { valueEncoding: 'json' }),
  async apply(nodes, view) {
    for (const { value } of nodes) await view.append(value)
  }
}

async function open(folder, key) {
  const base = new Autobase(new Corestore(folder), key, handlers)
  await base.ready()
  return base
}

await run({
  async source({ folder, facts }) {
    const base = await open(folder)
    for (const group of groupsOf(facts)) await base.append(group)
    await base.update()
    expectCount(base.view.length, facts)
    const server = createServer((socket) => {
      const stream = base.replicate(false)
      socket.pipe(stream).pipe(socket)
      for (const each of [socket, stream]) each.on('error', () => socket.destroy())
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = { port: server.address().port, key: base.key.toString('hex') }
    return { address, stop: () => base.close() }
  },

  async sink({ folder, facts, address }) {
    const base = await open(folder, Buffer.from(address.key, 'hex'))
    const stream = base.replicate(true)
    const socket = connect(address.port, '127.0.0.1')
    socket.pipe(stream).pipe(socket)
    for (const each of [socket, stream]) each.on('error', () => socket.destroy())
    await until(async () => {
      await base.update()
      return base.view.length === facts.length
    })
    // Blocks of the view may still be elsewhere.
    await until(async () => {
      for (let i = 0; i < facts.length; i++) await base.view.get(i)
      return true
    })
    return { stop: () => base.close() }
  },

  async restart({ folder, facts, address }) {
    const base = await open(folder, Buffer.from(address.key, 'hex'))
    await base.update()
    expectCount(base.view.length, facts)
    await base.view.get(facts.length - 1)
    return { stop: () => base.close() }
  }
})
