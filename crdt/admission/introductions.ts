/**
 * Which peer brought an author of an open swarm first, and on which day. That peer pays for what the
 * author publishes; a peer that passes it on later does not. Written in the commit of the entry.
 */
import * as encoding from 'lib0/encoding'
import { fromHex, readAll, readBytes, readUint, sha256, toHex } from '../bytes/index.ts'
import type { Operation, Section, Store } from '../store/section.ts'

export interface Introduction {
  /** The day on which the author was new here; 0 where that is not known. */
  readonly day: number
  /** A short hash of the peer that pays. */
  readonly peer: string
}

/** Introductions that are kept in memory: about 200 bytes each. */
const MAX_CACHED = 4_096

const PEER_BYTES = 16

export class Introductions {
  readonly #section: Section
  readonly #cached = new Map<string, Introduction>()

  constructor(store: Pick<Store, 'section'>) {
    this.#section = store.section('introductions')
  }

  /** Undefined where no peer has brought an entry of the author. */
  async of(author: Uint8Array): Promise<Introduction | undefined> {
    const name = toHex(author)
    const cached = this.#cached.get(name)
    if (cached !== undefined) return cached
    const bytes = await this.#section.get(author)
    return bytes === undefined ? undefined : this.#keep(name, readAll(bytes, readIntroduction))
  }

  /** For the commit of an entry; counts at once. */
  put(author: Uint8Array, introduction: Introduction): Operation {
    this.#keep(toHex(author), introduction)
    return this.#section.put(author, writeIntroduction(introduction))
  }

  /** After a failed commit. */
  forget(): void {
    this.#cached.clear()
  }

  #keep(name: string, introduction: Introduction): Introduction {
    for (const oldest of this.#cached.keys()) {
      if (this.#cached.size < MAX_CACHED) break
      this.#cached.delete(oldest)
    }
    this.#cached.set(name, introduction)
    return introduction
  }
}

/** The name of a peer in introductions and budgets. */
export function payingPeer(peer: string): string {
  return toHex(sha256(Buffer.from(peer)).subarray(0, PEER_BYTES))
}

function writeIntroduction({ day, peer }: Introduction): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, day)
    encoding.writeUint8Array(encoder, fromHex(peer, PEER_BYTES) ?? new Uint8Array(PEER_BYTES))
  })
}

function readIntroduction(decoder: Parameters<typeof readUint>[0]): Introduction {
  const day = readUint(decoder, Number.MAX_SAFE_INTEGER)
  return { day, peer: toHex(readBytes(decoder, PEER_BYTES)) }
}
