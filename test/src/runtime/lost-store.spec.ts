import assert from 'node:assert/strict'
import { readdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore, StoreError } from '../../../crdt/index.ts'
import { createHive } from '../../../src/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

describe('a store that is gone', () => {
  it('is not replaced by an empty one where files that came from it are left', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    await use(dataDir)
    await rm(join(dataDir, 'store'), { recursive: true })
    await assert.rejects(
      createHive({ dataDir, swarm: false }),
      (error: unknown) =>
        error instanceof StoreError &&
        error.code === 'STORE_DAMAGED' &&
        error.message.includes(dataDir) &&
        /Restore a backup.*delete search\.db/.test(error.message)
    )
    for (const name of await readdir(dataDir)) {
      if (name.startsWith('search.db')) await rm(join(dataDir, name))
    }
    await use(dataDir)
  })

  it('is not called missing where it cannot be read', async () => {
    await using directory = await temporaryDirectory()
    await use(directory.path)
    const store = join(directory.path, 'store')
    await rename(store, `${store}.away`)
    // A link to itself cannot be read by any user, root included.
    await symlink('store', store)
    await assert.rejects(
      createHive({ dataDir: directory.path, swarm: false }),
      (error: unknown) => {
        assert.ok(error instanceof StoreError && error.code === 'STORE_OPEN_FAILED', String(error))
        return !/delete|missing/.test(error.message)
      }
    )
  })

  it('is reported where nothing of its database is left but the copies', async () => {
    await using directory = await temporaryDirectory()
    await use(directory.path)
    const path = join(directory.path, 'store')
    for (const name of await readdir(path)) {
      if (name !== 'copies') await rm(join(path, name), { recursive: true })
    }
    const store = await openStore(path)
    assert.ok(store.isSuspect)
    await store.close()
  })
})

async function use(dataDir: string): Promise<void> {
  await using db = await createHive({ dataDir, swarm: false })
  const { knowledge } = db.agent.cortex
  await knowledge.distill('node', 'A private fact.', 0.9, { private: true })
}
