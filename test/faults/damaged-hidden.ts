/**
 * One run by seed: a file of a closed store whose own entries no peer has is damaged or lost. All of
 * them come back, and stay hidden. Throws otherwise.
 */
import assert from 'node:assert/strict'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openReplica, openStore, StoreError } from '../../crdt/index.ts'
import { publication } from '../fixtures/publications.ts'
import { contentOf } from '../fixtures/replicas.ts'
import { randomOf } from '../fixtures/random.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import { damageFile, mergeTables } from './damaged-files.ts'
import type { Replica, Store } from '../../crdt/index.ts'
import type { Damage } from './damaged-files.ts'

export interface DamagedHidden extends AsyncDisposable {
  /** Damages a copy of the store and opens it; returns how many entries came from their copies. */
  run(seed: number, damage: Damage): Promise<number>
}

interface Opened extends AsyncDisposable {
  readonly store: Store
  readonly replica: Replica
}

/** Runs of the node, each with an author of its own, and their entries. */
const SESSIONS = 3
const ENTRIES = 40

export async function damagedHidden(): Promise<DamagedHidden> {
  const home = await temporaryDirectory()
  const original = join(home.path, 'original')
  for (let session = 0; session < SESSIONS; session++) {
    await using node = await open(original)
    for (let i = 0; i < ENTRIES; i++) {
      await node.replica.publish([publication(`Fact ${session} ${i}: ${'so '.repeat(i * 3)}on.`)])
    }
    await node.replica.keepAuthor()
  }
  await mergeTables(original)
  const before = await contentAt(original)
  const copy = join(home.path, 'copy')
  return {
    run: async (seed, damage) => {
      await cp(original, copy, { recursive: true })
      try {
        const file = await damageFile(copy, randomOf(seed), damage)
        await using node = await open(copy).catch(async (error: unknown) => {
          if (!(error instanceof StoreError)) throw error
          // What cannot be read at the start is repaired at the next one.
          return open(copy)
        })
        assert.deepEqual(node.replica.publicView.heads(), [], `${file}: hidden entries are public`)
        const { returned, emptied } = await node.replica.audit()
        assert.equal(emptied, 0, `${file}: entries are lost`)
        assert.deepEqual(await contentOf(node.replica), before, file)
        assert.deepEqual(node.replica.publicView.heads(), [], `${file}: entries came back public`)
        return returned
      } finally {
        await rm(copy, { recursive: true })
      }
    },
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]()
  }
}

async function open(path: string): Promise<Opened> {
  const store = await openStore(path)
  const replica = await openReplica({ store, hidesOwn: true })
  return { store, replica, [Symbol.asyncDispose]: () => store.close() }
}

async function contentAt(path: string): Promise<readonly unknown[]> {
  await using node = await open(path)
  return await contentOf(node.replica)
}
