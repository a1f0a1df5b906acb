import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Level } from 'level'
import type { StoreErrorCode, Operation } from '../../../crdt/index.ts'
import { openStore, StoreError } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { writeOldStore } from '../../fixtures/old-store.ts'
import { publication } from '../../fixtures/publications.ts'
import { contentOf, deliver, replicaOn } from '../../fixtures/replicas.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

const key = (name: string): Uint8Array => Buffer.from(name)

function storeError(code: StoreErrorCode, words = ''): (error: unknown) => boolean {
  return (error) =>
    error instanceof StoreError && error.code === code && error.message.includes(words)
}

/** Flips one bit of the raw values under `prefix`, or the one at `only`, behind the store's back. */
async function damage(directory: string, prefix: string, only?: number): Promise<number> {
  await using raw = new Level<Uint8Array, Uint8Array>(directory, {
    keyEncoding: 'view',
    valueEncoding: 'view'
  })
  let count = 0
  let damaged = 0
  for await (const [rawKey, value] of raw.iterator()) {
    if (!Buffer.from(rawKey).toString('latin1').startsWith(prefix)) continue
    if (only !== undefined && count++ !== only) continue
    const flipped = Uint8Array.from(value)
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1
    await raw.put(rawKey, flipped)
    damaged += 1
  }
  return damaged
}

