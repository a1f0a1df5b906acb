import assert from 'node:assert/strict'
import { once } from 'node:events'
import { symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { findSocket } from '../../../node/hook/node-socket.ts'
import { writeRunningNode } from '../../../node/control/running-node.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

describe('the socket that a hook uses', () => {
  it('is that of a node of the same user, and a socket', async () => {
    await using directory = await temporaryDirectory()
    const { path } = directory
    const socket = join(path, 's')
    const server = createServer().listen(socket)
    await once(server, 'listening')
    try {
      await writeRunningNode(path, { pid: 1, socket, version: '0' })
      assert.equal(await findSocket(path), socket)
      const another = (process.getuid?.() ?? 0) + 1
      assert.equal(await findSocket(path, another), undefined)
      const link = join(path, 'link')
      await symlink(socket, link)
      const file = join(path, 'file')
      await writeFile(file, '')
      for (const wrong of [link, file]) {
        await writeRunningNode(path, { pid: 1, socket: wrong, version: '0' })
        assert.equal(await findSocket(path), undefined, wrong)
      }
    } finally {
      server.close()
    }
  })
})
