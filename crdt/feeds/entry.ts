/**
 * Entries: the signed unit of replication. One entry contains a batch of values of one author and
 * the hash of the author's entry before it, so that a feed is a hash chain.
 *
 * docs/PROTOCOL.md has the bytes. The hash of an entry covers its header without the signature:
 * another signature of the same header gives the same entry.
 */
import * as encoding from 'lib0/encoding'
import {
  concat,
  equalBytes,
  readAll,
  readBlob,
  readBytes,
  readText,
  readUint,
  sha256,
  verifySignature
} from '../bytes/index.ts'
import {
  BASE_FORMAT,
  DOMAIN,
  HASH_BYTES,
  KEY_BYTES,
  MAX_DOC_BYTES,
  MAX_ENTRY_HEADS,
  MAX_PAYLOAD_BYTES,
  SIGNATURE_BYTES
} from '../constants.ts'
import { MalformedError } from '../errors.ts'
import type { Author } from './author.ts'
import type { Decoder } from '../bytes/index.ts'

/** The signed part of an entry. */
export interface EntryHeader {
  readonly format: number
  readonly author: Uint8Array
  /** 1, 2, 3 ... per author. */
  readonly seq: number
  /** Hash of the author's entry `seq - 1`; 32 zero bytes for the first. */
  readonly prev: Uint8Array
  readonly doc: string
  /** Hashes of the entries this one builds on; empty outside playbooks. */
  readonly heads: readonly Uint8Array[]
  /** SHA-256 of the payload. */
  readonly payloadHash: Uint8Array
  /**
   * The author's entries before this sequence number are no longer live, since it restated them; 1
   * in the plain format.
   */
  readonly base: number
}

/** A signed entry of an author's feed. */
export interface Entry extends EntryHeader {
  /** The bytes of the header, which are hashed and signed. */
  readonly headerBytes: Uint8Array
  readonly signature: Uint8Array
  /** The compressed update. */
  readonly payload: Uint8Array
  readonly hash: Uint8Array
}

/** A header and its signature: proves that an entry exists, without its payload. */
export type SignedHeader = Omit<Entry, 'payload'>

/** `prev` of a feed's first entry. */
export const NO_ENTRY: Uint8Array = new Uint8Array(HASH_BYTES)

/** Upper bound of a header: all numbers and lengths in their longest form. */
const MAX_HEADER_BYTES =
  16 + 3 * HASH_BYTES + 8 + MAX_DOC_BYTES + 4 + MAX_ENTRY_HEADS * HASH_BYTES + 8

/** The bytes of an entry, as peers exchange them. */
export function writeEntry(entry: Entry): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint8Array(encoder, entry.headerBytes)
  encoding.writeUint8Array(encoder, entry.signature)
  encoding.writeVarUint8Array(encoder, entry.payload)
  return encoding.toUint8Array(encoder)
}

/** Throws `MalformedError`; the signature is not checked. */
export function readEntry(bytes: Uint8Array): Entry {
  return readAll(bytes, (decoder) => {
    const header = readSignedParts(decoder)
    return { ...header, payload: readBlob(decoder, MAX_PAYLOAD_BYTES) }
  })
}

/** A header with its signature, without the payload. */
export function writeSignedHeader(header: SignedHeader): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint8Array(encoder, header.headerBytes)
  encoding.writeUint8Array(encoder, header.signature)
  return encoding.toUint8Array(encoder)
}

/** Reads a header without verifying it. Throws `MalformedError`. */
export function readSignedHeader(bytes: Uint8Array): SignedHeader {
  return readAll(bytes, readSignedParts)
}

/** Signs `payload` as the entry after `prev`. */
export function createEntry(
  swarm: string,
  author: Author,
  position: Pick<EntryHeader, 'format' | 'seq' | 'prev' | 'doc' | 'heads' | 'base'>,
  payload: Uint8Array
): Entry {
  const header: EntryHeader = { ...position, author: author.key, payloadHash: sha256(payload) }
  const headerBytes = writeHeader(header)
  return {
    ...header,
    headerBytes,
    payload,
    signature: author.sign(signedBytes(swarm, headerBytes)),
    hash: sha256(headerBytes)
  }
}

/** Whether the author signed this header for this swarm. */
export function hasValidSignature(swarm: string, header: SignedHeader): boolean {
  return verifySignature(header.author, signedBytes(swarm, header.headerBytes), header.signature)
}

/** Whether the payload is the one that the signed header names. */
export function hasOwnPayload({ payload, payloadHash }: Entry): boolean {
  return equalBytes(sha256(payload), payloadHash)
}

export function readSignedParts(decoder: Decoder): SignedHeader {
  const headerBytes = readBlob(decoder, MAX_HEADER_BYTES)
  const signature = readBytes(decoder, SIGNATURE_BYTES)
  return { ...readAll(headerBytes, readHeader), headerBytes, signature, hash: sha256(headerBytes) }
}

function writeHeader(header: EntryHeader): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, header.format)
  encoding.writeUint8Array(encoder, header.author)
  encoding.writeVarUint(encoder, header.seq)
  encoding.writeUint8Array(encoder, header.prev)
  encoding.writeVarString(encoder, header.doc)
  encoding.writeVarUint(encoder, header.heads.length)
  for (const head of header.heads) encoding.writeUint8Array(encoder, head)
  encoding.writeUint8Array(encoder, header.payloadHash)
  if (header.format >= BASE_FORMAT) encoding.writeVarUint(encoder, header.base)
  return encoding.toUint8Array(encoder)
}

function readHeader(decoder: Decoder): EntryHeader {
  const format = readUint(decoder, Number.MAX_SAFE_INTEGER)
  if (format === 0) throw new MalformedError('format 0')
  const author = readBytes(decoder, KEY_BYTES)
  const seq = readUint(decoder, Number.MAX_SAFE_INTEGER)
  if (seq === 0) throw new MalformedError('seq 0')
  const prev = readBytes(decoder, HASH_BYTES)
  const doc = readText(decoder, MAX_DOC_BYTES)
  const count = readUint(decoder, MAX_ENTRY_HEADS)
  const heads = Array.from({ length: count }, () => readBytes(decoder, HASH_BYTES))
  const payloadHash = readBytes(decoder, HASH_BYTES)
  const base = format < BASE_FORMAT ? 1 : readUint(decoder, seq)
  if (base === 0) throw new MalformedError('base 0')
  return { format, author, seq, prev, doc, heads, payloadHash, base }
}

function signedBytes(swarm: string, headerBytes: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, `${DOMAIN}/entry`)
  encoding.writeVarString(encoder, swarm)
  return concat(encoding.toUint8Array(encoder), headerBytes)
}
