/** Milliseconds to save and load a stored filter, beside a plain file of as many bytes. */
import { randomFillSync } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore, StoredFilter } from 'noormme-hive/crdt'
import { seconds } from './samples.ts'
import { inFolder } from './temporary.ts'
import type { Store } from 'noormme-hive/crdt'

/** A filter of fewer is not saved, since making it anew is as fast. */
const LEAST_ELEMENTS = 2 ** 14

/** Elements inserted at a time. */
const BATCH = 1_000

export interface DiskFigures {
  readonly save: number
  readonly load: number
  readonly fileSave: number
  readonly fileLoad: number
}

export function saveAndLoad(elements: readonly Uint8Array[]): Promise<DiskFigures> {
  if (elements.length < LEAST_ELEMENTS) throw new Error(`Take ${LEAST_ELEMENTS} elements or more.`)
  return inFolder(async (folder) => {
    const { save, bytes } = await saveFilter(folder, elements)
    const load = await loadFilter(folder, elements.length)
    const path = join(folder, 'plain')
    const plain = randomFillSync(new Uint8Array(bytes))
    const fileSave = await milliseconds(() => writeDurably(path, plain))
    const fileLoad = await milliseconds(() => readFile(path))
    return { save, load, fileSave, fileLoad }
  })
}

/** Inserts without the log, so that what is saved is the bits alone. */
async function saveFilter(
  folder: string,
  elements: readonly Uint8Array[]
): Promise<{ save: number; bytes: number }> {
  const store = await openStore(join(folder, 'store'))
  try {
    const saved = Promise.withResolvers<void>()
    const filter = filterIn({
      ...storeParts(store),
      commit: async (operations) => {
        await store.commit(operations)
        saved.resolve()
      }
    })
    for (let from = 0; from < elements.length; from += BATCH) {
      filter.insert(elements.slice(from, from + BATCH))
    }
    const save = await milliseconds(async () => {
      await filter.checkpoint()
      await saved.promise
    })
    return { save, bytes: filter.bytes }
  } finally {
    await store.close()
  }
}

async function loadFilter(folder: string, count: number): Promise<number> {
  const store = await openStore(join(folder, 'store'))
  try {
    const filter = filterIn({
      ...storeParts(store),
      commit: (operations) => store.commit(operations)
    })
    const load = await milliseconds(() => filter.load())
    if (filter.version < count * 0.99) throw new Error('The saved filter is not what was saved.')
    return load
  } finally {
    await store.close()
  }
}

function filterIn(store: Pick<Store, 'section' | 'commit' | 'flush' | 'damaged'>): StoredFilter {
  return new StoredFilter({
    store,
    commits: () => store,
    name: 'bench',
    source: async function* () {}
  })
}

function storeParts(store: Store): Pick<Store, 'section' | 'flush' | 'damaged'> {
  return {
    section: (name) => store.section(name),
    flush: () => store.flush(),
    get damaged() {
      return store.damaged
    }
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function milliseconds(task: () => Promise<unknown>): Promise<number> {
  return (await seconds(task)) * 1000
}
