/**
 * Annotations: JSON that a program keeps with a fact of this node, under a name of its own. They are
 * in no record and never leave the node; a fact that is forgotten loses them in the same commit.
 */
import { concat } from '../../crdt/bytes/index.ts'
import type { z } from 'zod'
import type { Operation, Section, Store } from '../../crdt/index.ts'

/** JSON, as `JSON.parse` returns it. */
export type AnnotationValue = z.output<ReturnType<typeof z.json>>

export interface AnnotationsComponents {
  readonly store: Pick<Store, 'commit' | 'section'>
  /** Digests of facts that were forgotten. */
  readonly forgotten: () => AsyncIterable<Uint8Array>
}

/** Digests looked at together. */
const BATCH = 1_000

export class Annotations {
  readonly #components: AnnotationsComponents
  readonly #section: Section

  constructor(components: AnnotationsComponents) {
    this.#components = components
    this.#section = components.store.section('annotations')
  }

  async get(name: string, digest: Uint8Array): Promise<AnnotationValue | undefined> {
    const bytes = await this.#section.get(keyOf(digest, name))
    return bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString())
  }

  /** Writes what differs from what is stored, in one commit. */
  async put(
    name: string,
    values: readonly (readonly [digest: Uint8Array, value: AnnotationValue])[]
  ): Promise<void> {
    const keys = values.map(([digest]) => keyOf(digest, name))
    const stored = await this.#section.getMany(keys)
    const operations = values.flatMap(([, value], i) => {
      const bytes = Buffer.from(JSON.stringify(value))
      const key = keys[i]
      return key === undefined || bytes.equals(stored[i] ?? Buffer.of())
        ? []
        : [this.#section.put(key, bytes)]
    })
    await this.#components.store.commit(operations)
  }

  /** For the commit that removes the facts. */
  async forget(digests: readonly Uint8Array[]): Promise<Operation[]> {
    const operations: Operation[] = []
    for await (const [key] of this.#section.entriesOf(digests)) {
      operations.push(this.#section.del(key))
    }
    return operations
  }

  /** A repair may have brought back those of forgotten facts. */
  async audit(signal?: AbortSignal): Promise<void> {
    let batch: Uint8Array[] = []
    const remove = async (): Promise<void> => {
      await this.#components.store.commit(await this.forget(batch))
      batch = []
    }
    for await (const digest of this.#components.forgotten()) {
      signal?.throwIfAborted()
      batch.push(digest.slice())
      if (batch.length === BATCH) await remove()
    }
    await remove()
  }
}

function keyOf(digest: Uint8Array, name: string): Uint8Array {
  return concat(digest, Buffer.from(name))
}
