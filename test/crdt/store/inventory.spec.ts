import assert from 'node:assert/strict'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { inspectStore, openStore, StoreError } from '../../../crdt/index.ts'
import { createDatabase, openDatabase } from '../../../crdt/store/database.ts'
import { Inventory } from '../../../crdt/store/inventory.ts'
import { OpenDatabase } from '../../../crdt/store/open-database.ts'
import { publications } from '../../fixtures/publications.ts'
import { contentOf, replicaOn } from '../../fixtures/replicas.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { FileDamage, Store } from '../../../crdt/index.ts'

const KEY = Buffer.from('key')

/** A closed store whose value is in a table. */
async function makeStore(path: string): Promise<void> {
  const store = await openStore(path)
  await store.commit([store.section('s').put(KEY, Buffer.alloc(100_000, 7))])
  await store.close()
  await (await openStore(path)).close()
}

/** A closed store with values in its log, and tables that no manifest names, as a merge leaves that a stop cuts short. */
async function makeStoreWithLeftTables(path: string): Promise<void> {
  await makeStore(path)
  const store = await openStore(path)
  const names = await readdir(path)
  const table = names.find((name) => name.endsWith('.ldb')) ?? assert.fail()
  const last = Math.max(...names.map((name) => Number(/\d+/.exec(name)?.[0] ?? 0)))
  for (let number = last + 1; number < last + 20; number++) {
    await cp(join(path, table), join(path, `${String(number).padStart(6, '0')}.ldb`))
  }
  await store.commit([store.section('s').put(Buffer.from('other'), Buffer.alloc(1_000, 3))])
  await store.close()
}

function release(): undefined {}

async function inventoriesIn(path: string): Promise<string[]> {
  return (await readdir(path)).filter((name) => name.startsWith('inventory')).toSorted()
}

/** The contents of all files, hashed. */
async function statesOf(path: string): Promise<(readonly [name: string, sum: number])[]> {
  const names = (await readdir(path)).toSorted()
  return Promise.all(
    names.map(async (name) => [name, crc32(await readFile(join(path, name)))] as const)
  )
}

async function damageOf(path: string): Promise<readonly FileDamage[]> {
  await using opened = new AsyncDisposableStack()
  const store: Store = opened.adopt(await openStore(path), (each) => each.close())
  return store.condition.damage
}

/** What an earlier start has found. */
async function suspicionOf(path: string): Promise<string | undefined> {
  await using opened = new AsyncDisposableStack()
  const store: Store = opened.adopt(await openStore(path), (each) => each.close())
  return store.condition.unverified
}

