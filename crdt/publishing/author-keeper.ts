/**
 * Keeps the author's key over a clean restart, so that authors do not multiply with restarts. A node
 * that stops writes it, and the next one deletes it, durably, before it signs anything, so a crash
 * takes a new author. It belongs to a place: a copied or restored directory is another one.
 * The publisher uses it only once a peer has told its heads in this run, since a copy of the disk
 * that nobody can tell apart may have gone on with it.
 */
import * as encoding from 'lib0/encoding'
import { HASH_BYTES, KEY_BYTES, MAX_EPOCH, MAX_GENERATION } from '../constants.ts'
import { readAll, readBytes, readText, readUint } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import type { Decoder } from '../bytes/index.ts'
import type { Store } from '../store/section.ts'

/** An author as it was when its node stopped. */
export interface KeptAuthor {
  /** The private half, 32 bytes. */
  readonly secret: Uint8Array
  /** The last entry. */
  readonly seq: number
  readonly head: Uint8Array
  /** When its epoch began, in milliseconds of the Unix epoch; in a closed swarm unused. */
  readonly began: number
  /** Values in its feed, and those that are no longer live. */
  readonly values: number
  readonly deadValues: number
  /** In a closed swarm. */
  readonly voice?: { readonly epoch: number; readonly generation: number }
}

export interface AuthorKeeperInit {
  readonly store: Pick<Store, 'commit' | 'section'>
  /** Names the directory on its disk; undefined: nothing is kept. */
  readonly place: string | undefined
}

const KEY = Buffer.from('author')
const MAX_PLACE_BYTES = 256
const MAX = Number.MAX_SAFE_INTEGER

export class AuthorKeeper {
  readonly #init: AuthorKeeperInit

  constructor(init: AuthorKeeperInit) {
    this.#init = init
  }

  /** Durable once it resolves. */
  async keep(author: KeptAuthor): Promise<void> {
    const { store, place } = this.#init
    if (place === undefined) return
    await store.commit([store.section('kept-author').put(KEY, writeKept(place, author))])
  }

  /** The kept author, which is no longer on disk; undefined if there is none of this place. */
  async take(): Promise<KeptAuthor | undefined> {
    const { store, place } = this.#init
    const section = store.section('kept-author')
    const bytes = await section.get(KEY)
    if (bytes === undefined) return undefined
    await store.commit([section.del(KEY)])
    try {
      const [where, author] = readAll(bytes, readKept)
      return where === place ? author : undefined
    } catch (error) {
      if (error instanceof MalformedError) return undefined
      throw error
    }
  }
}

function writeKept(place: string, author: KeptAuthor): Uint8Array {
  const { secret, seq, head, began, values, deadValues, voice } = author
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, place)
    encoding.writeUint8Array(encoder, secret)
    encoding.writeVarUint(encoder, seq)
    encoding.writeUint8Array(encoder, head)
    for (const number of [began, values, deadValues]) encoding.writeVarUint(encoder, number)
    encoding.writeVarUint(encoder, voice === undefined ? 0 : 1)
    if (voice === undefined) return
    encoding.writeVarUint(encoder, voice.epoch)
    encoding.writeVarUint(encoder, voice.generation)
  })
}

function readKept(decoder: Decoder): readonly [place: string, author: KeptAuthor] {
  const place = readText(decoder, MAX_PLACE_BYTES)
  const secret = readBytes(decoder, KEY_BYTES).slice()
  const seq = readUint(decoder, MAX)
  const head = readBytes(decoder, HASH_BYTES).slice()
  const [began, values, deadValues] = [
    readUint(decoder, MAX),
    readUint(decoder, MAX),
    readUint(decoder, MAX)
  ]
  const author = { secret, seq, head, began, values, deadValues }
  if (readUint(decoder, 1) === 0) return [place, author]
  const epoch = readUint(decoder, MAX_EPOCH)
  return [place, { ...author, voice: { epoch, generation: readUint(decoder, MAX_GENERATION) } }]
}