describe('the store', () => {
  it('keeps what it acknowledged, in the order of the calls', async () => {
    await using directory = await temporaryDirectory()
    const store = await openStore(directory.path)
    const section = store.section('s')
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        store.commit([
          section.put(key('last'), key(String(i))),
          section.put(key(`k${i}`), key('v'))
        ])
      )
    )
    await store.close()
    const again = await openStore(directory.path)
    assert.equal(String(Buffer.from((await again.section('s').get(key('last'))) ?? [])), '49')
    assert.equal((await Array.fromAsync(again.section('s').entries())).length, 51)
    await again.close()
  })

  it('syncs each write, unless every commit in it asked for no fsync', async () => {
    const { database, writes } = failingDatabase()
    const store = await openStore(database)
    const put = (name: string): Operation[] => [store.section(name).put(key('k'), key('v'))]
    await store.commit(put('synced'))
    await store.commit(put('buffered'), { sync: false })
    // Commits of one turn share a write.
    await Promise.all([store.commit(put('one'), { sync: false }), store.commit(put('two'))])
    assert.deepEqual(writes, [
      { sync: true, sections: new Set(['meta']) },
      { sync: true, sections: new Set(['synced']) },
      { sync: false, sections: new Set(['buffered']) },
      { sync: true, sections: new Set(['one', 'two']) }
    ])
    await store.close()
  })

  it('keeps its sections apart', async () => {
    const store = await openStore()
    await store.commit([store.section('a').put(key('k'), key('1'))])
    assert.equal(await store.section('b').get(key('k')), undefined)
    await store.close()
  })

  it('reads the entries of many prefixes, close together and far apart, in order', async () => {
    const store = await openStore()
    const section = store.section('s')
    const names = Array.from({ length: 3_000 }, (_, i) => String(i).padStart(4, '0'))
    const puts = names.flatMap((name) =>
      [`${name}a`, `${name}b`].map((each) => section.put(key(each), key(name)))
    )
    await store.commit([...puts, store.section('t').put(key('0001a'), key('other'))])
    const near = names.slice(1_000, 1_600)
    for (const wanted of [
      [],
      ['0000'],
      ['2999', '0003', '1500'],
      near,
      [...near, 'none', '2998']
    ]) {
      const found = await Array.fromAsync(section.entriesOf(wanted.map(key)), ([each]) =>
        String(each)
      )
      const expected = wanted.filter((name) => name !== 'none').toSorted()
      assert.deepEqual(
        found,
        expected.flatMap((name) => [`${name}a`, `${name}b`])
      )
    }
    await store.close()
  })

  it('names the directory that this or another process has open', async () => {
    await using directory = await temporaryDirectory()
    const store = await openStore(directory.path)
    // Also after this process has tried: LevelDB by itself gives up its lock then.
    await assert.rejects(openStore(directory.path), storeError('STORE_LOCKED', directory.path))
    const child = fileURLToPath(new URL('../../fixtures/fill-disk.ts', import.meta.url))
    const run = spawn(process.execPath, [child, directory.path])
    const [errors, [code]] = await Promise.all([text(run.stderr), once(run, 'exit')])
    assert.equal(code, 1)
    assert.match(errors, /STORE_LOCKED/)
    assert.ok(errors.includes(`Another process has opened ${directory.path}.`))
    await store.close()
  })

  it('knows a directory that it has open by any of its names, also one it created', async () => {
    await using directory = await temporaryDirectory()
    const link = join(directory.path, 'link')
    await symlink(directory.path, link)
    const store = await openStore(join(link, 'new'))
    await assert.rejects(openStore(join(directory.path, 'new')), storeError('STORE_LOCKED'))
    await store.close()
    const again = await openStore(join(directory.path, 'new'))
    await assert.rejects(openStore(join(link, 'new')), storeError('STORE_LOCKED'))
    await again.close()
  })

  it('names a directory that cannot be opened', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'file')
    await writeFile(file, '')
    await assert.rejects(openStore(file), storeError('STORE_OPEN_FAILED', file))
    await assert.rejects(openStore(file), storeError('STORE_OPEN_FAILED', file))
  })

  it('is closed when any call to close it has ended, with all that was committed', async () => {
    await using directory = await temporaryDirectory()
    const store = await openStore(directory.path)
    const committed = store.commit([store.section('s').put(key('k'), key('v'))])
    const first = store.close()
    await store.close()
    const again = await openStore(directory.path)
    assert.ok(await again.section('s').has(key('k')))
    await Promise.all([committed, first, again.close()])
  })

  it('brings a store of the schema before to this one, whole, and once', async () => {
    await using directory = await temporaryDirectory()
    const { items, heads, insights } = await writeOldStore(directory.path)
    for (let opened = 0; opened < 2; opened++) {
      await using node = await replicaOn(directory.path, 'fixture')
      const { store, replica } = node
      assert.deepEqual(
        replica.heads().map(({ author, seq, fork }) => ({ author: toHex(author), seq, fork })),
        heads
      )
      const states = await Array.fromAsync(replica.attestedRecords())
      assert.deepEqual(states.map(({ digest }) => toHex(digest)).toSorted(), insights.toSorted())
      for (const { author, seq } of replica.heads()) {
        assert.equal((await Array.fromAsync(replica.entriesAfter(author, 0))).length, seq)
      }
      assert.equal(store.damaged, 0)
    }
    assert.equal(items.length, 43)
  })

  it('refuses a directory of another schema, and changes nothing in it', async () => {
    await using directory = await temporaryDirectory()
    const store = await openStore(directory.path)
    await store.commit([store.section('meta').put(key('schema'), Uint8Array.of(99))])
    await store.close()
    await assert.rejects(openStore(directory.path), storeError('STORE_SCHEMA', 'schema 99'))
  })

  it('refuses commits after it was closed', async () => {
    const store = await openStore()
    await store.close()
    await assert.rejects(
      store.commit([store.section('s').put(key('k'), key('v'))]),
      storeError('STORE_CLOSED')
    )
  })

  it('reads a damaged value as absent and counts it', async () => {
    await using directory = await temporaryDirectory()
    const store = await openStore(directory.path)
    await store.commit([store.section('s').put(key('k'), key('value'))])
    await store.close()
    assert.equal(await damage(directory.path, '!s!'), 1)
    const again = await openStore(directory.path)
    assert.equal(await again.section('s').get(key('k')), undefined)
    assert.equal(again.damaged, 1)
    assert.equal(await again.section('s').has(key('k')), false)
    await again.close()
  })

  const wounds = [
    ['all entries', '!entries!', undefined, 0],
    ['an entry in the middle', '!entries!', 1, 1],
    ['the state of a feed', '!feeds!', 0, 0]
  ] as const
  for (const [what, prefix, only, left] of wounds) {
    it(`fetches again from a peer what is damaged: ${what}`, async () => {
      await using directory = await temporaryDirectory()
      await using peer = await replicaOn()
      {
        await using a = await replicaOn(directory.path)
        for (const name of ['one', 'two', 'three']) await a.replica.publish([publication(name)])
        await deliver(a.replica, peer.replica)
      }
      assert.equal(await damage(directory.path, prefix, only), only === undefined ? 3 : 1)
      await using again = await replicaOn(directory.path)
      const [feed] = peer.replica.heads()
      assert.ok(feed !== undefined)
      const served = (): Promise<Uint8Array[]> =>
        Array.fromAsync(again.replica.entriesAfter(feed.author, 0))
      assert.equal((await served()).length, left)
      assert.ok(again.store.damaged > 0)
      assert.equal(again.replica.headOf(feed.author).seq, 0)
      await deliver(peer.replica, again.replica)
      assert.deepEqual(await contentOf(again.replica), await contentOf(peer.replica))
      assert.equal((await served()).length, 3)
    })
  }

  it('loses nothing acknowledged when a write fails, and reads on', async () => {
    await using directory = await temporaryDirectory()
    const child = fileURLToPath(new URL('../../fixtures/fill-disk.ts', import.meta.url))
    // The limit, in blocks of 1 KiB, is on each file: LevelDB's log passes it first.
    const run = spawn('bash', [
      '-c',
      'ulimit -f 1000; exec "$0" "$1" "$2"',
      process.execPath,
      child,
      directory.path
    ])
    const [output, errors] = await Promise.all([text(run.stdout), text(run.stderr)])
    const { acknowledged, code, readable } = JSON.parse(output || errors)
    assert.equal(code, 'STORE_WRITE_FAILED')
    assert.equal(readable, true)
    assert.ok(acknowledged > 100)
    const store = await openStore(directory.path)
    for (let i = 0; i < acknowledged; i++) {
      assert.equal((await store.section('fill').get(key(`key ${i}`)))?.length, 2_000, `key ${i}`)
    }
    await store.close()
  })
})
