/**
 * Votes that wait: an own vote of another author key was retracted on the record, so the next vote
 * leaves hours after peers have the retraction. It counts here at once, as the vote of `HELD_AUTHOR`.
 * Without a vote a row says how long the next one would wait. Stored across restarts.
 */
import * as encoding from 'lib0/encoding'
import { DOMAIN, KEY_BYTES, MAX_RECORD_BYTES, SECRET_BYTES } from '../constants.ts'
import { readAll, readBlob, readBytes, readUint, sha256, toHex } from '../bytes/index.ts'
import { readRecord } from '../records/record.ts'
import { encodeRegister, readRegister } from '../records/register.ts'
import { Mirror } from '../store/mirror.ts'
import { isDue } from './vote-timing.ts'
import type { Decoder } from '../bytes/index.ts'
import type { EntryPosition } from '../records/standing-writer.ts'
import type { MirrorInit } from '../store/mirror.ts'
import type { Operation, Store } from '../store/section.ts'
import type { PreparedPublication } from './publication.ts'

/** What is needed to publish it. */
export type HeldVote = Omit<PreparedPublication, 'operations'>

export interface HeldRow {
  readonly digest: Uint8Array
  /** When the vote may leave; 0 while no peer has shown the retraction. Milliseconds since 1970. */
  readonly until: number
  /** What the retraction opens. */
  readonly awaited: Uint8Array
  /** Of the retracted vote: this author may vote again at once. Zeros if it is not known. */
  readonly author: Uint8Array
  readonly vote?: HeldVote
}

/** In place of the author of held votes: no key, so nobody signs as it. */
const HELD_AUTHOR = sha256(Buffer.from(`${DOMAIN}/held-vote`))

/** Where held votes are among the votes on their records. */
export const HELD_POSITION: EntryPosition = { author: HELD_AUTHOR, seq: 1 }

const MAX_REGISTER_BYTES = 8 * 1024

export class HeldVotes {
  /** Kept twice: the node takes the vote for its own, so a lost one would never be published. */
  readonly #mirror: Mirror
  /** By digest in hex. */
  #rows = new Map<string, HeldRow>()

  constructor(store: MirrorInit['store']) {
    this.#mirror = new Mirror({ store, name: 'held-votes' })
  }

  /** Call it before `read`, once. */
  load(commit: Store['commit']): Promise<void> {
    return this.#mirror.load(commit)
  }

  /** Reads what is on disk. */
  async read(): Promise<void> {
    this.#rows = await this.#mirror.readAll((digest, bytes) =>
      readAll(bytes, (decoder) => readRow(decoder, digest.slice()))
    )
  }

  get(digest: Uint8Array): HeldRow | undefined {
    return this.#rows.size === 0 ? undefined : this.#rows.get(toHex(digest))
  }

  all(): HeldRow[] {
    return [...this.#rows.values()]
  }

  votes(): HeldVote[] {
    return this.all().flatMap(({ vote }) => vote ?? [])
  }

  /** Those whose time has come. */
  due(now: number): HeldRow[] {
    return this.all().filter(({ until }) => until > 0 && isDue(until, now))
  }

  /** Call it before the commit with the operation of `put`. */
  prepare(row: HeldRow): Promise<void> {
    return this.#mirror.prepare([[row.digest, writeRow(row)]])
  }

  put(row: HeldRow): Operation {
    this.#rows.set(toHex(row.digest), row)
    return this.#mirror.put(row.digest, writeRow(row))
  }

  del(digest: Uint8Array): Operation {
    this.#rows.delete(toHex(digest))
    return this.#mirror.del(digest)
  }

  /** Call it after the commit with the operations of `del`. */
  finish(digests: readonly Uint8Array[]): Promise<void> {
    return digests.length === 0 ? Promise.resolve() : this.#mirror.finish(digests)
  }
}

function writeRow({ until, awaited, author, vote }: HeldRow): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, until)
    encoding.writeUint8Array(encoder, awaited)
    encoding.writeUint8Array(encoder, author)
    if (vote === undefined) return
    encoding.writeVarUint8Array(encoder, vote.bytes)
    encoding.writeVarUint8Array(encoder, encodeRegister(vote.register))
    encoding.writeUint8Array(encoder, vote.secret)
  })
}

function readRow(decoder: Decoder, digest: Uint8Array): HeldRow {
  const until = readUint(decoder, Number.MAX_SAFE_INTEGER)
  const awaited = readBytes(decoder, SECRET_BYTES).slice()
  const author = readBytes(decoder, KEY_BYTES).slice()
  if (decoder.pos === decoder.arr.length) return { digest, until, awaited, author }
  const bytes = readBlob(decoder, MAX_RECORD_BYTES).slice()
  const register = readAll(readBlob(decoder, MAX_REGISTER_BYTES).slice(), readRegister)
  const secret = readBytes(decoder, SECRET_BYTES).slice()
  return {
    digest,
    until,
    awaited,
    author,
    vote: { digest, bytes, record: readAll(bytes, readRecord), register, secret }
  }
}
