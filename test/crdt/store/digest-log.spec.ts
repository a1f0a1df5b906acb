import assert from 'node:assert/strict'
import { DigestLog, openStore } from '../../../crdt/index.ts'
import { seqBytes, toHex } from '../../../crdt/bytes/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { LogPart, Operation, Section, Store } from '../../../crdt/index.ts'

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

  it('ends where it ends, also where it is read while it grows', async () => {
    const store = await openStore()
    const log = new DigestLog(store, 'log')
    await log.load()
    await store.commit(log.append(range(0, 3)))
    // Between any two reads of the section something is appended.
    const grow = async (): Promise<void> => store.commit(log.append(range(log.end, log.end + 1)))
    const growing: Pick<Store, 'commit' | 'flush' | 'section'> = {
      commit: (operations) => store.commit(operations),
      flush: () => store.flush(),
      section: (name) => growingSection(store.section(name), grow)
    }
    const read = new DigestLog(growing, 'log')
    await read.load()
    assert.ok(read.end <= log.end, `${read.end} of ${log.end}`)
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

  it('goes on behind its last part where that is damaged, so that its readers miss nothing', async () => {
    const store = await openStore()
    const log = new DigestLog(store, 'log')
    await log.load()
    await store.commit(log.append(range(0, 3)))
    await store.commit(log.append(range(3, 5)))
    const reached = log.end
    await store.commit([damagedAt('!log!', 3)])
    const reopened = new DigestLog(store, 'log')
    await reopened.load()
    await store.commit(reopened.append(range(5, 7)))
    const all = await partsOf(reopened, 0)
    assert.deepEqual(
      all.flatMap(({ digests }) => hex(digests)),
      hex([...range(0, 3), ...range(5, 7)])
    )
    const news = await partsOf(reopened, reached)
    assert.deepEqual(
      news.flatMap(({ digests }) => hex(digests)),
      hex(range(5, 7))
    )
    await store.close()
  })

  it('keeps of repetitions the last one when it is compacted, and every reader finds all', async () => {
    const store = await openStore()
    const log = new DigestLog(store, 'log')
    await log.load()
    const logged: number[] = []
    // One that changes always, some that change often, and new ones.
    for (let i = 0; i < 40_000; i += 20) {
      const numbers = Array.from(
        { length: 20 },
        (_, j) => [0, 1 + (i % 7), 100 + i + j][j % 3] ?? 0
      )
      logged.push(...numbers)
      await store.commit(log.append(numbers.map(digest)))
    }
    assert.equal(log.isCompactionDue, true)
    await log.compact()
    assert.equal(log.isCompactionDue, false)
    const stored = (await partsOf(log, 0)).flatMap(({ digests }) => digests)
    assert.ok(stored.length < 25_000, `${stored.length} digests`)
    const reopened = new DigestLog(store, 'log')
    await reopened.load()
    for (const read of [log, reopened]) {
      assert.deepEqual([read.end, read.start > 30_000, read.kept < 13_000], [40_000, true, true])
      for (const from of [0, 1, 777, 20_000, read.start - 1, read.start, 39_999]) {
        const parts = await partsOf(read, from)
        const found = new Set(parts.flatMap(({ digests }) => hex(digests)))
        const changed = new Set(hex(logged.slice(from).map(digest)))
        assert.deepEqual(changed.difference(found).size, 0, `from ${from}`)
        assert.equal(parts.at(-1)?.next, 40_000)
      }
      assert.deepEqual(hex(await read.newest(0, 512)), hex(logged.slice(-512).map(digest)))
    }
    await store.commit(log.append([digest(5)]))
    await log.compact()
    assert.equal(log.end, 40_001)
    await store.close()
  })

  it('stays bounded while one digest changes 100,000 times', async () => {
    await using directory = await temporaryDirectory()
    const store = await openStore(directory.path)
    const log = new DigestLog(store, 'log')
    await log.load()
    let most = 0
    for (let i = 0; i < 100_000; i += 100) {
      await Promise.all(
        Array.from({ length: 100 }, () => store.commit(log.append([digest(0)]), { sync: false }))
      )
      if (log.isCompactionDue) await log.compact()
      most = Math.max(most, log.kept + log.end - log.start)
    }
    assert.ok(most <= 32_868, `${most} digests`)
    const stored = (await partsOf(log, 0)).flatMap(({ digests }) => digests)
    assert.ok(stored.length <= 32_868)
    await store.close()
  })
})

/** A value whose checksum is wrong, at a place of a log. */
/** `grow` runs before each read of the last key, and after each read of values. */
function growingSection(section: Section, grow: () => Promise<void>): Section {
  return {
    get: (key) => section.get(key),
    getMany: (keys) => section.getMany(keys),
    has: (key) => section.has(key),
    async *entries(limits) {
      yield* section.entries(limits)
      await grow()
    },
    entriesOf: (prefixes) => section.entriesOf(prefixes),
    keysFrom: (digits, limit) => section.keysFrom(digits, limit),
    async lastKey() {
      await grow()
      return section.lastKey()
    },
    put: (key, value) => section.put(key, value),
    putSealable: (key, sealable) => section.putSealable(key, sealable),
    del: (key) => section.del(key)
  }
}

function damagedAt(prefix: string, position: number): Operation {
  const key = Buffer.concat([Buffer.from(prefix), seqBytes(position)])
  return { type: 'put', key, value: new Uint8Array(12) }
}

function partsOf(log: DigestLog, from: number): Promise<LogPart[]> {
  return Array.fromAsync(log.read(from, log.end))
}

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
