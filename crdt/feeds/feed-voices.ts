/**
 * Whose voice the authors of a closed swarm are: their epoch, generation and the tag of their
 * member in that epoch, as the last introduction in the feed states. Written in the commit of the
 * entry that introduces.
 */
import * as encoding from 'lib0/encoding'
import { KEY_BYTES, MAX_EPOCH, MAX_GENERATION } from '../constants.ts'
import { concat, equalBytes, readAll, readBytes, readUint, toHex } from '../bytes/index.ts'
import type { Operation, Section, Store } from '../store/section.ts'

export interface FeedVoice {
  readonly epoch: number
  readonly generation: number
  /** Of the member in this epoch. */
  readonly tag: Uint8Array
}

/** Voices that are kept in memory: about 200 bytes each. */
const MAX_CACHED = 4_096

const GENERATION_BYTES = 2

const EMPTY = new Uint8Array()

export class FeedVoices {
  readonly #voices: Section
  /** (tag, generation, author). */
  readonly #authors: Section
  readonly #cached = new Map<string, FeedVoice>()

  constructor(store: Pick<Store, 'section'>) {
    this.#voices = store.section('voices')
    this.#authors = store.section('voice-authors')
  }

  async of(author: Uint8Array): Promise<FeedVoice | undefined> {
    const name = toHex(author)
    const cached = this.#cached.get(name)
    if (cached !== undefined) return cached
    const bytes = await this.#voices.get(author)
    return bytes === undefined ? undefined : this.#keep(name, readAll(bytes, readVoice))
  }

  /** For the commit of an entry that introduces the author; counts at once. */
  put(author: Uint8Array, voice: FeedVoice): Operation[] {
    const owned = { ...voice, tag: voice.tag.slice() }
    this.#keep(toHex(author), owned)
    return [
      this.#voices.put(author, writeVoice(owned)),
      this.#authors.put(concat(owned.tag, generationBytes(owned.generation), author), EMPTY)
    ]
  }

  /** After a failed commit. */
  forget(): void {
    this.#cached.clear()
  }

  /** The highest generation of the member in an epoch; undefined without an author. */
  async lastGeneration(tag: Uint8Array): Promise<number | undefined> {
    for await (const [key] of this.#authors.entries({ ...rangeOf(tag, 1), reverse: true })) {
      return Buffer.from(key).readUInt16BE(tag.length)
    }
    return undefined
  }

  /** The highest generation of the member's other authors in an epoch. */
  async lastOfOthers(tag: Uint8Array, author: Uint8Array): Promise<number | undefined> {
    for await (const [key] of this.#authors.entries({ ...rangeOf(tag, 1), reverse: true })) {
      const isOther = !equalBytes(key.subarray(tag.length + GENERATION_BYTES), author)
      if (isOther) return Buffer.from(key).readUInt16BE(tag.length)
    }
    return undefined
  }

  #keep(name: string, voice: FeedVoice): FeedVoice {
    if (this.#cached.size >= MAX_CACHED) {
      for (const oldest of this.#cached.keys()) {
        this.#cached.delete(oldest)
        break
      }
    }
    this.#cached.set(name, voice)
    return voice
  }
}

function generationBytes(generation: number): Uint8Array {
  const bytes = Buffer.alloc(GENERATION_BYTES)
  bytes.writeUInt16BE(generation)
  return bytes
}

/** Whether both are one voice; an unknown one equals none. */
export function isSameVoice(a: FeedVoice | undefined, b: FeedVoice): boolean {
  return (
    a !== undefined &&
    a.epoch === b.epoch &&
    a.generation === b.generation &&
    equalBytes(a.tag, b.tag)
  )
}

function rangeOf(
  tag: Uint8Array,
  limit: number
): { readonly gte: Uint8Array; readonly lte: Uint8Array; readonly limit: number } {
  return {
    gte: tag,
    lte: concat(tag, new Uint8Array(GENERATION_BYTES + KEY_BYTES).fill(0xff)),
    limit
  }
}

function writeVoice({ epoch, generation, tag }: FeedVoice): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, epoch)
    encoding.writeVarUint(encoder, generation)
    encoding.writeUint8Array(encoder, tag)
  })
}

function readVoice(decoder: Parameters<typeof readUint>[0]): FeedVoice {
  const epoch = readUint(decoder, MAX_EPOCH)
  const generation = readUint(decoder, MAX_GENERATION)
  return { epoch, generation, tag: readBytes(decoder, KEY_BYTES).slice() }
}
