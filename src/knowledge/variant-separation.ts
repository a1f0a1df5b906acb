/**
 * Takes variants apart that an earlier rule merged and today's does not: each becomes a fact of its
 * own again. All variants of a store are compared once for a rule, a slice at a time. What the fact
 * took over of such a variant (tags, confidence, times) stays with it.
 *
 * The position is stored after each slice, so that a crash repeats at most one slice. Taking a
 * variant apart again changes nothing.
 */
import * as encoding from 'lib0/encoding'
import { readAll, readBlob, readUint } from '../../crdt/bytes/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { MergedVariant } from '../facts/index.ts'
import type { Section, Store } from '../../crdt/index.ts'

/** Raise it when texts that were variants so far are none any more. */
const RULE = 2

const CURSOR_KEY = Buffer.from('separation')

const DIGEST_BYTES = 32

/** Variants compared in one slice. */
const SLICE = 100

export interface VariantSeparationComponents {
  readonly store: Pick<Store, 'commit' | 'section'>
  /** Variants behind a digest, in the order of their digests. */
  readonly after: (digest: Uint8Array | undefined, limit: number) => Promise<MergedVariant[]>
  /** Makes a variant a fact of its own if it is none by today's rule. */
  readonly separate: (variant: MergedVariant) => Promise<boolean>
}

interface Position {
  /** The rule that all variants keep; 0: none. */
  readonly rule: number
  /** The last variant that was compared by the next rule; empty at the beginning. */
  readonly last: Uint8Array
}

export class VariantSeparation {
  readonly #components: VariantSeparationComponents
  readonly #cursors: Section
  #isDone = false

  constructor(components: VariantSeparationComponents) {
    this.#components = components
    this.#cursors = components.store.section('cursors')
  }

  /** Whether variants of an earlier rule may be left. */
  async isDue(): Promise<boolean> {
    if (!this.#isDone) this.#isDone = (await this.#position()).rule >= RULE
    return !this.#isDone
  }

  /** Compares at most `limit` variants; returns how many. Aborting stops between two variants. */
  async run(limit: number, { signal }: AbortOptions = {}): Promise<number> {
    let compared = 0
    while (compared < limit && (await this.isDue())) {
      const size = Math.min(SLICE, limit - compared)
      const { last } = await this.#position()
      const slice = await this.#components.after(last.length === 0 ? undefined : last, size)
      if (slice.length + last.length === 0) {
        // Nothing is merged yet: nothing is written either.
        this.#isDone = true
        break
      }
      for (const variant of slice) {
        signal?.throwIfAborted()
        await this.#components.separate(variant)
      }
      compared += slice.length
      const end = slice.length < size ? undefined : slice.at(-1)?.variant.digest
      await this.#store(
        end === undefined ? { rule: RULE, last: new Uint8Array() } : { rule: 0, last: end }
      )
    }
    return compared
  }

  async #position(): Promise<Position> {
    const bytes = await this.#cursors.get(CURSOR_KEY)
    if (bytes === undefined) return { rule: 0, last: new Uint8Array() }
    return readAll(bytes, (decoder) => ({
      rule: readUint(decoder, Number.MAX_SAFE_INTEGER),
      last: readBlob(decoder, DIGEST_BYTES)
    }))
  }

  #store({ rule, last }: Position): Promise<void> {
    const bytes = encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, rule)
      encoding.writeVarUint8Array(encoder, last)
    })
    return this.#components.store.commit([this.#cursors.put(CURSOR_KEY, bytes)])
  }
}
