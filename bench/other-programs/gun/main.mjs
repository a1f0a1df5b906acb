/** gun: a set of facts, files by radisk, WebSockets. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import Gun from 'gun'
import { groupsOf, run, until } from '../program.mjs'

const LOCAL = { multicast: false, axe: false, radisk: true, stats: false }

/** Resolves when all nodes of the set were seen. */
async function all(gun, count) {
  const seen = new Set()
  gun
    .get('facts')
    .map()
    .on((fact, key) => {
      if (fact?.content !== undefined) seen.add(key)
    })
  await until(() => seen.size === count)
}

const stop = () => new Promise((resolve) => setTimeout(resolve, 1_000))

await run({
  async source({ folder, facts }) {
    const web = createServer()
    web.listen(0, '127.0.0.1')
    await once(web, 'listening')
    const gun = Gun({ ...LOCAL, web, file: folder })
    let number = 0
    for (const group of groupsOf(facts, 100)) {
      await Promise.all(
        group.map(
          ({ entity, content }) =>
            new Promise((resolve) => {
              gun.get('facts').get(`fact-${++number}`).put({ entity, content }, resolve)
            })
        )
      )
    }
    return { address: { port: web.address().port }, stop }
  },

  async sink({ folder, facts, address }) {
    const peers = [`http://127.0.0.1:${address.port}/gun`]
    await all(Gun({ ...LOCAL, peers, file: folder }), facts.length)
    return { stop }
  },

  async restart({ folder, facts }) {
    await all(Gun({ ...LOCAL, file: folder }), facts.length)
    return { stop }
  }
})
