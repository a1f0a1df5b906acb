import assert from 'node:assert/strict'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadPeerKey, SwarmError } from '../../../transport/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

describe('the peer key', () => {
  it('is made once and readable by its owner only', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'peer.key')
    const made = await loadPeerKey(path)
    const { mode } = await stat(path)
    assert.equal(mode & 0o777, 0o600)
    assert.ok((await loadPeerKey(path)).equals(made))
  })

  it('is not called damaged when it cannot be read', async () => {
    await using directory = await temporaryDirectory()
    // A directory cannot be read by any user, root included.
    await assert.rejects(loadPeerKey(directory.path), (error) => {
      assert.ok(error instanceof SwarmError && error.code === 'PEER_KEY_UNUSABLE')
      return !/delete/.test(error.message) && error.message.includes(directory.path)
    })
  })

  it('is never replaced when its file is damaged', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'peer.key')
    await writeFile(path, 'garbage')
    await assert.rejects(loadPeerKey(path), (error) => {
      return error instanceof SwarmError && error.code === 'PEER_KEY_UNUSABLE'
    })
  })
})