describe('the inventory of a store', () => {
  it('takes another name when the store is opened, and its own when it is closed', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'store')
    await makeStore(path)
    assert.deepEqual(await inventoriesIn(path), ['inventory.json'])
    const store = await openStore(path)
    assert.deepEqual(await inventoriesIn(path), ['inventory.opened.json'])
    await store.close()
    assert.deepEqual(await inventoriesIn(path), ['inventory.json'])
  })

  it('of a store that was not closed reports changed tables, and nothing that may change', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'store')
    const crashed = join(directory.path, 'crashed')
    await makeStore(path)
    const store = await openStore(path)
    await cp(path, crashed, { recursive: true })
    await store.close()
    assert.deepEqual(await damageOf(crashed), [])

    const again = await openStore(path)
    const damaged = join(directory.path, 'damaged')
    await cp(path, damaged, { recursive: true })
    await again.close()
    const table = (await readdir(damaged)).find((name) => name.endsWith('.ldb')) ?? assert.fail()
    const bytes = await readFile(join(damaged, table))
    bytes[100] = (bytes[100] ?? 0) ^ 1
    await writeFile(join(damaged, table), bytes)
    assert.deepEqual(await damageOf(damaged), [{ file: table, problem: 'content' }])
  })

  it('forgets tables that a merge has left behind, since new ones get their names', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'store')
    const crashed = join(directory.path, 'crashed')
    await makeStoreWithLeftTables(path)
    const left = await readdir(path)
    const store = await openStore(path)
    const kept = await readdir(path)
    assert.ok(left.some((name) => name.endsWith('.ldb') && !kept.includes(name)))
    await cp(path, crashed, { recursive: true })
    await store.close()
    assert.deepEqual(await damageOf(path), [])
    assert.deepEqual(await damageOf(crashed), [])
  })

  it('forgets them also where the database is opened again after a failed write', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'store')
    await makeStore(path)
    const left = '000099.ldb'
    const table = (await readdir(path)).find((name) => name.endsWith('.ldb')) ?? assert.fail()
    const inventory = new Inventory(path)
    await cp(join(path, table), join(path, left))
    await inventory.write({}, false)
    assert.ok(inventory.tables().includes(left))
    const database = createDatabase(path, false)
    const onOpened = (): Promise<void> => inventory.opened()
    const open = new OpenDatabase({
      database,
      where: path,
      release,
      onUnreadable: release,
      onOpened
    })
    await open.reopen(new StoreError('STORE_WRITE_FAILED', 'No space.'))
    await open.close()
    assert.deepEqual(inventory.tables(), [table])
    const stored = new Inventory(path)
    stored.read()
    assert.deepEqual(stored.tables(), [table])
  })

  it('knows them after a start that was killed before it could forget them', async () => {
    await using directory = await temporaryDirectory()
    for (const isClosed of [true, false]) {
      const path = join(directory.path, String(isClosed))
      await makeStore(path)
      const left = '000099.ldb'
      const table = (await readdir(path)).find((name) => name.endsWith('.ldb')) ?? assert.fail()
      const inventory = new Inventory(path)
      assert.ok(inventory.read() !== undefined)
      await cp(join(path, table), join(path, left))
      await inventory.write({}, isClosed)
      if (isClosed) await inventory.begin({ version: 1, isClosed, files: {}, ends: {} })
      // A start as far as LevelDB goes, and a merge that takes the name.
      const database = createDatabase(path, false)
      await openDatabase(database, path)
      await database.close()
      await writeFile(join(path, left), Buffer.alloc(2_000, 1))
      const next = new Inventory(path)
      const contents = next.read()
      assert.ok(contents !== undefined && contents !== 'damaged')
      assert.deepEqual(await next.compare(contents), [], String(isClosed))
      assert.deepEqual(next.tables(), [table])
    }
  })

  it('names the manifest from the first opening on', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'store')
    await (await openStore(path)).close()
    const [, , manifest] = (await readFile(join(path, 'inventory.json'), 'utf8')).split('\n')
    assert.equal(manifest, (await readFile(join(path, 'CURRENT'), 'utf8')).trim())
  })

  it('is read with what an earlier version wrote, without the name of a manifest', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'store')
    await makeStore(path)
    const file = join(path, 'inventory.json')
    const [json = '', sum = ''] = (await readFile(file, 'utf8')).split('\n')
    await writeFile(file, `${json}\n${sum}`)
    assert.deepEqual(await damageOf(path), [])
  })

  it('stays true when somebody looks at the closed store', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'store')
    await makeStoreWithLeftTables(path)
    const before = await statesOf(path)
    const { damage, schema, unreadable } = await inspectStore(path)
    assert.deepEqual([damage, unreadable, typeof schema], [[], undefined, 'number'])
    assert.deepEqual(await statesOf(path), before)
    assert.deepEqual(await damageOf(path), [])
  })

  it('keeps a repaired store suspect until it was verified', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'store')
    await makeStore(path)
    const table = (await readdir(path)).find((name) => name.endsWith('.ldb')) ?? assert.fail()
    const bytes = await readFile(join(path, table))
    bytes[10] = (bytes[10] ?? 0) ^ 1
    await writeFile(join(path, table), bytes)
    assert.equal(await suspicionOf(path), undefined)
    assert.equal(await suspicionOf(path), 'repaired')
    const store = await openStore(path)
    assert.equal(store.isSuspect, true)
    assert.deepEqual(store.condition.damage, [])
    store.trust()
    await store.close()
    const trusted = await openStore(path)
    assert.equal(trusted.isSuspect, false)
    await trusted.close()
  })

  it('has standings computed again where the start that repaired the store has failed', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'store')
    const made = await replicaOn(path)
    await made.replica.publish(publications(20))
    const before = await contentOf(made.replica)
    await made.store.close()
    await writeFile(join(path, 'repair'), '')
    const store = await openStore(path)
    assert.equal(store.condition.isRepaired, true)
    const standings = store.section('standings')
    for await (const [key] of standings.entries()) await store.commit([standings.del(key)])
    await store.close()
    await using again = await replicaOn(path)
    assert.deepEqual(await contentOf(again.replica), before)
  })
})
