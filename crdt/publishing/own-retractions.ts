/**
 * Own retractions that no peer has shown yet. Here the votes no longer count; peers learn of them by
 * a stem only, so that nobody learns whose they were. Stored across restarts.
 */
import * as encoding from 'lib0/encoding'
import {
  RETRACTION_BYTES,
  retractionId,
  retractionOf,
  writeRetraction
} from '../records/retraction.ts'
import { readAll, readBytes, readUint, toHex } from '../bytes/index.ts'
import { Mirror } from '../store/mirror.ts'
import { isDue } from './vote-timing.ts'
import type { Decoder } from '../bytes/index.ts'
import type { MirrorInit } from '../store/mirror.ts'
import type { Operation, Store } from '../store/section.ts'
import type { Retraction } from '../records/retraction.ts'

/** A retraction, and when it may leave, in milliseconds of the Unix epoch. */
export interface OwnRetraction {
  readonly retraction: Retraction
  readonly due: number
}

export class OwnRetractions {
  /** Kept twice: with a lost one a vote would count elsewhere for ever. */
  readonly #mirror: Mirror
  /** By id in hex. */
  #own = new Map<string, OwnRetraction>()

  constructor(store: MirrorInit['store']) {
    this.#mirror = new Mirror({ store, name: 'own-retractions' })
  }

  /** Reads what is on disk. */
  async read(): Promise<void> {
    this.#own = await this.#mirror.readAll((_id, bytes) => readAll(bytes, readOwn))
  }

  get size(): number {
    return this.#own.size
  }

  /** Call it before `read`, once. */
  load(commit: Store['commit']): Promise<void> {
    return this.#mirror.load(commit)
  }

  has(id: Uint8Array): boolean {
    return this.#own.size > 0 && this.#own.has(toHex(id))
  }

  /** Those that may leave at this time. */
  due(now: number): Retraction[] {
    return [...this.#own.values()].flatMap(({ due, retraction }) =>
      isDue(due, now) ? retraction : []
    )
  }

  /** When an own one may leave; undefined if peers have it. */
  dueOf(id: Uint8Array): number | undefined {
    return this.#own.get(toHex(id))?.due
  }

  all(): Retraction[] {
    return [...this.#own.values()].map(({ retraction }) => retraction)
  }

  /** Call it before the commit with the operations of `put`. */
  prepare(own: readonly OwnRetraction[]): Promise<void> {
    return this.#mirror.prepare(
      own.map((each) => [retractionId(each.retraction), writeOwn(each)] as const)
    )
  }

  put(own: readonly OwnRetraction[]): Operation[] {
    return own.map((each) => {
      const id = retractionId(each.retraction)
      this.#own.set(toHex(id), each)
      return this.#mirror.put(id, writeOwn(each))
    })
  }

  del(ids: readonly Uint8Array[]): Operation[] {
    return ids.map((id) => {
      this.#own.delete(toHex(id))
      return this.#mirror.del(id)
    })
  }

  /** Call it after the commit with the operations of `del`. */
  finish(ids: readonly Uint8Array[]): Promise<void> {
    return ids.length === 0 ? Promise.resolve() : this.#mirror.finish(ids)
  }
}

function writeOwn({ retraction, due }: OwnRetraction): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeUint8Array(encoder, writeRetraction(retraction))
    encoding.writeVarUint(encoder, due)
  })
}

function readOwn(decoder: Decoder): OwnRetraction {
  const retraction = retractionOf(readBytes(decoder, RETRACTION_BYTES))
  return { retraction, due: readUint(decoder, Number.MAX_SAFE_INTEGER) }
}
