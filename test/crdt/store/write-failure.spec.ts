import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { SCHEMA } from '../../../crdt/store/migrations.ts'
import { createAuthor, openStore, StoreError, writeEntry } from '../../../crdt/index.ts'
import { fromHex, toHex } from '../../../crdt/bytes/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { forge } from '../../fixtures/forgery.ts'
import { publication } from '../../fixtures/publications.ts'
import { contentOf, replicaOn } from '../../fixtures/replicas.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { openReplica, writeProof } from '../../../crdt/index.ts'
import { admitAll, chain, entry } from '../../fixtures/chains.ts'

const isWriteFailure = (error: unknown): boolean =>
  error instanceof StoreError && error.code === 'STORE_WRITE_FAILED'

describe('a failed write', () => {
  it('takes the commits behind it along, so that none lands without the one before', async () => {
    const { database, failNext } = failingDatabase()
    const store = await openStore(database)
    const section = store.section('s')
    const put = (name: string): Promise<void> =>
      store.commit([section.put(Buffer.from(name), Buffer.from('v'))])
    failNext()
    const first = put('first')
    const later = first.catch(() => put('later'))
    // The first write is under way after the microtask that gathers its group.
    const behind = Promise.resolve().then(() => put('behind'))
    await assert.rejects(first, isWriteFailure)
    await assert.rejects(behind, isWriteFailure)
    await later
    const kept = await Array.fromAsync(section.entries(), ([key]) => Buffer.from(key).toString())
    assert.deepEqual(kept, ['later'])
    await store.close()
  })

  it('leaves no hole in a feed', async () => {
    const { database, failNext } = failingDatabase()
    await using a = await replicaOn(database)
    const author = createAuthor()
    const first = forge({ author })
    const second = forge({ author, seq: 2, prev: first.hash, clock: 2 })
    failNext()
    const admissions = await Promise.all(
      [first, second].map((each) => a.replica.admit(writeEntry(each)))
    )
    for (const admission of admissions) {
      assert.ok(admission.outcome === 'admitted')
      await assert.rejects(admission.durable, isWriteFailure)
    }
    for (const each of [first, second]) {
      const admission = await a.replica.admit(writeEntry(each))
      assert.ok(admission.outcome === 'admitted')
      await admission.durable
    }
    assert.equal((await Array.fromAsync(a.replica.entriesAfter(author.key, 0))).length, 2)
  })

  it('costs a feed nothing that was durable before', async () => {
    const { database, failNext } = failingDatabase()
    await using a = await replicaOn(database)
    const { entries } = await a.replica.publish([publication('durable')])
    const before = await contentOf(a.replica)
    failNext()
    await assert.rejects(a.replica.publish([publication('lost')]), isWriteFailure)
    const [{ author } = { author: new Uint8Array() }] = entries
    assert.equal((await Array.fromAsync(a.replica.entriesAfter(author, 0))).length, 1)
    assert.deepEqual(await contentOf(a.replica), before)
    assert.equal((await a.replica.publish([publication('lost')])).records.length, 1)
  })

  it('is taken back, also where the state before cannot be read at once', async () => {
    const { database, failNext, failNextRead } = failingDatabase()
    await using a = await replicaOn(database)
    await a.replica.publish([publication('durable')])
    const before = toHex(a.replica.digest())
    failNext()
    const admission = await a.replica.admit(writeEntry(forge()))
    assert.ok(admission.outcome === 'admitted')
    failNextRead()
    await assert.rejects(admission.durable, isWriteFailure)
    assert.notEqual(toHex(a.replica.digest()), before)
    while (toHex(a.replica.digest()) !== before) await nextTurn()
  })

  it('of a proof emits no event, and is repeated when the proof comes again', async () => {
    const { database, failNext } = failingDatabase()
    await using a = await replicaOn(database)
    const author = createAuthor()
    const [first, second] = chain(author, ['one', 'two'])
    assert.ok(first !== undefined && second !== undefined)
    await admitAll(a.replica, [first, second])
    const proof = writeProof([second, entry(author, first, 'another two')])
    const told: unknown[] = []
    a.replica.on('author:void', (each) => told.push(each))
    failNext('proofs')
    await assert.rejects(a.replica.admitProof(proof), isWriteFailure)
    // An admission goes back to what is on disk.
    assert.equal((await a.replica.admit(writeEntry(second))).outcome, 'held')
    assert.deepEqual(told, [])
    assert.equal(await a.replica.admitProof(proof), 'admitted')
    assert.equal(told.length, 1)
    assert.equal(a.replica.headOf(author.key).fork, 2)
  })

  it('of the end of a feed is not a rejection, and is repeated when the entry comes again', async () => {
    const { database, failNext } = failingDatabase()
    await using a = await replicaOn(database)
    const ill = writeEntry(forge({ update: Uint8Array.of(1, 2, 3) }))
    failNext('endings')
    await assert.rejects(a.replica.admit(ill), isWriteFailure)
    assert.deepEqual(await a.replica.admit(ill), {
      outcome: 'rejected',
      reason: 'structure',
      isOffence: true
    })
  })

  it('of a checkpoint removes no entry before it', async () => {
    const { database, writes, failNext } = failingDatabase()
    await using a = await replicaOn(database)
    const { records } = await a.replica.publish([publication('one'), publication('two')])
    await a.replica.retract(records[0] ?? new Uint8Array())
    const before = await contentOf(a.replica)
    const { length } = writes
    failNext('checkpoints')
    await assert.rejects(a.replica.compact(), isWriteFailure)
    await a.replica.whenCompacted()
    assert.deepEqual(await contentOf(a.replica), before)
    const changed = writes.slice(length).flatMap(({ sections }) => [...sections])
    assert.deepEqual(
      changed.filter((section) => !section.startsWith('filter-')),
      []
    )
  })

  it('of the public sequence number leaves the entries hidden', async () => {
    const { database, failNext } = failingDatabase()
    const store = await openStore(database)
    const replica = await openReplica({ store, hidesOwn: true })
    await replica.publish([publication('hidden')])
    const [author = new Uint8Array()] = replica.hiddenAuthors()
    const shown: unknown[] = []
    replica.on('entry:unhide', (_, seq) => shown.push(seq))
    failNext('unshown')
    await assert.rejects(replica.unhide(author, 1), isWriteFailure)
    await replica.admit(writeEntry(forge()))
    assert.deepEqual([shown, replica.publicSeq(author)], [[], 0])
    await replica.unhide(author, 1)
    assert.deepEqual([shown, replica.publicSeq(author)], [[1], undefined])
    await store.close()
  })

  it('of a migration leaves the store closed and unchanged', async () => {
    const { database, failNext } = failingDatabase()
    const old = await openStore(database)
    const schema = old.section('meta').put(Buffer.from('schema'), Uint8Array.of(3))
    await old.commit([schema])
    await old.close()
    failNext('meta')
    await assert.rejects(openStore(database), isWriteFailure)
    const store = await openStore(database)
    assert.deepEqual(await store.section('meta').get(Buffer.from('schema')), Buffer.of(SCHEMA))
    await store.close()
  })

  it('for want of space ends with the want, and nothing acknowledged is lost', async () => {
    await using directory = await temporaryDirectory()
    const child = fileURLToPath(new URL('../../fixtures/fill-replica.ts', import.meta.url))
    // A soft limit, in blocks of 1 KiB, that the child may lift.
    const run = spawn('bash', [
      '-c',
      'ulimit -S -f 900; exec "$0" "$1" "$2"',
      process.execPath,
      child,
      directory.path
    ])
    const [output, errors] = await Promise.all([text(run.stdout), text(run.stderr)])
    const { code, full, again, healed, served, acknowledged } = JSON.parse(output || errors)
    assert.equal(code, 'STORE_WRITE_FAILED')
    assert.ok(full.acknowledged > 10)
    assert.equal(full.served, full.acknowledged)
    assert.equal(again, 'STORE_WRITE_FAILED')
    assert.equal(healed, undefined)
    assert.equal(served, full.acknowledged + 1)
    await using reopened = await replicaOn(directory.path)
    for (const digest of acknowledged) {
      const state = await reopened.replica.get(fromHex(digest, 32) ?? new Uint8Array())
      assert.ok(state !== undefined)
    }
    assert.equal(reopened.store.damaged, 0)
  })
})
