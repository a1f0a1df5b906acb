/** The frames of `/members`. docs/PROTOCOL.md has the bytes. */
import * as encoding from 'lib0/encoding'
import { readAll, readBlob, readBytes, readUint } from '../../crdt/bytes/index.ts'
import { MalformedError, MAX_STATEMENT_BYTES, MAX_STATEMENTS } from '../../crdt/index.ts'
import { MAX_PUSHED_STATEMENTS, MAX_REQUESTED_STATEMENTS, MAX_STATEMENT_IDS } from '../constants.ts'
import type { Decoder, RenewalAnswer, RenewalRefusal } from '../../crdt/index.ts'

const ID_BYTES = 32

/** One large statement, or as many small ones. */
export const MAX_STATEMENTS_FRAME_BYTES = MAX_STATEMENT_BYTES + 16

/** The id before the first one. */
export const NO_ID: Uint8Array = new Uint8Array(ID_BYTES)

/** Digest and size of a set of statements. */
export interface StatementsState {
  readonly digest: Uint8Array
  readonly count: number
}

export type StatementsRequest =
  | { readonly type: 'state' }
  /** At most 1,024 ids after this one, in ascending order. */
  | { readonly type: 'ids'; readonly after: Uint8Array }
  | { readonly type: 'get'; readonly ids: readonly Uint8Array[] }
  | { readonly type: 'push'; readonly statements: readonly Uint8Array[] }
  /** The sender has a set with this digest: more than it pushes. */
  | { readonly type: 'news'; readonly digest: Uint8Array }
  /** The sender asks for a certificate that lasts longer than its own. */
  | { readonly type: 'renew' }

const TYPES = ['state', 'ids', 'get', 'push', 'news', 'renew'] as const

/** In the order of their bytes; later versions append. */
const REFUSALS: readonly RenewalRefusal[] = [
  'off',
  'not above',
  'inviter ends',
  'used up',
  'not admitted'
]

export function writeStatementsRequest(request: StatementsRequest): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeUint8(encoder, TYPES.indexOf(request.type))
    switch (request.type) {
      case 'ids':
        encoding.writeUint8Array(encoder, request.after)
        return
      case 'get':
        encoding.writeVarUint(encoder, request.ids.length)
        for (const id of request.ids) encoding.writeUint8Array(encoder, id)
        return
      case 'push':
        encoding.writeVarUint(encoder, request.statements.length)
        for (const each of request.statements) encoding.writeVarUint8Array(encoder, each)
        return
      case 'news':
        encoding.writeUint8Array(encoder, request.digest)
        return
      case 'state':
      case 'renew':
    }
  })
}

/** Throws `MalformedError`. */
export function readStatementsRequest(bytes: Uint8Array): StatementsRequest {
  return readAll(bytes, readRequest)
}

function readRequest(decoder: Decoder): StatementsRequest {
  const type = TYPES[readBytes(decoder, 1)[0] ?? 0]
  switch (type) {
    case 'state':
    case 'renew':
      return { type }
    case 'ids':
      return { type, after: readBytes(decoder, ID_BYTES) }
    case 'get':
      return { type, ids: readIds(decoder, MAX_REQUESTED_STATEMENTS) }
    case 'push': {
      const count = readUint(decoder, MAX_PUSHED_STATEMENTS)
      const statements = Array.from({ length: count }, () => readBlob(decoder, MAX_STATEMENT_BYTES))
      return { type, statements }
    }
    case 'news':
      return { type, digest: readBytes(decoder, ID_BYTES) }
    default:
      throw new MalformedError('a request for statements of an unknown type')
  }
}

export function writeStatementsState({ digest, count }: StatementsState): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeUint8Array(encoder, digest)
    encoding.writeVarUint(encoder, count)
  })
}

/** Throws `MalformedError`. */
export function readStatementsState(bytes: Uint8Array): StatementsState {
  return readAll(bytes, (decoder) => {
    const digest = readBytes(decoder, ID_BYTES)
    return { digest, count: readUint(decoder, MAX_STATEMENTS) }
  })
}

export function writeStatementIds(ids: readonly Uint8Array[]): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, ids.length)
    for (const id of ids) encoding.writeUint8Array(encoder, id)
  })
}

/** The answer to `renew`. */
export function writeRenewalAnswer(answer: RenewalAnswer): Uint8Array {
  return encoding.encode((encoder) => {
    if ('refusal' in answer) {
      encoding.writeUint8(encoder, REFUSALS.indexOf(answer.refusal) + 1)
      return
    }
    encoding.writeUint8(encoder, 0)
    encoding.writeVarUint8Array(encoder, answer.certificate)
  })
}

/** Throws `MalformedError`. Reasons of later versions are `not above`. */
export function readRenewalAnswer(bytes: Uint8Array): RenewalAnswer {
  return readAll(bytes, (decoder) => {
    const reason = readBytes(decoder, 1)[0] ?? 0
    if (reason === 0) return { certificate: readBlob(decoder, MAX_STATEMENT_BYTES) }
    return { refusal: REFUSALS[reason - 1] ?? 'not above' }
  })
}

/** Ids in ascending order, all after `after`. Throws `MalformedError` for another order. */
export function readStatementIds(bytes: Uint8Array, after: Uint8Array): Uint8Array[] {
  const ids = readAll(bytes, (decoder) => readIds(decoder, MAX_STATEMENT_IDS))
  if (ids.some((id, i) => Buffer.compare(ids[i - 1] ?? after, id) >= 0)) {
    throw new MalformedError('ids of statements are not in ascending order')
  }
  return ids
}

function readIds(decoder: Decoder, max: number): Uint8Array[] {
  const count = readUint(decoder, max)
  return Array.from({ length: count }, () => readBytes(decoder, ID_BYTES))
}
