/** Snapshots of tables in memory: read once after a clean stop, and written at the next one. */
import { SnapshotFile } from './snapshot-file.ts'
import type { Snapshots, WriteSnapshot } from './section.ts'
import type { SealedChunks } from './snapshot-file.ts'

export interface StoreSnapshotsInit {
  readonly directory: string
  /** SHA-256 of the inventory that the store was closed with; undefined if it was not. */
  readonly inventory: string | undefined
  /** Whether the tables may differ from what the store had then. */
  readonly isSuspect: () => boolean
}

interface Table {
  readonly file: SnapshotFile
  readonly found: SealedChunks | undefined
  isRead: boolean
  write?: WriteSnapshot
}

/** Seals what `write` has written. */
export type SealSnapshots = (inventory: string) => Promise<void>

export class StoreSnapshots implements Snapshots {
  readonly #init: StoreSnapshotsInit
  readonly #tables = new Map<string, Table>()

  constructor(init: StoreSnapshotsInit) {
    this.#init = init
  }

  read(name: string): AsyncIterable<Uint8Array> | undefined {
    const table = this.#tableOf(name)
    const { file, found, isRead } = table
    // Later the database has changed.
    table.isRead = true
    if (isRead || found === undefined || this.#init.isSuspect()) return undefined
    return file.read(found)
  }

  onClose(name: string, write: WriteSnapshot): void {
    const table = this.#tableOf(name)
    table.isRead = true
    table.write = write
  }

  /** Writes all tables; a failure leaves none, and the next start reads the database. */
  async write(): Promise<SealSnapshots> {
    const seals: SealSnapshots[] = []
    for (const table of this.#tables.values()) {
      const chunks = await this.#writeTable(table).catch(() => undefined)
      if (chunks === undefined) await table.file.remove()
      else seals.push((inventory) => table.file.seal(chunks, inventory))
    }
    return async (inventory) => {
      for (const seal of seals) await seal(inventory)
    }
  }

  async #writeTable({ file, found, write }: Table): Promise<SealedChunks | undefined> {
    if (this.#init.isSuspect()) return undefined
    const chunks = await write?.()
    return chunks === 'unchanged' ? found : chunks && file.write(chunks)
  }

  #tableOf(name: string): Table {
    const known = this.#tables.get(name)
    if (known !== undefined) return known
    const { directory, inventory } = this.#init
    const file = new SnapshotFile(directory, name)
    const found = inventory === undefined ? undefined : file.sealed(inventory)
    const table: Table = { file, found, isRead: false }
    this.#tables.set(name, table)
    return table
  }
}
