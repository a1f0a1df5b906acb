import assert from 'node:assert/strict'
import { DigestLog, openStore } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'

describe('a log of digests', () => {
  it('gives its newest ones from memory, and after a restart from disk', async () => {
    const store = await openStore()
    const log = new DigestLog(store, 'log')
    await log.load()
    for (let from = 0; from < 1_000; from += 1) await store.commit(log.append([digest(from)]))
    await store.commit(log.append(range(1_000, 2_000)))
    await store.commit(log.append(range(2_000, 2_010)))
    const reopened = new DigestLog(store, 'log')
    await reopened.load()
    for (const read of [log, reopened]) {
      assert.deepEqual(hex(await read.newest(0, 5)), hex(range(2_005, 2_010)))
      assert.deepEqual(hex(await read.newest(0, 512)), hex(range(1_498, 2_010)))
      assert.deepEqual(hex(await read.newest(0, 1_500)), hex(range(510, 2_010)))
      assert.deepEqual(hex(await read.newest(2_007, 512)), hex(range(2_007, 2_010)))
      assert.deepEqual(hex(await read.newest(2_010, 512)), hex([]))
    }
    await store.close()
  })

  it('gives no digest of a failed commit once it has been read again', async () => {
    const store = await openStore()
    const log = new DigestLog(store, 'log')
    await store.commit(log.append(range(0, 3)))
    // Never committed.
    log.append(range(3, 5))
    await log.load()
    assert.deepEqual(hex(await log.newest(0, 512)), hex(range(0, 3)))
    await store.close()
  })
})

function range(from: number, to: number): Uint8Array[] {
  return Array.from({ length: to - from }, (_, i) => digest(from + i))
}

function digest(i: number): Uint8Array {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(28, i)
  return bytes
}

function hex(digests: readonly Uint8Array[]): string[] {
  return digests.map(toHex)
}
