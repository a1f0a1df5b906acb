/** A database of one life of a simulated node, in the place of LevelDB. */
import { MemoryLevel } from 'memory-level'
import type { Owner } from '../environment/owner.ts'
import type { Batch, SimulatedFiles, Stored } from './simulated-files.ts'

/** The disk under it. */
interface Disk {
  /** Resolves when a value can be read. */
  read(): Promise<void>
  /** Resolves when a part of a range can be read. */
  scan(): Promise<void>
  write(
    owner: Owner,
    files: SimulatedFiles,
    batch: Batch,
    how: { readonly sync: boolean; readonly apply: () => Promise<void> }
  ): Promise<void>
}

/** What abstract-level asks of an iterator of an implementation. */
type Reads = Record<'_all' | '_next' | '_nextv', (...given: unknown[]) => Promise<unknown>>

/** What abstract-level asks of an implementation. */
interface Internals {
  _iterator(options: object): Reads
  _keys(options: object): Reads
  _values(options: object): Reads
  _get(key: Uint8Array, options: object): Promise<Uint8Array | undefined>
  _getMany(keys: readonly Uint8Array[], options: object): Promise<(Uint8Array | undefined)[]>
  _batch(operations: Batch, options: { readonly sync?: boolean }): Promise<void>
}

const Level = MemoryLevel as unknown as new (options: object) => Internals

/** A `memory-level` of one life of a node. In a dead one nothing answers. */
export class DiskLevel extends Level {
  readonly #disk: Disk
  readonly #owner: Owner
  readonly #files: SimulatedFiles

  constructor(disk: Disk, owner: Owner, files: SimulatedFiles) {
    super({ keyEncoding: 'view', valueEncoding: 'view', storeEncoding: 'view' })
    this.#disk = disk
    this.#owner = owner
    this.#files = files
    this.#fill(files.visible())
  }

  #fill(stored: Stored): void {
    const operations = [...stored].map(([key, value]) => ({
      type: 'put' as const,
      key: new Uint8Array(Buffer.from(key, 'latin1')),
      value: Uint8Array.from(value)
    }))
    // It has no await before its end.
    void super._batch(operations, {})
  }

  override async _get(key: Uint8Array, options: object): Promise<Uint8Array | undefined> {
    await this.#answer()
    return super._get(key, options)
  }

  override async _getMany(
    keys: readonly Uint8Array[],
    options: object
  ): Promise<(Uint8Array | undefined)[]> {
    await this.#answer()
    return super._getMany(keys, options)
  }

  override _iterator(options: object): Reads {
    return this.#slowed(super._iterator(options))
  }

  override _keys(options: object): Reads {
    return this.#slowed(super._keys(options))
  }

  override _values(options: object): Reads {
    return this.#slowed(super._values(options))
  }

  /** An iterator shows the database as it was when it began, however long it takes. */
  #slowed(reads: Reads): Reads {
    for (const name of ['_all', '_next', '_nextv'] as const) {
      const read = reads[name].bind(reads)
      reads[name] = async (...given) => {
        await (this.#owner.isAlive ? this.#disk.scan() : new Promise(() => {}))
        return read(...given)
      }
    }
    return reads
  }

  override async _batch(operations: Batch, options: { readonly sync?: boolean }): Promise<void> {
    await this.#disk.write(this.#owner, this.#files, operations, {
      sync: options.sync === true,
      apply: () => super._batch(operations, options)
    })
  }

  /** In a dead process a call into the database never returns. */
  #answer(): Promise<void> {
    return this.#owner.isAlive ? this.#disk.read() : new Promise(() => {})
  }
}
