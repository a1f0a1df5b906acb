/** How far a reader of a log has come, in the section of such positions. */
import * as encoding from 'lib0/encoding'
import { readAll, readUint } from '../bytes/index.ts'
import type { Operation, Section, Store } from './section.ts'

/** The position of one reader of a log. */
export class StoredPosition {
  readonly #section: Section
  readonly #key: Uint8Array

  /** `name`: of the reader. */
  constructor(store: Pick<Store, 'section'>, name: string) {
    this.#section = store.section('cursors')
    this.#key = Buffer.from(name)
  }

  /** Undefined where the reader has never stored one, or it is lost. */
  async get(): Promise<number | undefined> {
    const bytes = await this.#section.get(this.#key)
    if (bytes === undefined) return undefined
    return readAll(bytes, (decoder) => readUint(decoder, Number.MAX_SAFE_INTEGER))
  }

  /** For a commit. */
  put(position: number): Operation {
    const bytes = encoding.encode((encoder) => encoding.writeVarUint(encoder, position))
    return this.#section.put(this.#key, bytes)
  }
}
