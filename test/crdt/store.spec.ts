import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Level } from 'level'
import { openStore, StoreError, toHex } from '../../crdt/index.ts'
import { publication } from '../fixtures/publications.ts'
import { contentOf, deliver, replicaOn } from '../fixtures/replicas.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { StoreErrorCode } from '../../crdt/index.ts'

const key = (name: string): Uint8Array => Buffer.from(name)

function storeError(code: StoreErrorCode, words = ''): (error: unknown) => boolean {
  return (error) =>
    error instanceof StoreError && error.code === code && error.message.includes(words)
}

/** Flips one bit of every raw value under `prefix`, behind the store's back. */
async function damage(directory: string, prefix: string): Promise<number> {
  await using raw = new Level<Uint8Array, Uint8Array>(directory, {
    keyEncoding: 'view',
    valueEncoding: 'view'
  })
  let count = 0
  for await (const [rawKey, value] of raw.iterator()) {
    if (!Buffer.from(rawKey).toString('latin1').startsWith(prefix)) continue
    const flipped = Uint8Array.from(value)
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1
    await raw.put(rawKey, flipped)
    count += 1
  }
  return count
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

  it('keeps its sections apart', async () => {
    const store = await openStore()
    await store.commit([store.section('a').put(key('k'), key('1'))])
    assert.equal(await store.section('b').get(key('k')), undefined)
    await store.close()
  })

  it('names the directory that another process has open', async () => {
    await using directory = await temporaryDirectory()
    const store = await openStore(directory.path)
    await assert.rejects(openStore(directory.path), storeError('STORE_LOCKED', directory.path))
    await store.close()
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
    await again.close()
  })

  it('fetches damaged entries again from a peer', async () => {
    await using directory = await temporaryDirectory()
    await using peer = await replicaOn()
    {
      await using a = await replicaOn(directory.path)
      for (const name of ['one', 'two', 'three']) await a.replica.publish([publication(name)])
      await deliver(a.replica, peer.replica)
    }
    assert.equal(await damage(directory.path, '!entries!'), 3)
    await using again = await replicaOn(directory.path)
    const [feed] = peer.replica.heads()
    assert.ok(feed !== undefined)
    assert.deepEqual(await Array.fromAsync(again.replica.entriesAfter(feed.author, 0)), [])
    assert.notEqual(toHex(again.replica.digest()), toHex(peer.replica.digest()))
    await deliver(peer.replica, again.replica)
    assert.deepEqual(await contentOf(again.replica), await contentOf(peer.replica))
    assert.equal((await Array.fromAsync(again.replica.entriesAfter(feed.author, 0))).length, 3)
  })

  it('loses nothing acknowledged when a write fails, and reads on', async () => {
    await using directory = await temporaryDirectory()
    const child = fileURLToPath(new URL('../fixtures/fill-disk.ts', import.meta.url))
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
